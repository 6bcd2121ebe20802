#include "pipeline/recipe/placeholder.h"
#include "pipeline/recipe/section.h"
#include "pipeline/recipe/sections.h"

#include <algorithm>

namespace terroir {
namespace {

const std::vector<std::string> sections = {"version", "name", "parameters", "grid", "inputs", "steps", "outputs"};

/// The document with its sections under the names that are meant, so that a misspelt one hides no mistakes and makes none.
Value with_meant_sections(const Value& document, Report& report) {
  const Section top(&document, {1, 1}, "", sections, report);
  Value meant = document;
  for (auto& entry : meant.entries()) entry.key = meant_section(document, entry.key);
  return meant;
}

void check_version(const Section& document) {
  const Value* version = document.get("version");
  if (version == nullptr)
    document.report().error({1, 1}, "version", "'version' is missing", "begin the recipe with version: 1");
  else if (version->integer() != 1)
    document.complain("version",
                      (version->is_scalar() ? in_quotes(version->text()) : version->describe()) + " is no version of the recipe language",
                      "write version: 1");
}

/// Without a grid the recipe has that of its only input of pixels.
void complete_grid(const Section& document, Recipe& recipe) {
  if (document.has("grid")) return;
  recipe.grid.whole = false;
  // Which inputs have grids is not known where one has a mistake.
  if (std::any_of(recipe.inputs.begin(), recipe.inputs.end(), [](const auto& input) { return !input.whole; })) return;
  std::vector<const InputSpec*> with_grids;
  for (const auto& input : recipe.inputs)
    if (!input.rasterize) with_grids.push_back(&input);
  if (with_grids.size() == 1)
    recipe.grid.like = Reference{with_grids[0]->at, with_grids[0]->name, ""}, recipe.grid.whole = true;
  else if (with_grids.empty() && !recipe.inputs.empty())
    document.report().error({1, 1}, "grid", "'grid' is missing, and polygons have none",
                            "give grid: {crs: EPSG:CODE, resolution: SIZE, bounds: [XMIN, YMIN, XMAX, YMAX]}");
  else if (with_grids.size() > 1)
    document.report().error({1, 1}, "grid", "'grid' is missing, and there is more than one input", "give grid: {like: INPUT}");
}

/// What can be looked at of a recipe with mistakes, besides the sections that are not clear.
Recipe rest_of(Recipe recipe, const Report& report) {
  for (InputSpec& input : recipe.inputs) input.whole = input.whole && report.is_clear("inputs." + input.name);
  for (StepSpec& step : recipe.steps)
    if (!report.is_clear("steps." + step.name)) step.kernel.reset();
  for (OutputSpec& output : recipe.outputs)
    if (!report.is_clear("outputs." + output.name)) output.layers.clear(), output.path.clear();
  return recipe;
}

}  // namespace

std::string meant_section(const Value& document, const std::string& key) {
  const auto name = meant_by(key, sections);
  return name && document.find(*name) == nullptr ? *name : key;
}

ParsedRecipe parse_recipe(const Value& document, const Bindings& bindings, const std::string& file, const std::set<std::string>& unclear) {
  Report report(unclear);
  Recipe recipe;
  recipe.file = file;
  if (!document.is_map()) {
    report.error({1, 1}, "", "this is no recipe", "a recipe is a map of " + list_words(sections, "and"));
    return {std::nullopt, report.sorted(), {}};
  }
  const Value meant = with_meant_sections(document, report);
  Binder binder(meant, bindings, report);
  const Value bound = binder.put_literals(meant);
  const Section top(&bound, {1, 1}, "", {}, report);
  check_version(top);
  recipe.name = top.text("name").value_or("");
  const std::size_t before = report.errors();
  recipe.grid = read_grid(top.get("grid"), report);
  const bool named = top.has("grid") && has_placeholder(*top.get("grid"));  // what should have been put in has been told
  recipe.grid.whole = report.errors() == before && report.is_whole("grid") && !named;
  if (top.require("inputs", "give inputs: {NAME: {path: FILE}}")) recipe.inputs = read_inputs(top.get("inputs"), binder, report);
  recipe.steps = read_steps(top.get("steps"), report);
  if (top.require("outputs", "give outputs: {NAME: {path: FOLDER}}")) recipe.outputs = read_outputs(top.get("outputs"), binder, report);
  complete_grid(top, recipe);
  connect(recipe, report);
  binder.report_unused();
  recipe.literals = binder.literals();
  ParsedRecipe parsed{std::nullopt, report.sorted()};
  if (report.errors() == 0)
    parsed.recipe = std::move(recipe);
  else
    parsed.rest = rest_of(std::move(recipe), report);
  return parsed;
}

}  // namespace terroir
