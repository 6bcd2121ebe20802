#pragma once

#include "pipeline/plan/inventory.h"

#include <optional>

namespace terroir {

/// Fills the plan's lattices, axes, files, layers, inputs and ops from the recipe and its inventory, and tells which layers each
/// output writes. `target` becomes lattice 0; without one this finds mistakes only. Mistakes (mixed grids or time axes, unknown layers or
/// bands, colliding names) go to `diagnostics`; what depends on a mistake is left out without another complaint.
struct OutputLayers {
  const OutputSpec* spec = nullptr;
  std::vector<std::pair<std::string, LayerId>> layers;  ///< variable name and layer
  bool whole = true;                                    ///< none is left out for a mistake
};
[[nodiscard]] std::vector<OutputLayers> build_graph(const Recipe&, Inventory&, const std::optional<Grid>& target, CrsReader&, Plan&,
                                                    std::vector<Diagnostic>& diagnostics);

}  // namespace terroir
