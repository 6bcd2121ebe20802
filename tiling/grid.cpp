#include "tiling/grid.h"

#include "tiling/angle.h"
#include "tiling/cells.h"

#include <cmath>

namespace terroir {

Grid::Grid(std::shared_ptr<const Cells> cells) : shape_(cells->shape), cells_(std::move(cells)) {
  crs_.wkt = "CELLS[\"" + cells_->kind() + "\"," + cells_->digest + "]";
}

Grid Grid::sub(const Window& w) const {
  const MapPoint corner = to_map({static_cast<double>(w.row), static_cast<double>(w.col)});
  return {crs_, {corner.x, affine_.dx, corner.y, affine_.dy}, w.shape(), cells_};
}

std::optional<Window> Grid::locate(const Grid& other, double tolerance) const {
  if (crs_ != other.crs_) return std::nullopt;
  const auto& o = other.affine_;
  const PixelPoint first = to_pixel({o.x0, o.y0});
  const PixelPoint last = to_pixel(other.to_map({static_cast<double>(other.shape_.rows), static_cast<double>(other.shape_.cols)}));
  const double row = std::round(first.row), col = std::round(first.col);
  const auto off = [&](double value, double whole) { return std::abs(value - whole) > tolerance; };
  if (off(first.row, row) || off(first.col, col)) return std::nullopt;
  if (off(last.row, row + static_cast<double>(other.shape_.rows)) || off(last.col, col + static_cast<double>(other.shape_.cols)))
    return std::nullopt;
  return Window{static_cast<Index>(row), static_cast<Index>(col), other.shape_.rows, other.shape_.cols};
}

std::array<double, 2> Grid::ground_size(Index row) const noexcept {
  const double width = std::abs(affine_.dx), height = std::abs(affine_.dy);
  if (!crs_.geographic) return {width * crs_.metres_per_unit, height * crs_.metres_per_unit};
  const double latitude = y_centre(row) * radians_per_degree;
  const double e2 = crs_.flattening * (2 - crs_.flattening);
  const double s = std::sin(latitude), w2 = 1 - e2 * s * s;
  const double prime_vertical = crs_.semi_major / std::sqrt(w2);
  const double meridian = crs_.semi_major * (1 - e2) / (w2 * std::sqrt(w2));
  return {width * radians_per_degree * prime_vertical * std::cos(latitude), height * radians_per_degree * meridian};
}

}  // namespace terroir
