#pragma once

#include "pipeline/job/make_launch_plan.h"
#include "pipeline/recipe/report.h"

#include <map>
#include <string>

namespace terroir {

/// What the names of a job stand for in a run.
struct BoundData {
  std::map<std::string, std::string> inputs;   ///< paths, and literals; an optional input without a value is absent
  std::map<std::string, std::string> outputs;  ///< absolute paths
  std::vector<std::string> cloud;              ///< inputs that are nowhere on this machine
  std::vector<JobFinding> notes;
  bool blobs = false;  ///< some input is read from Azure's storage
};

/// Names of the run, for `${{name}}` and the like.
struct RunNames {
  std::string id, experiment, folder;
};

/// Binds every input and output to a path or a literal. What cannot be bound goes to the report, or with `check_only` to the notes.
[[nodiscard]] BoundData bind_data(const CommandJob& job, const LaunchOptions& options, const RunNames& run, const JobFiles& files,
                                  Report& report);

}  // namespace terroir
