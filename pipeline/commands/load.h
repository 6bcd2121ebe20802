#pragma once

#include "pipeline/commands/options.h"
#include "pipeline/error.h"
#include "pipeline/plan/plan.h"
#include "pipeline/ports/crs_reader.h"

#include <functional>
#include <memory>

namespace terroir {

/// What a recipe's file came to: the recipe, or why there is none.
struct LoadedRecipe {
  std::string file;  ///< for messages
  ParsedRecipe parsed;
};

/// The text of a YAML file, as far as `read_yaml` takes it and one byte more. Throws Error(Fault::mistake) with the remedy where it cannot
/// be opened.
[[nodiscard]] std::string document_text(const std::string& path, const std::string& remedy);

/// Reads a recipe from a file, or from a store that Terroir wrote (the recipe is one of its attributes).
[[nodiscard]] LoadedRecipe load_recipe(const RecipeOptions& options);

/// A plan and what it was made with, which must outlive a run of it.
struct LoadedPlan {
  std::string file;
  std::unique_ptr<CrsReader> crs;
  std::unique_ptr<SourceOpener> opener;
  Compiled compiled;
  [[nodiscard]] bool good() const noexcept { return compiled.plan.has_value(); }
  /// Why there is no plan: 5 when the budget is the only obstacle, else 2.
  [[nodiscard]] int exit_code() const noexcept { return static_cast<int>(compiled.over_budget ? Fault::memory : Fault::mistake); }
};

/// Ranks of a job, and those on this node with the processors that they share.
struct Party {
  int ranks = 1, local_ranks = 1, local_processors = 1;
};

/// Puts another opener around the one that opens files.
using WrapOpener = std::function<std::unique_ptr<SourceOpener>(std::unique_ptr<SourceOpener>)>;

/// Loads a recipe and compiles it for the ranks of a job.
[[nodiscard]] LoadedPlan load_plan(const RecipeOptions& options, const Party& party, const WrapOpener& wrap = {});

/// All diagnostics, one a line; warnings too, unless `quiet`.
void print_diagnostics(const std::vector<Diagnostic>& diagnostics, const std::string& file, bool quiet, std::ostream& out);

}  // namespace terroir
