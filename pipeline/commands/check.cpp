#include "pipeline/commands/check.h"

#include "pipeline/adapters/process/machine.h"
#include "pipeline/commands/load.h"

#include <algorithm>
#include <ostream>

namespace terroir {

int run_check(std::span<const std::string> arguments, std::ostream& out, std::ostream& errors) {
  int code = 0;
  const auto options =
      parse_recipe_options("check", "Finds every mistake of a recipe and of its inputs' headers.", arguments, out, errors, code);
  if (!options) return code;
  const LoadedPlan loaded = load_plan(*options, {1, 1, allowed_processors()});
  print_diagnostics(loaded.compiled.diagnostics, loaded.file, false, errors);
  if (!loaded.good()) return loaded.exit_code();
  const auto warnings =
      std::count_if(loaded.compiled.diagnostics.begin(), loaded.compiled.diagnostics.end(), [](const Diagnostic& d) { return d.warning; });
  out << loaded.file << " is right" << (warnings == 0 ? "" : ", but see the warnings") << "\n";
  return 0;
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
