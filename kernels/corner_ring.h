#pragma once

#include "tiling/grid.h"

#include <array>

namespace terroir {

/// What the columns of a source in longitudes mean: how many go around the globe, and the rows at which its poles lie.
struct Globe {
  double turn = 0;  ///< 0: columns are no longitudes
  std::array<double, 2> poles{};
};

/// Rows for the poles of a source on a cylinder, which may reach them or not: next to its edges, but not on them, where corners lie that
/// are no poles.
[[nodiscard]] inline std::array<double, 2> poles_beyond(const Window& extent) noexcept {
  constexpr double beside = 1e-3;
  return {static_cast<double>(extent.row) - beside, static_cast<double>(extent.row_end()) + beside};
}

/// The outline of a destination pixel in the pixels of a source, corner after corner, in one turn of the globe; empty where a corner has no
/// place. The source's pole is a line there: where a corner or a side lies on it, or the pixel holds it, the outline follows that line.
struct CornerRing {
  static constexpr int most = 16;
  std::array<PixelPoint, most> points;
  int count = 0;

  void add(double row, double col) noexcept { points[static_cast<std::size_t>(count++)] = {row, col}; }
};

/// `corners`: in order around the pixel.
[[nodiscard]] CornerRing ring_of(const std::array<PixelPoint, 4>& corners, const Globe& globe) noexcept;

}  // namespace terroir
