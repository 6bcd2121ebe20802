#pragma once

#include "pipeline/plan/inventory.h"

#include <optional>

namespace terroir {

/// The recipe's grid: that of the layer that `like` names (widened or cut to whole pixels of `bounds`), or the one its numbers give.
/// Nothing, with a diagnostic, when the recipe's `grid` leads to none.
[[nodiscard]] std::optional<Grid> target_grid(const Recipe&, const Inventory&, CrsReader&, std::vector<Diagnostic>&);

/// The smallest grid on the lattice of a layer's first file that holds all its files; nothing, with the culprit's name in
/// `misaligned`, when they are not on one lattice.
[[nodiscard]] std::optional<Grid> layer_grid(const InventoryLayer&, const Inventory&, std::string& misaligned);

/// Says that a file is on another grid than the others of its input: once, whatever asks for the grid.
void tell_misaligned(const InputSpec& input, const std::string& file, std::vector<Diagnostic>& diagnostics);

}  // namespace terroir
