#pragma once

#include "pipeline/plan/plan.h"
#include "pipeline/ports/sink.h"
#include "pipeline/ports/store.h"
#include "pipeline/run/journal.h"

#include <string>
#include <vector>

namespace terroir {

/// Where an output of the plan goes.
struct Destination {
  Store* store = nullptr;
  Sink* sink = nullptr;
};

struct PrepareOptions {
  std::string attempt;     ///< names this run; later ones sort after earlier ones
  bool overwrite = false;  ///< start over, whatever run the folders hold
  bool verify = false;     ///< read the objects and documents that were noted and compare their checksums
};

/// What earlier attempts have left to do.
struct Preparation {
  bool nothing_to_do = false;
  std::vector<JournalEntry> tiles;  ///< that stand, each with all its objects
  std::vector<bool> published;      ///< by output: its root document stands
  std::vector<std::string> notes;   ///< for the user
};

/// Looks at the folders of all outputs (destinations by output of the plan) and decides: an absent or empty one is begun; one that an
/// unfinished run of the same plan has left is resumed; when all are finished there is nothing to do. Then leaves a marker in each.
/// Throws Error(Fault::mistake) when a folder holds another plan's run and `overwrite` is not given, or files of anyone else.
/// The journal of all passes is kept in the folder of the first output.
[[nodiscard]] Preparation prepare_outputs(const Plan& plan, const std::vector<Destination>& destinations, const PrepareOptions& options);

/// Notes that an output's documents, or its file, stand: to be called once its sink has published it. `files`: see Sink::publish.
void note_published(const Plan& plan, const Destination& destination, const std::string& attempt, const std::vector<ObjectRecord>& files);

}  // namespace terroir
