#pragma once

#include "tiling/grid.h"

#include <array>
#include <memory>
#include <string>
#include <vector>

namespace terroir {

/// Cells along one axis: the centre of each, and where each begins and the last one ends, in one direction.
struct AxisCells {
  std::vector<double> centres, edges;
  bool even = true;  ///< all of one size
};

/// Where the pixels of a grid lie that is not affine: on rows and columns at places of their own (as of a Gaussian grid), or each where
/// its own coordinates say (curvilinear). A value; made once for all files that have the same.
struct Cells {
  Crs crs;  ///< of the coordinates
  Shape shape;
  AxisCells rows, cols;  ///< y and x of a rectilinear grid, from the north and the west
  /// Of a curvilinear grid: longitudes and latitudes of centres, with a ring of one around them (`at`): what lies beyond the outermost
  /// centres, or beside those without coordinates, is continued in a line. NaN: no place.
  std::vector<MapPoint> centres;
  std::vector<bool> placed;  ///< by pixel: the file has coordinates of it
  double turn = 0;           ///< columns of 360 degrees; 0: unknown, or not geographic
  bool around = false;       ///< goes once around the globe: the first column follows the last one
  std::string digest;        ///< tells it from others

  [[nodiscard]] bool curvilinear() const noexcept { return !centres.empty(); }
  /// "a curvilinear grid", "a grid of uneven rows or columns".
  [[nodiscard]] std::string kind() const { return curvilinear() ? "a curvilinear grid" : "a grid of uneven rows or columns"; }
  /// A centre, from row -1 and column -1 on.
  [[nodiscard]] const MapPoint& at(Index row, Index col) const noexcept {
    return centres[static_cast<std::size_t>((row + 1) * (shape.cols + 2) + col + 1)];
  }
  [[nodiscard]] bool is_placed(Index row, Index col) const noexcept { return placed[static_cast<std::size_t>(row * shape.cols + col)]; }
  /// Least and greatest x and y of all centres: left, bottom, right, top.
  [[nodiscard]] std::array<double, 4> bounds() const noexcept;
  [[nodiscard]] std::size_t bytes() const noexcept;
};

/// Cells on rows and columns of their own. Of a geographic CRS it is found whether they go around the globe.
[[nodiscard]] std::shared_ptr<const Cells> rectilinear_cells(Crs crs, AxisCells rows, AxisCells cols);

/// Cells by the longitude and latitude of each centre, row by row; NaN where there is none. Where neighbours have the very same
/// coordinates these only fill a place (as of land that a model leaves out), and count as missing.
[[nodiscard]] std::shared_ptr<const Cells> curvilinear_cells(Crs crs, Shape shape, std::vector<MapPoint> centres);

/// The same cells in other coordinates than the file says.
[[nodiscard]] std::shared_ptr<const Cells> in_crs(const Cells& cells, Crs crs);

/// `to` in the turn of the globe that is next to `from`.
[[nodiscard]] double next_to(double from, double to) noexcept;

}  // namespace terroir
