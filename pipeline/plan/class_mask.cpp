#include "pipeline/plan/class_mask.h"

#include <algorithm>
#include <set>

namespace terroir {

namespace {

bool names(const std::vector<Reference>& references, const std::string& name) {
  return std::any_of(references.begin(), references.end(), [&](const Reference& r) { return r.name == name; });
}

/// Whether a mask is what has this name, or a step that resamples it. `seen`: steps that were asked before, for a recipe with mistakes may
/// go in a circle.
bool is_mask(const Recipe& recipe, const std::string& name, std::set<std::string>& seen) {
  for (const auto& step : recipe.steps)
    for (const auto& [port, references] : step.inputs) {
      if (!names(references, name)) continue;
      const bool resampled = step.process != nullptr && step.process->info.name == "resample" && seen.insert(step.name).second;
      if (port != "data" || (resampled && is_mask(recipe, step.name, seen))) return true;
    }
  return false;
}

}  // namespace

std::optional<InventoryLayer> as_mask(const InventoryLayer& layer, const std::string& input, const Recipe& recipe) {
  const auto hides = [](const Decoding& d) { return d.nodata || d.missing || d.valid; };
  if (!layer.own_nodata || std::none_of(layer.decodings.begin(), layer.decodings.end(), hides)) return std::nullopt;
  std::set<std::string> seen;
  if (!is_mask(recipe, input, seen)) return std::nullopt;
  InventoryLayer mask = layer;
  for (Decoding& decoding : mask.decodings) decoding.nodata.reset(), decoding.missing.reset(), decoding.valid.reset();
  return mask;
}

}  // namespace terroir
