#include "pipeline/commands/check.h"

#include "pipeline/adapters/process/machine.h"
#include "pipeline/commands/check_job.h"
#include "pipeline/commands/load.h"

#include <algorithm>
#include <ostream>

namespace terroir {

namespace {

int check_recipe(const RecipeOptions& options, std::ostream& out, std::ostream& errors) {
  const LoadedPlan loaded = load_plan(options, {1, 1, allowed_processors()});
  print_diagnostics(loaded.compiled.diagnostics, loaded.file, false, errors);
  if (!loaded.good()) return loaded.exit_code();
  const auto warnings =
      std::count_if(loaded.compiled.diagnostics.begin(), loaded.compiled.diagnostics.end(), [](const Diagnostic& d) { return d.warning; });
  out << loaded.file << " is right" << (warnings == 0 ? "" : ", but see the warnings") << "\n";
  return 0;
}

}  // namespace

int run_check(std::span<const std::string> arguments, std::ostream& out, std::ostream& errors) {
  int code = 0;
  const auto options = parse_job_options("check",
                                         "Finds every mistake of a recipe and of its inputs' headers, or of an Azure ML job and the recipe "
                                         "that it runs.",
                                         arguments, out, errors, code);
  if (!options) return code;
  const JobText job = read_job_text(options->file);
  if (job.document && !options->recipe_only.empty()) {
    errors << "terroir check: " << options->recipe_only << " goes with a recipe, and " << options->file
           << " is a job; give it to terroir run in the job's command\n";
    return 2;
  }
  if (job.document) return check_job(job, *options, out, errors);
  const bool readable = std::all_of(job.diagnostics.begin(), job.diagnostics.end(), [](const Diagnostic& d) { return d.warning; });
  if (!options->job_only.empty() && readable) {
    errors << "terroir check: " << options->job_only << " goes with a job, and " << options->file << " is none; remove it\n";
    return 2;
  }
  RecipeOptions recipe;
  recipe.recipe = options->file;
  recipe.text = job.text;
  recipe.bindings = {options->launch.inputs, options->launch.outputs};
  recipe.memory = options->memory;
  recipe.threads = options->threads;
  return check_recipe(recipe, out, errors);
}

int run_plan(std::span<const std::string> arguments, std::ostream& out, std::ostream& errors) {
  int code = 0;
  const auto options =
      parse_recipe_options("plan", "Says what a run would read, compute, write and take; writes nothing.", arguments, out, errors, code);
  if (!options) return code;
  const LoadedPlan loaded = load_plan(*options, {1, 1, allowed_processors()});
  print_diagnostics(loaded.compiled.diagnostics, loaded.file, false, errors);
  if (!loaded.good()) return loaded.exit_code();
  out << (options->json ? explain_json(*loaded.compiled.plan) + "\n" : explain(*loaded.compiled.plan));
  return 0;
}

}  // namespace terroir
