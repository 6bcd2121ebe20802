#pragma once

#include "pipeline/cf/spacing.h"
#include "tiling/cells.h"

#include <optional>
#include <span>

namespace terroir {

/// Cells of centres that ascend or descend, but not evenly: bounds ([cell][2]) that meet each other say where they end, else the middles
/// between centres do, and the outermost ones are as wide beyond their centre as before it. Nothing where centres do neither, or one
/// is missing. Without bounds the outermost cells of `latitudes` end at the poles, where these are nearer than the next centre, as on
/// Gaussian grids.
[[nodiscard]] std::optional<AxisCells> uneven_cells(std::span<const double> centres, std::span<const double> bounds, bool latitudes);

/// Cells of equal size.
[[nodiscard]] AxisCells even_cells(const Spacing& spacing, std::size_t count);

/// Latitudes of a Gaussian grid of so many rows (an even number), from the north: where the Legendre polynomial of their sine is zero.
[[nodiscard]] std::vector<double> gaussian_latitudes(Index rows);

/// Lets the outermost cells of longitudes meet where they are about to, around the globe.
void meet_around(AxisCells& longitudes);

/// The other way round.
[[nodiscard]] AxisCells reversed(AxisCells cells);

}  // namespace terroir
