#pragma once

#include "pipeline/commands/job_options.h"

#include <iosfwd>
#include <optional>
#include <vector>

namespace terroir {

/// What a file says: a job's document, or nothing when it is no job, but perhaps a recipe.
struct JobText {
  std::optional<std::string> text;  ///< as it is; nothing: a folder
  std::optional<Value> document;
  std::vector<Diagnostic> diagnostics;
};

/// Reads a file and tells whether it is a job, by what it holds. A folder is none. Throws Error when it cannot be read.
[[nodiscard]] JobText read_job_text(const std::string& file);

/// A job file, checked and planned.
struct LoadedJob {
  std::optional<CommandJob> job;
  PlannedLaunch planned;
  std::vector<JobFinding> findings;  ///< of the text, the job and the plan
};

[[nodiscard]] LoadedJob load_job(const JobText& text, const JobArguments& options);

/// All findings, one a line, in the order of their files and lines.
void print_findings(std::vector<JobFinding> findings, std::ostream& out);

}  // namespace terroir
