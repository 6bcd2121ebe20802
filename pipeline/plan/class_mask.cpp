#include "pipeline/plan/class_mask.h"

#include <algorithm>

namespace terroir {

std::optional<InventoryLayer> as_mask(const InventoryLayer& layer, const std::string& input, const Recipe& recipe) {
  const auto is_it = [&](const Reference& reference) { return reference.name == input; };
  const auto masks = [&](const auto& port) { return port.first != "data" && std::any_of(port.second.begin(), port.second.end(), is_it); };
  const auto uses = [&](const StepSpec& step) { return std::any_of(step.inputs.begin(), step.inputs.end(), masks); };
  const auto hides = [](const Decoding& d) { return d.nodata || d.missing || d.valid; };
  if (!layer.own_nodata || std::none_of(layer.decodings.begin(), layer.decodings.end(), hides)) return std::nullopt;
  if (std::none_of(recipe.steps.begin(), recipe.steps.end(), uses)) return std::nullopt;
  InventoryLayer mask = layer;
  for (Decoding& decoding : mask.decodings) decoding.nodata.reset(), decoding.missing.reset(), decoding.valid.reset();
  return mask;
}

}  // namespace terroir
