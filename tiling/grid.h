#pragma once

#include "tiling/window.h"

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace terroir {

/// A coordinate reference system as far as the core needs it; the PROJ adapter fills it in.
struct Crs {
  std::string wkt;              ///< WKT2:2019, normalised by PROJ; empty when unknown
  std::string authority;        ///< "EPSG:32632", or empty
  bool geographic = false;      ///< axes are longitude and latitude in degrees
  double metres_per_unit = 1;   ///< of a projected axis
  double semi_major = 6378137;  ///< of the ellipsoid, metres
  double flattening = 1 / 298.257223563;
  double equator = 0;  ///< its length in units of the map, where this is a cylinder around the axis of the poles

  /// After how much of x the globe begins again; 0: it does not.
  [[nodiscard]] double turn() const noexcept { return geographic ? 360 : equator; }
  [[nodiscard]] bool known() const noexcept { return !wkt.empty(); }
  /// The same system: equal authority codes, or equal text where one has none.
  friend bool operator==(const Crs& a, const Crs& b) noexcept {
    return !a.authority.empty() && !b.authority.empty() ? a.authority == b.authority : a.wkt == b.wkt;
  }
};

struct MapPoint {
  double x = 0, y = 0;
};

/// Corner-based position in pixels: (0, 0) is the outer corner of the first pixel, (0.5, 0.5) its centre.
struct PixelPoint {
  double row = 0, col = 0;
};

/// Pixel to map without rotation: x = x0 + col * dx, y = y0 + row * dy. North-up grids have dy < 0.
struct Affine {
  double x0 = 0, dx = 1, y0 = 0, dy = -1;
  friend bool operator==(const Affine&, const Affine&) = default;
};

struct Cells;

/// Where pixels are: CRS, affine transform, shape. Pixels that lie on no affine grid have places of their own (`cells`).
class Grid {
 public:
  Grid() = default;
  Grid(Crs crs, Affine affine, Shape shape, std::shared_ptr<const Cells> cells = nullptr)
      : crs_(std::move(crs)), affine_(affine), shape_(shape), cells_(std::move(cells)) {}
  /// The rows and columns of cells, numbered, as a CRS of their own that no other cells share.
  explicit Grid(std::shared_ptr<const Cells> cells);

  [[nodiscard]] const Crs& crs() const noexcept { return crs_; }
  [[nodiscard]] const Affine& affine() const noexcept { return affine_; }
  [[nodiscard]] Shape shape() const noexcept { return shape_; }
  /// Where pixels are that lie on no affine grid; null for all others.
  [[nodiscard]] const std::shared_ptr<const Cells>& cells() const noexcept { return cells_; }
  [[nodiscard]] Window window() const noexcept { return {0, 0, shape_.rows, shape_.cols}; }

  [[nodiscard]] MapPoint to_map(PixelPoint p) const noexcept { return {affine_.x0 + p.col * affine_.dx, affine_.y0 + p.row * affine_.dy}; }
  [[nodiscard]] PixelPoint to_pixel(MapPoint p) const noexcept {
    return {(p.y - affine_.y0) / affine_.dy, (p.x - affine_.x0) / affine_.dx};
  }
  /// Map coordinates of a pixel's centre.
  [[nodiscard]] double x_centre(Index col) const noexcept { return affine_.x0 + (static_cast<double>(col) + 0.5) * affine_.dx; }
  [[nodiscard]] double y_centre(Index row) const noexcept { return affine_.y0 + (static_cast<double>(row) + 0.5) * affine_.dy; }

  /// The part of this grid (or of its continuation) that a window covers.
  [[nodiscard]] Grid sub(const Window& w) const;

  /// The window of `other` in this grid's pixels, when both have the same CRS and pixel size and lie whole pixels apart;
  /// nothing otherwise. `tolerance` in pixels, over the whole extent of `other`.
  [[nodiscard]] std::optional<Window> locate(const Grid& other, double tolerance = 1e-3) const;

  /// Ground size of one pixel of a row, metres, {width, height}. Projected: pixel size times the unit. Geographic: arc lengths
  /// along the parallel and the meridian of the ellipsoid at the row's centre. Rows outside the grid are continued.
  [[nodiscard]] std::array<double, 2> ground_size(Index row) const noexcept;

  friend bool operator==(const Grid&, const Grid&) = default;

 private:
  Crs crs_;
  Affine affine_;
  Shape shape_;
  std::shared_ptr<const Cells> cells_;
};

}  // namespace terroir
