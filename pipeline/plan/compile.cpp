#include "pipeline/plan/blocking.h"
#include "pipeline/plan/elevation_units.h"
#include "pipeline/plan/graph.h"
#include "pipeline/plan/memory.h"
#include "pipeline/plan/overlap.h"
#include "pipeline/plan/passes.h"
#include "pipeline/plan/rasterize.h"
#include "pipeline/plan/reading.h"
#include "pipeline/plan/rechunk.h"
#include "pipeline/plan/sha256.h"
#include "pipeline/plan/target_grid.h"
#include "pipeline/plan/value_json.h"
#include "terroir_version.h"

#include <algorithm>
#include <cmath>

namespace terroir {
namespace {

bool has_error(const std::vector<Diagnostic>& diagnostics) {
  return std::any_of(diagnostics.begin(), diagnostics.end(), [](const Diagnostic& d) { return !d.warning; });
}

std::string plan_hash(const Plan& plan) {
  std::string text = std::string("terroir ") + version + "\n" + to_json(plan.canonical).dump() + "\n";
  for (const auto& file : plan.files)
    text += file.name + " " + std::to_string(file.fingerprint.size) + " " + std::to_string(file.fingerprint.head_crc32c) + " " +
            std::to_string(file.fingerprint.tail_crc32c) + (file.polygons.empty() ? "" : " " + file.polygons) + "\n";
  for (const Op& op : plan.ops)
    if (op.warp && op.warp->operation() != nullptr) text += op.step + " by " + op.warp->operation()->name() + "\n";
  return sha256(text);
}

void warn(std::vector<Diagnostic>& diagnostics, Position at, const std::string& where, const std::string& problem,
          const std::string& remedy) {
  diagnostics.push_back({at, where, problem, remedy, true});
}

/// What the user should look at although the run can go on.
void look_over(const Plan& plan, const Recipe& recipe, std::vector<Diagnostic>& diagnostics) {
  for (std::size_t i = 0; i < plan.passes.size(); ++i) {
    const Pass& pass = plan.passes[i];
    const std::string where = "pass " + std::to_string(i + 1);
    if (pass.read_amplification > 2)
      warn(diagnostics, {}, where,
           "input chunks are decoded " + number_text(std::round(pass.read_amplification * 10) / 10) + " times on average",
           "a larger `shard`, or inputs with smaller chunks, would read less");
    const std::string larger = delivers_times(plan, make_program(plan, pass)) ? "chunk" : "shard";
    if (pass.recompute > recompute_limit)
      warn(diagnostics, {}, where,
           "steps work on " + number_text(std::round(pass.recompute * 10) / 10) + " pixels for each one kept, with their neighbourhoods",
           "a larger `" + larger + "` would compute less");
  }
  for (std::size_t i = 0; i < plan.outputs.size(); ++i)
    if (plan.outputs[i].lattice != 0)
      warn(diagnostics, recipe.outputs[i].at, "outputs." + recipe.outputs[i].name,
           "its layers are not on the recipe's grid, so it is written on theirs", "resample them if the recipe's grid is meant");
  warn_of_gaps(plan, diagnostics);
}

bool exceeds_memory(const Plan& plan) { return plan.resources.memory > 0 && plan.projected_memory() > plan.resources.memory; }

void check_memory(const Plan& plan, std::vector<Diagnostic>& diagnostics) {
  if (!exceeds_memory(plan)) return;
  const std::size_t projected = plan.projected_memory();
  const auto largest =
      std::max_element(plan.memory.begin(), plan.memory.end(), [](const auto& a, const auto& b) { return a.bytes < b.bytes; });
  diagnostics.push_back({{},
                         "memory",
                         "each rank would take up to " + bytes_text(projected) + " and may take " + bytes_text(plan.resources.memory) +
                             " (most for " + largest->name + ": " + bytes_text(largest->bytes) + ")",
                         "allow more with --memory, start fewer ranks or --threads, or give the output a smaller `chunk`",
                         false});
}

/// Everything that headers and polygons tell of a recipe, or of what is whole of it.
void survey(const Recipe& recipe, SourceOpener& opener, CrsReader& crs, UnitConverter& units, Inventory& inventory, Plan& plan,
            Compiled& result) {
  inventory = take_inventory(recipe, opener, crs, units, result.diagnostics);
  const auto grid = recipe.grid.whole ? target_grid(recipe, inventory, crs, result.diagnostics) : std::nullopt;
  take_polygons(recipe, grid, opener, crs, plan.resources, inventory, result.diagnostics);
  for (const auto& file : inventory.files) result.files.push_back(file.planned.path);
  const auto outputs = build_graph(recipe, inventory, grid, crs, plan, result.diagnostics);
  if (!has_error(result.diagnostics)) warn_of_elevation_units(recipe, plan, units, result.diagnostics);
  if (!grid) return;
  lay_out_outputs(outputs, plan, result.diagnostics);
  check_overlap(plan, recipe.grid, result.diagnostics);
}

}  // namespace

void look_through(const Recipe& rest, SourceOpener& opener, CrsReader& crs, UnitConverter& units, const Resources& resources,
                  Compiled& found) {
  Inventory inventory;
  Plan plan;
  plan.resources = resources;
  survey(rest, opener, crs, units, inventory, plan, found);
}

Compiled compile(const Recipe& recipe, SourceOpener& opener, CrsReader& crs, UnitConverter& units, const Resources& resources) {
  Compiled result;
  Plan plan;
  plan.recipe_file = recipe.file;
  plan.name = recipe.name;
  plan.canonical = canonical_recipe(recipe);
  plan.resources = resources;
  Inventory inventory;
  survey(recipe, opener, crs, units, inventory, plan, result);
  if (has_error(result.diagnostics)) return result;
  cut_passes(plan);
  plan_rechunk(plan);
  project_memory(plan);
  while (exceeds_memory(plan) && cut_frugally(plan)) project_memory(plan);
  check_scratch(plan, result.diagnostics);
  if (has_error(result.diagnostics)) return result;
  measure_reading(plan);
  check_memory(plan, result.diagnostics);
  result.over_budget = has_error(result.diagnostics);
  look_over(plan, recipe, result.diagnostics);
  plan.hash = plan_hash(plan);
  for (const auto& file : inventory.files) result.sources.push_back(file.source);
  if (!has_error(result.diagnostics)) result.plan = std::move(plan);
  return result;
}

}  // namespace terroir
