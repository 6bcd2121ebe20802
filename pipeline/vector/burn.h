#pragma once

#include "pipeline/vector/edge_table.h"

namespace terroir {

/// A part of one band of a grid, and its pixels: row-major, `stride` apart.
struct BurnTarget {
  Window window;
  float* pixels = nullptr;
  Index stride = 0;
  [[nodiscard]] float* row(Index row) const noexcept { return pixels + (row - window.row) * stride; }
};

/// Gives the pixels whose centre lies in a polygon the polygon's value; where polygons overlap the last one counts. Inside is what a line
/// from far away reaches by crossing rings an odd number of times. A centre on an edge belongs to the polygon that lies left of it, or
/// below it.
void burn_centers(const EdgeTable::Band& band, const BurnTarget& target);

/// Gives the pixels of which a polygon has any part, however small, its value.
void burn_touched(const EdgeTable::Band& band, const BurnTarget& target);

/// The share of each pixel's area that lies in polygons, right to a millionth: shares of several polygons are added, up to 1.
void burn_coverage(const EdgeTable::Band& band, const BurnTarget& target);

/// Memory that one call may take, for a target of some shape.
[[nodiscard]] std::size_t burn_scratch(Shape target) noexcept;

}  // namespace terroir
