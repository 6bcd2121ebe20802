#pragma once

#include "pipeline/cf/axes.h"

namespace terroir {

/// Where rows and columns of a variable lie.
struct PlacedGrid {
  Grid grid;              ///< north-up; of cells that are on no affine grid with these (`Grid::cells`), its CRS unknown
  bool south_up = false;  ///< rows are stored from the south
  bool mirrored = false;  ///< columns are stored from the east
};

/// Finds the grid of a variable by its coordinates and grid mapping. Without a CRS of its own, the longitudes and latitudes of each cell
/// count, where the file has them. Throws Error(Fault::mistake), the text with the path and what to do.
[[nodiscard]] PlacedGrid place_grid(CfFile& file, const CfVariable& variable, const CfAxis& y, const CfAxis& x, CrsReader& crs);

}  // namespace terroir
