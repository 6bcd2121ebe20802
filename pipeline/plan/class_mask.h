#pragma once

#include "pipeline/plan/inventory.h"

#include <optional>
#include <string>

namespace terroir {

/// A layer of an input as masks of the recipe see it, where that is another: what the files of classes alone call nodata is a class there,
/// for 0 is often said to be nodata and means clear.
[[nodiscard]] std::optional<InventoryLayer> as_mask(const InventoryLayer& layer, const std::string& input, const Recipe& recipe);

}  // namespace terroir
