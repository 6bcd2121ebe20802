#include "pipeline/run/boundary.h"

#include <algorithm>

namespace terroir {
namespace {

/// Where the value of position `at` is taken from, for an extent [first, end); -1 offset from `first` means nowhere.
struct Origin {
  bool there = false;
  Index at = 0;
};

Origin origin_of(Index at, Index first, Index end, Boundary boundary) noexcept {
  if (at >= first && at < end) return {true, at};
  switch (boundary) {
    case Boundary::nodata: return {};
    case Boundary::replicate: return {true, std::clamp(at, first, end - 1)};
    case Boundary::wrap: return {true, at};
    case Boundary::reflect: break;
  }
  const Index size = end - first, period = 2 * size;
  const Index turned = (at - first) - floor_div(at - first, period) * period;
  return {true, first + (turned < size ? turned : period - 1 - turned)};
}

}  // namespace

void copy_with_boundary(Block<const float> block, const Window& source, const Window& window, const Window& extent, Boundary boundary,
                        Block<float> out) noexcept {
  // Rows never wrap: a globe has two poles.
  const Boundary over_rows = boundary == Boundary::wrap ? Boundary::nodata : boundary;
  for (Index t = 0; t < out.times(); ++t)
    for (Index r = 0; r < window.rows; ++r) {
      const Origin row = origin_of(window.row + r, extent.row, extent.row_end(), over_rows);
      float* to = out.row(t, r);
      for (Index c = 0; c < window.cols; ++c) {
        const Origin col = origin_of(window.col + c, extent.col, extent.col_end(), boundary);
        const bool held = row.there && col.there && row.at >= source.row && row.at < source.row_end() && col.at >= source.col &&
                          col.at < source.col_end();
        to[c] = held ? block(t, row.at - source.row, col.at - source.col) : no_value;
      }
    }
}

void clear_outside(Block<float> block, const Window& window, const Window& extent, bool any_column) noexcept {
  Window inside = extent;
  if (any_column) inside.col = window.col, inside.cols = window.cols;
  inside = intersect(inside, window).shifted(-window.row, -window.col);
  for (Index t = 0; t < block.times(); ++t)
    for (Index r = 0; r < block.rows(); ++r) {
      float* row = block.row(t, r);
      const bool whole = r < inside.row || r >= inside.row_end() || inside.empty();
      std::fill_n(row, whole ? block.cols() : inside.col, no_value);
      if (!whole) std::fill_n(row + inside.col_end(), block.cols() - inside.col_end(), no_value);
    }
}

}  // namespace terroir
