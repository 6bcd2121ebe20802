#pragma once

#include <algorithm>
#include <cstdint>

namespace terroir {

/// Counts and positions of pixels, times, tiles and chunks.
using Index = std::int64_t;

/// Rows and columns of a grid, a window or a chunk.
struct Shape {
  Index rows = 0;
  Index cols = 0;
  [[nodiscard]] constexpr Index area() const noexcept { return rows * cols; }
  friend constexpr bool operator==(const Shape&, const Shape&) = default;
};

/// How many pixels beyond a window are needed, alike on both sides.
struct Halo {
  Index rows = 0;
  Index cols = 0;
  friend constexpr bool operator==(const Halo&, const Halo&) = default;
};

constexpr Halo operator+(Halo a, Halo b) noexcept { return {a.rows + b.rows, a.cols + b.cols}; }
constexpr Halo max(Halo a, Halo b) noexcept { return {std::max(a.rows, b.rows), std::max(a.cols, b.cols)}; }

/// A rectangle of pixels: the first row and column, and how many of each. May lie outside any grid.
struct Window {
  Index row = 0;
  Index col = 0;
  Index rows = 0;
  Index cols = 0;

  [[nodiscard]] constexpr Shape shape() const noexcept { return {rows, cols}; }
  [[nodiscard]] constexpr Index row_end() const noexcept { return row + rows; }
  [[nodiscard]] constexpr Index col_end() const noexcept { return col + cols; }
  [[nodiscard]] constexpr bool empty() const noexcept { return rows <= 0 || cols <= 0; }
  [[nodiscard]] constexpr bool contains(const Window& w) const noexcept {
    return w.row >= row && w.col >= col && w.row_end() <= row_end() && w.col_end() <= col_end();
  }
  [[nodiscard]] constexpr Window grown(Halo h) const noexcept { return {row - h.rows, col - h.cols, rows + 2 * h.rows, cols + 2 * h.cols}; }
  [[nodiscard]] constexpr Window shifted(Index by_rows, Index by_cols) const noexcept { return {row + by_rows, col + by_cols, rows, cols}; }
  friend constexpr bool operator==(const Window&, const Window&) = default;
};

/// The pixels that two windows share; empty (zero rows and columns) when there are none.
constexpr Window intersect(const Window& a, const Window& b) noexcept {
  const Index row = std::max(a.row, b.row), col = std::max(a.col, b.col);
  const Index rows = std::min(a.row_end(), b.row_end()) - row, cols = std::min(a.col_end(), b.col_end()) - col;
  return rows > 0 && cols > 0 ? Window{row, col, rows, cols} : Window{row, col, 0, 0};
}

/// The smallest window that holds both; an empty one adds nothing.
constexpr Window bounding(const Window& a, const Window& b) noexcept {
  if (a.empty()) return b;
  if (b.empty()) return a;
  const Index row = std::min(a.row, b.row), col = std::min(a.col, b.col);
  return {row, col, std::max(a.row_end(), b.row_end()) - row, std::max(a.col_end(), b.col_end()) - col};
}

/// Quotient rounded towards minus infinity, for positions that may be negative.
constexpr Index floor_div(Index a, Index b) noexcept { return a >= 0 ? a / b : -((-a + b - 1) / b); }

/// Quotient rounded up, for counts.
constexpr Index ceil_div(Index a, Index b) noexcept { return floor_div(a + b - 1, b); }

}  // namespace terroir
