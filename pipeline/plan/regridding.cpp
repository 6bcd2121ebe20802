#include "pipeline/plan/regridding.h"

#include "pipeline/error.h"

#include <algorithm>
#include <cmath>

namespace terroir {
namespace {

/// Columns in any turn of a globe.
constexpr Index everywhere = Index{1} << 40;

/// Least and greatest x of a window of a grid.
std::pair<double, double> span(const Grid& grid, const Window& window) {
  const double a = grid.affine().x0 + static_cast<double>(window.col) * grid.affine().dx;
  const double b = grid.affine().x0 + static_cast<double>(window.col_end()) * grid.affine().dx;
  return {std::min(a, b), std::max(a, b)};
}

/// First pixel whose place `within` it (0.5: its centre; 1: all but its end) reaches a source edge.
Index first_pixel(Index edge, double scale, double offset, double within) {
  return static_cast<Index>(std::ceil((static_cast<double>(edge) - offset) / scale - within - 1e-9));
}

}  // namespace

bool Regridding::warps() const {
  if (source_.crs() != target_.crs()) return true;
  if (!source_.crs().geographic) return false;
  if (goes_around(source_, extent_)) return true;
  const auto [from, from_end] = span(source_, extent_);
  const auto [to, to_end] = span(target_, target_.window());
  const auto meets = [&](double turn) { return from + turn < to_end && from_end + turn > to; };
  return meets(360) || meets(-360);
}

void Regridding::check_sphere() const {
  if (source_.crs() != target_.crs() || !source_.crs().geographic)
    throw Error(Fault::mistake, "conservative resampling goes between grids of one CRS in degrees; use average across CRSs");
}

LatticeMap Regridding::map() const {
  const Affine &a = target_.affine(), &b = source_.affine();
  return {a.dy / b.dy, (a.y0 - b.y0) / b.dy, a.dx / b.dx, (a.x0 - b.x0) / b.dx, goes_around(source_, extent_) ? extent_.cols : 0, b.y0,
          b.dy};
}

Window Regridding::covered(bool in_part) const {
  const LatticeMap m = map();
  const double begins = in_part ? 1 - 2e-6 : 0.5, ends = in_part ? 2e-6 : 0.5;
  const Index row = first_pixel(extent_.row, m.row_scale, m.row_offset, begins);
  if (m.period > 0) return {row, -everywhere, first_pixel(extent_.row_end(), m.row_scale, m.row_offset, ends) - row, 2 * everywhere};
  const Index col = first_pixel(extent_.col, m.col_scale, m.col_offset, begins);
  return {row, col, first_pixel(extent_.row_end(), m.row_scale, m.row_offset, ends) - row,
          first_pixel(extent_.col_end(), m.col_scale, m.col_offset, ends) - col};
}

}  // namespace terroir
