#include "kernels/corner_ring.h"
#include "kernels/warp_runs.h"
#include "pipeline/plan/warp.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace terroir {
namespace {

constexpr Index exact_patches = 1024;  // requests of larger windows are estimated
/// Beyond corners: up to them, which lie between the centres of pixels, but for rounding.
constexpr double up_to_corners = -0.5 - 5e-10;

}  // namespace

/// Pixels of which some lie around a pole, or on both ends of the source.
void Warp::include_rings(const ControlPatch& patch, const Window& part, Range& range) const {
  const Globe globe{turn_, pole_rows()};
  const double begin = static_cast<double>(extent_.col), end = static_cast<double>(extent_.col_end());
  const auto add = [&](Range r) {
    if (periodic_ && range.any) {  // the turn that lies nearest
      const double turns = std::floor(((r.col + r.col_end) / 2 - (range.col + range.col_end) / 2) / turn_ + 0.5);
      r.col -= turns * turn_, r.col_end -= turns * turn_;
    }
    if (!range.any) range = r;
    range.row = std::min(range.row, r.row), range.row_end = std::max(range.row_end, r.row_end);
    range.col = std::min(range.col, r.col), range.col_end = std::max(range.col_end, r.col_end);
  };
  for (Index row = part.row; row < part.row_end(); ++row)
    for (Index col = part.col; col < part.col_end(); ++col) {
      const CornerRing ring = ring_of(corners_of(patch, row, col), globe);
      Range own;
      for (const PixelPoint& p : std::span(ring.points).first(static_cast<std::size_t>(ring.count))) {
        if (!own.any) own = {p.row, p.row, p.col, p.col, -0.5, -0.5, true};
        own.row = std::min(own.row, p.row), own.row_end = std::max(own.row_end, p.row);
        own.col = std::min(own.col, p.col), own.col_end = std::max(own.col_end, p.col);
      }
      for (const double turns : {0.0, turn_, -turn_}) {
        Range turned = own;
        turned.col += turns, turned.col_end += turns;
        if (own.any && (periodic_ ? turns == 0 : turned.col < end && turned.col_end > begin)) add(turned);
      }
    }
}

void Warp::include(const ControlPatch& patch, const Window& part, const BoundKernel& kernel, Range& range) const {
  const Index s = patch.spacing;
  const Window w = part.shifted(-patch.place.row, -patch.place.col);
  if (corners_ && turn_ > 0 && s == 1) return include_rings(patch, w, range);
  Range own;
  if (corners_) own.support_rows = own.support_cols = up_to_corners;
  const auto add = [&](const PixelPoint& p) {
    if (!known(p)) return;
    if (!own.any) own = {p.row, p.row, p.col, p.col, own.support_rows, own.support_cols, true};
    own.row = std::min(own.row, p.row), own.row_end = std::max(own.row_end, p.row);
    own.col = std::min(own.col, p.col), own.col_end = std::max(own.col_end, p.col);
  };
  // Positions are bilinear in a cell, so those of its part in the window lie between the corners of that part.
  for (Index i = w.row / s; i * s < w.row_end(); ++i)
    for (Index j = w.col / s; j * s < w.col_end(); ++j) {
      const Window cell = intersect(w, {i * s, j * s, s, s});
      const Index beyond_last = corners_ ? 0 : 1;
      for (const Index row : {cell.row, cell.row_end() - beyond_last})
        for (const Index col : {cell.col, cell.col_end() - beyond_last}) add(position_in(patch, i, j, row - i * s, col - j * s));
      if (corners_) continue;
      const CellScale scale = cell_scale(patch, i, j, {largest_scale_, turn_, torn()});
      own.support_rows = std::max(own.support_rows, *kernel.support(scale.row));
      own.support_cols = std::max(own.support_cols, *kernel.support(scale.col));
    }
  if (!own.any) return;
  if (periodic_ && range.any) {  // the turn that lies nearest
    const double turns = std::floor(((own.col + own.col_end) / 2 - (range.col + range.col_end) / 2) / turn_ + 0.5);
    own.col -= turns * turn_, own.col_end -= turns * turn_;
  }
  if (!range.any) {
    range = own;
    return;
  }
  range = {std::min(range.row, own.row),
           std::max(range.row_end, own.row_end),
           std::min(range.col, own.col),
           std::max(range.col_end, own.col_end),
           std::max(range.support_rows, own.support_rows),
           std::max(range.support_cols, own.support_cols),
           true};
}

Warp::Range Warp::estimate(const Window& destination, const BoundKernel& kernel) const {
  constexpr Index steps = 16;
  std::vector<MapPoint> points;
  for (Index i = 0; i <= steps; ++i)
    for (Index j = 0; j <= steps; ++j)
      points.push_back(destination_.to_map({static_cast<double>(destination.row) + static_cast<double>(destination.rows * i) / steps,
                                            static_cast<double>(destination.col) + static_cast<double>(destination.cols * j) / steps}));
  to_source(points);
  std::vector<PixelPoint> pixels;
  for (const MapPoint& p : points) pixels.push_back(source_.to_pixel(p));
  unwrap(pixels, steps + 1);
  Range range;
  for (const PixelPoint& p : pixels) {
    if (!known(p)) continue;
    if (!range.any) range = {p.row, p.row, p.col, p.col, *kernel.support(1), *kernel.support(1), true};
    range.row = std::min(range.row, p.row), range.row_end = std::max(range.row_end, p.row);
    range.col = std::min(range.col, p.col), range.col_end = std::max(range.col_end, p.col);
  }
  range.support_rows += (range.row_end - range.row) / steps, range.support_cols += (range.col_end - range.col) / steps;
  return range;
}

Window Warp::window_of(const Range& range, bool one_turn) const {
  if (!range.any) return {};
  // What lies far outside is no nearer for being exact, and must fit an integer.
  const auto bounded = [](double v, Index low, Index high) {
    return std::clamp(v, static_cast<double>(low) - 4, static_cast<double>(high) + 4);
  };
  const double row = std::floor(range.row - range.support_rows - 0.5), row_end = std::ceil(range.row_end + range.support_rows + 0.5);
  const double col = std::floor(range.col - range.support_cols - 0.5), col_end = std::ceil(range.col_end + range.support_cols + 0.5);
  const Index first = static_cast<Index>(bounded(row, extent_.row, extent_.row_end()));
  Window window{first, 0, static_cast<Index>(bounded(row_end, extent_.row, extent_.row_end())) - first, 0};
  if (!periodic_) {
    window.col = static_cast<Index>(bounded(col, extent_.col, extent_.col_end()));
    window.cols = static_cast<Index>(bounded(col_end, extent_.col, extent_.col_end())) - window.col;
    return intersect(window, extent_);
  }
  const double whole = static_cast<double>(extent_.cols);
  const auto begin = static_cast<Index>(col - std::floor((col - static_cast<double>(extent_.col)) / whole) * whole);
  const bool all =
      col_end - col >= whole || (one_turn && static_cast<double>(begin) + (col_end - col) > static_cast<double>(extent_.col_end()));
  window.col = all ? extent_.col : begin;
  window.cols = all ? extent_.cols : static_cast<Index>(col_end - col);
  return intersect(window, {extent_.row, window.col, extent_.rows, window.cols});
}

Window Warp::request(const Window& destination, const BoundKernel& kernel, bool one_turn) const {
  const Window wanted = intersect(destination, covered_);
  if (wanted.empty()) return {};
  if ((wanted.rows / side + 1) * (wanted.cols / side + 1) > exact_patches) return window_of(estimate(wanted, kernel), one_turn);
  Range range;
  for (const Place& place : places(wanted)) {
    const auto patch = this->patch(place);
    include(*patch, intersect(patch->place, wanted), kernel, range);
  }
  return window_of(range, one_turn);
}

}  // namespace terroir
