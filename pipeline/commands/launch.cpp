#include "pipeline/commands/launch.h"

#include "pipeline/adapters/process/child.h"
#include "pipeline/commands/launcher.h"
#include "pipeline/commands/load_job.h"
#include "pipeline/error.h"
#include "pipeline/recipe/recipe.h"

#include <cstdlib>
#include <filesystem>
#include <ostream>

namespace terroir {
namespace {

namespace fs = std::filesystem;

constexpr int mistake = static_cast<int>(Fault::mistake);

/// `terroir` in a command means this program, wherever it stands: as the first word, and for a shell that finds no other one.
void start_this_program(LaunchPlan& plan) {
  const fs::path program = fs::read_symlink("/proc/self/exe");
  if (plan.words.front() == "terroir") plan.words.front() = program;
  const char* const own = std::getenv("PATH");
  const std::string path = own != nullptr ? own : "/usr/bin:/bin";
  if (plan.words.front() == "/bin/bash" && !find_program("terroir", path))
    plan.environment.insert(plan.environment.begin(), {"PATH", path + ":" + program.parent_path().string()});
}

}  // namespace

int run_launch(std::span<const std::string> arguments, std::ostream& out, std::ostream& errors) {
  int code = 0;
  const auto options = parse_job_options("launch",
                                         "Runs an Azure ML command job here: checks it, makes its output folders, starts mpirun and stays "
                                         "with it.\nWhat each rank prints is kept in JOB-run/user_logs. A first Ctrl-C stops the job so "
                                         "that the same command resumes it; a second one ends it at once.",
                                         arguments, out, errors, code);
  if (!options) return code;
  const JobText text = read_job_text(options->file);
  if (!text.document) {
    for (const auto& diagnostic : text.diagnostics) errors << to_text(diagnostic, options->file) << "\n";
    const bool folder = std::filesystem::is_directory(options->file);
    if (text.diagnostics.empty())
      errors << "terroir launch: " << options->file
             << (folder ? " is a folder; name a job file" : " is no job; use terroir run for a recipe") << "\n";
    return mistake;
  }
  LoadedJob loaded = load_job(text, *options);
  print_findings(loaded.findings, errors);
  if (has_mistakes(loaded.findings) || !loaded.planned.plan) return mistake;
  LaunchPlan plan = *std::move(loaded.planned.plan);
  start_this_program(plan);
  return launch(plan, out, errors);
}

}  // namespace terroir
