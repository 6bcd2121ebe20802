#pragma once

#include "pipeline/plan/inventory.h"

namespace terroir {

/// Reads the polygons of all inputs that have `rasterize`, as layers on the recipe's grid. Mistakes go to `diagnostics`: layers, attributes
/// and geometries that are not there or cannot be used, a missing CRS, polygons that do not meet the grid. Without a grid, which has
/// its own mistakes then, only headers are looked at. Throws Error(Fault::memory) when polygons take more than a rank may.
void take_polygons(const Recipe&, const std::optional<Grid>& target, SourceOpener&, CrsReader&, const Resources&, Inventory&,
                   std::vector<Diagnostic>& diagnostics);

}  // namespace terroir
