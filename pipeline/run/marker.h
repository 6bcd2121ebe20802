#pragma once

#include "pipeline/plan/plan.h"
#include "pipeline/ports/sink.h"

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace terroir {

/// What a run leaves in the folder of an output before it writes anything else: which plan it follows and which names are its own.
struct PlanMarker {
  std::string attempt, hash, version;
  std::size_t output = 0;  ///< of the plan: whose folder this is
  std::string journal;     ///< the folder whose `__terroir/` holds the journal, as seen from this one; empty: this one
  std::string root_key;
  std::vector<std::string> names;      ///< see Sink::names
  std::map<std::size_t, Index> tiles;  ///< by pass that writes this output: how many it has
  nlohmann::ordered_json recipe;       ///< canonical, without secrets: for people, the hash alone tells whether a plan is the same
  nlohmann::ordered_json inputs;       ///< name -> fingerprint
};

[[nodiscard]] PlanMarker marker_of(const Plan& plan, const Sink& sink, const std::string& attempt);
/// Keys of all markers start so.
inline constexpr std::string_view marker_prefix = "__terroir/plan-";
[[nodiscard]] std::string marker_key(const std::string& attempt);
[[nodiscard]] std::string to_text(const PlanMarker&);
/// Nothing when the text is torn or no marker.
[[nodiscard]] std::optional<PlanMarker> parse_marker(std::string_view text);

/// Key and text of the note that the documents of an output, or its file, stand whole. The root document alone does not tell: a writer
/// that was killed may have left its beginning.
inline constexpr std::string_view published_prefix = "__terroir/published-";
[[nodiscard]] std::string published_key(const std::string& attempt);
struct Publication {
  std::string plan_hash;
  std::vector<ObjectRecord> files;  ///< see Sink::publish
};
[[nodiscard]] std::string to_text(const Publication&);
/// Nothing when the text is torn or no such note.
[[nodiscard]] std::optional<Publication> parse_publication(std::string_view text);

/// What makes two plans different, for a person: "steps.slope.unit, dem.tif has changed". Empty when nothing that is kept differs.
[[nodiscard]] std::string difference(const PlanMarker& before, const PlanMarker& now);

}  // namespace terroir
