#pragma once

#include "pipeline/job/make_launch_plan.h"

#include <iosfwd>
#include <optional>
#include <span>
#include <string>

namespace terroir {

/// What `terroir check` and `terroir launch` are told on the command line.
struct JobArguments {
  std::string file;
  std::string step;
  std::vector<std::pair<std::string, std::string>> sets;
  LaunchOptions launch;
  std::string job_only;     ///< an option that was given and goes with jobs only; empty: none
  std::string recipe_only;  ///< the same of recipes; a job's command has it itself
  std::size_t memory = 0;   ///< of a recipe's run, as in RecipeOptions
  int threads = 0;
};

/// The options of `terroir COMMAND` (check or launch), or nothing when the user has already been told what is wrong (or has been helped):
/// then `exit_code` is set. The launcher's folder and environment are filled in.
[[nodiscard]] std::optional<JobArguments> parse_job_options(const std::string& command, const std::string& summary,
                                                            std::span<const std::string> arguments, std::ostream& out, std::ostream& errors,
                                                            int& exit_code);

}  // namespace terroir
