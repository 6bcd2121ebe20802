#pragma once

#include "tiling/window.h"

#include <optional>
#include <span>

namespace terroir {

/// Cells of equal size along an axis, in the order of the coordinate.
struct Spacing {
  double edge = 0;  ///< outer edge of the first cell
  double step = 1;  ///< negative where coordinates descend
};

/// The spacing of coordinates, when they are regular: within a thousandth of a cell, beside what rounding to float32 moved them.
/// Rounding is undone: a step is taken for the nearest short decimal or 1/n that all coordinates agree with, and likewise the edge.
/// `precision`: relative error of a coordinate as stored (2^-24 for float32, 2^-53 for double). Nothing for fewer than two
/// coordinates, missing ones, or irregular ones.
[[nodiscard]] std::optional<Spacing> regular_spacing(std::span<const double> centres, double precision);

/// The centres of cells from their bounds ([cell][2]), where these are regular but the coordinates are not in their middle; nothing
/// where bounds do not contradict the coordinates. Outermost bounds may be clipped (at the poles).
[[nodiscard]] std::optional<Spacing> spacing_by_bounds(std::span<const double> centres, std::span<const double> bounds, double precision);

}  // namespace terroir
