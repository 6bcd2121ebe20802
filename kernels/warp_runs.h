#pragma once

#include "kernels/kernel.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace terroir {

/// Destination pixels side by side whose source positions lie on a line: pixel i at (row + i * row_step, col + i * col_step).
struct WarpRun {
  Index out_row = 0, out_col = 0, count = 0;  ///< in the output block
  double row = 0, row_step = 0, col = 0, col_step = 0;
  double row_scale = 1, col_scale = 1;  ///< source pixels for each destination pixel, along the steepest direction
  double row_span = 1, col_span = 1;    ///< sides of the box around the pixel's footprint, in source pixels
  double share = 1;                     ///< of the footprint in that box
};

/// Source pixels for each destination pixel in a cell of a control patch.
struct CellScale {
  double row = 1, col = 1, row_span = 1, col_span = 1, share = 1;
};

/// What bounds scales: `limit` what poles make of them, columns that are a `turn` of the globe apart are the same. Where positions are
/// `torn`, what is beyond the limit is no scale but a jump, and counts as unscaled, as cells with missing corners do.
struct ScaleBounds {
  double limit = 1;
  double turn = 0;
  bool torn = false;
};

[[nodiscard]] inline CellScale cell_scale(const ControlPatch& patch, Index i, Index j, const ScaleBounds& bounds) noexcept {
  const double limit = bounds.limit, beyond = bounds.torn ? 1.0 : limit;
  const PixelPoint &a = patch.at(i, j), &b = patch.at(i, j + 1), &c = patch.at(i + 1, j), &d = patch.at(i + 1, j + 1);
  const double part = 0.5 / static_cast<double>(patch.spacing);
  const auto bounded = [&](double value) { return value <= limit ? value : value > limit ? beyond : 1.0; };
  const double turn = bounds.turn, inverse = turn > 0 ? 1 / turn : 0;
  const auto step = [&](double from, double to) { return to - from - std::floor((to - from) * inverse + 0.5) * turn; };
  const double rx = (b.row - a.row + d.row - c.row) * part, ry = (c.row - a.row + d.row - b.row) * part;
  const double cx = (step(a.col, b.col) + step(c.col, d.col)) * part, cy = (step(a.col, c.col) + step(b.col, d.col)) * part;
  // From the first corner to the last, which of a pixel that is turned by 45 degrees lie in one row or column: then as wide as the pixel.
  const auto side = [](double x, double y) { return std::max(std::abs(x + y), (std::abs(x) + std::abs(y)) * 0.70710678118654752); };
  const double height = side(rx, ry), width = side(cx, cy), share = std::abs(rx * cy - ry * cx) / (height * width);
  return {bounded(std::sqrt(rx * rx + ry * ry)), bounded(std::sqrt(cx * cx + cy * cy)), bounded(height), bounded(width),
          share <= 2 ? share : 1.0};  // which it is, but for missing corners
}

namespace detail {

inline double between(double a, double b, double share) noexcept { return share == 0 ? a : a + (b - a) * share; }

/// The part of a row of a patch that the destination holds, cell by cell.
template <class Visit>
void visit_patch_row(const GridMap& map, const ControlPatch& patch, const Window& part, Index row, Index longest, const Visit& visit) {
  const Index spacing = patch.spacing, below = row - patch.place.row, i = below / spacing;
  const double size = static_cast<double>(spacing), down = static_cast<double>(below - i * spacing) / size;
  for (Index col = part.col; col < part.col_end();) {
    const Index along = col - patch.place.col, j = along / spacing, first = along - j * spacing;
    const Index count = std::min({part.col_end() - col, spacing - first, longest});
    const PixelPoint &a = patch.at(i, j), &b = patch.at(i, j + 1), &c = patch.at(i + 1, j), &d = patch.at(i + 1, j + 1);
    WarpRun run;
    run.out_row = row - map.destination.row, run.out_col = col - map.destination.col, run.count = count;
    run.row = between(a.row, c.row, down), run.col = between(a.col, c.col, down);
    if (spacing > 1) {
      run.row_step = (between(b.row, d.row, down) - run.row) / size;
      run.col_step = (between(b.col, d.col, down) - run.col) / size;
    }
    const CellScale scale = cell_scale(patch, i, j, {map.largest_scale, map.turn, map.torn});
    run.row_scale = scale.row, run.col_scale = scale.col, run.row_span = scale.row_span, run.col_span = scale.col_span,
    run.share = scale.share;
    visit(run, static_cast<double>(first));
    col += count;
  }
}

}  // namespace detail

/// Where the pixel `down` rows and `along` columns from the first of a cell lies in the source.
[[nodiscard]] inline PixelPoint position_in(const ControlPatch& patch, Index i, Index j, Index down, Index along) noexcept {
  const double size = static_cast<double>(patch.spacing), y = static_cast<double>(down) / size, x = static_cast<double>(along) / size;
  const PixelPoint &a = patch.at(i, j), &b = patch.at(i, j + 1), &c = patch.at(i + 1, j), &d = patch.at(i + 1, j + 1);
  const auto between = detail::between;
  return {between(between(a.row, c.row, y), between(b.row, d.row, y), x), between(between(a.col, c.col, y), between(b.col, d.col, y), x)};
}

/// The corners of the pixel `row` rows and `col` columns from the first of a patch whose points are corners, in order around the pixel.
[[nodiscard]] inline std::array<PixelPoint, 4> corners_of(const ControlPatch& patch, Index row, Index col) noexcept {
  const Index s = patch.spacing, i = row / s, j = col / s, down = row - i * s, along = col - j * s;
  return {position_in(patch, i, j, down, along), position_in(patch, i, j, down, along + 1), position_in(patch, i, j, down + 1, along + 1),
          position_in(patch, i, j, down + 1, along)};
}

/// Calls `visit(run, first)` for all destination pixels in runs of at most `longest`; the first pixel of a run stands at `first` steps.
template <class Visit>
void visit_runs(const GridMap& map, Index longest, const Visit& visit) {
  for (const auto& patch : map.patches) {
    const Window part = intersect(patch->place, map.destination);
    for (Index row = part.row; row < part.row_end(); ++row) detail::visit_patch_row(map, *patch, part, row, longest, visit);
  }
  if (!map.patches.empty()) return;
  WarpRun run;
  run.row_span = run.row_scale = std::abs(map.row_scale), run.col_span = run.col_scale = std::abs(map.col_scale);
  run.col_step = map.col_scale;
  run.col = map.col_offset + 0.5 * map.col_scale;
  for (run.out_row = 0; run.out_row < map.destination.rows; ++run.out_row)
    for (run.out_col = 0; run.out_col < map.destination.cols; run.out_col += longest) {
      run.count = std::min(longest, map.destination.cols - run.out_col);
      run.row = map.row_offset + map.row_scale * (static_cast<double>(map.destination.row + run.out_row) + 0.5);
      visit(run, static_cast<double>(map.destination.col + run.out_col));
    }
}

/// A source block for loops over runs: where its pixels are in the source, and which of them count.
struct WarpSource {
  double first_row = 0, first_col = 0, rows = 0, cols = 0;  ///< of the block
  double extent_row = 0, extent_col = 0, extent_row_end = 0, extent_col_end = 0;
  double period = 0, inverse_period = 0;  ///< both 0: none
  std::int32_t stride = 0;

  WarpSource(const GridMap& map, const Block<const float>& in) noexcept
      : first_row(static_cast<double>(map.source.row)),
        first_col(static_cast<double>(map.source.col)),
        rows(static_cast<double>(in.rows())),
        cols(static_cast<double>(in.cols())),
        extent_row(first_row),
        extent_col(first_col),
        extent_row_end(first_row + rows),
        extent_col_end(first_col + cols),
        stride(static_cast<std::int32_t>(in.row_stride())) {
    if (map.patches.empty()) return;
    constexpr double far = std::numeric_limits<double>::max();
    extent_row = static_cast<double>(map.extent.row), extent_row_end = static_cast<double>(map.extent.row_end());
    extent_col = static_cast<double>(map.extent.col), extent_col_end = static_cast<double>(map.extent.col_end());
    if (map.period == 0) return;
    period = static_cast<double>(map.period), inverse_period = 1 / period;
    extent_col = -far, extent_col_end = far;
  }
};

}  // namespace terroir
