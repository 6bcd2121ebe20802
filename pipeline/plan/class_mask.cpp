#include "pipeline/plan/class_mask.h"

#include <algorithm>

namespace terroir {

namespace {

bool names(const std::vector<Reference>& references, const std::string& name) {
  return std::any_of(references.begin(), references.end(), [&](const Reference& r) { return r.name == name; });
}

/// Whether a mask is what has this name, or a step that resamples it.
bool is_mask(const Recipe& recipe, const std::string& name) {
  for (const auto& step : recipe.steps)
    for (const auto& [port, references] : step.inputs) {
      if (!names(references, name)) continue;
      if (port != "data" || (step.process->info.name == "resample" && is_mask(recipe, step.name))) return true;
    }
  return false;
}

}  // namespace

std::optional<InventoryLayer> as_mask(const InventoryLayer& layer, const std::string& input, const Recipe& recipe) {
  const auto hides = [](const Decoding& d) { return d.nodata || d.missing || d.valid; };
  if (!layer.own_nodata || std::none_of(layer.decodings.begin(), layer.decodings.end(), hides)) return std::nullopt;
  if (!is_mask(recipe, input)) return std::nullopt;
  InventoryLayer mask = layer;
  for (Decoding& decoding : mask.decodings) decoding.nodata.reset(), decoding.missing.reset(), decoding.valid.reset();
  return mask;
}

}  // namespace terroir
