#pragma once

#include "tiling/grid.h"

#include <array>
#include <optional>

namespace terroir {

/// Four neighbouring centres of a curvilinear grid (upper left, upper right, lower left, lower right), and what lies between them:
/// bilinear in longitude and latitude or, where one is nearer to a pole than ten degrees, in the plane that touches the globe there.
class Quad {
 public:
  explicit Quad(const std::array<MapPoint, 4>& corners) noexcept;

  /// All corners have a place.
  [[nodiscard]] bool whole() const noexcept { return whole_; }
  /// The shares of the way down (row) and across (col) at which a point lies, each from 0 to 1 but for `slack`; nothing outside.
  [[nodiscard]] std::optional<PixelPoint> find(const MapPoint& point, double slack) const noexcept;
  /// The point at such shares.
  [[nodiscard]] MapPoint at(double down, double across) const noexcept;

 private:
  [[nodiscard]] std::array<MapPoint, 4> around(const MapPoint& point) const noexcept;
  [[nodiscard]] MapPoint in_plane(const MapPoint& point) const noexcept;

  std::array<MapPoint, 4> corners_;
  double pole_ = 0;  ///< 1, -1, or 0: far from both
  bool whole_ = true;
};

}  // namespace terroir
