#pragma once

#include "kernels/focal/partial.h"
#include "tiling/block.h"

#include <algorithm>
#include <span>

/// Statistics of square and circular windows around every pixel, in a number of steps that grows with the logarithm of the size
/// (square) or with the size (circle). The order in which the parts of a window are joined depends on nothing but the window, so
/// a pixel's result has the same bits in whatever block it is computed.
namespace terroir::focal {

/// The widths of the parts that a window is joined from, from one pixel to the window: each is three times the one before, or twice, or
/// twice and one pixel.
class Widths {
 public:
  static constexpr std::size_t most = 11;  ///< steps to the largest window

  explicit Widths(Index window) noexcept {
    for (Index width = window; width > 1; width = narrower(width)) ++steps_;
    std::size_t step = steps_;
    for (Index width = window; step > 0; width = narrower(width)) after_[step--] = width;
    after_[0] = 1;
  }
  [[nodiscard]] std::size_t steps() const noexcept { return steps_; }
  [[nodiscard]] Index after(std::size_t step) const noexcept { return after_[step]; }

 private:
  static constexpr Index narrower(Index width) noexcept { return width % 3 == 0 ? width / 3 : width / 2; }

  std::array<Index, most + 1> after_{};
  std::size_t steps_ = 0;
};

constexpr Index round_to_vector(Index cols) noexcept { return ceil_div(cols, 16) * 16; }

/// Hands out rows of scratch memory; without memory, it only counts the bytes.
class RowMemory {
 public:
  RowMemory(const Planes& planes, std::byte* memory) noexcept : planes_(planes), memory_(memory) {}

  /// `count` rows of `stride` floats in each plane. The wanted planes are 0: their padding is computed with, though nothing depends on it.
  std::span<Partial> rows(Index count, Index stride) noexcept {
    const auto headers = static_cast<std::size_t>(ceil_div(count * static_cast<Index>(sizeof(Partial)), 64) * 64);
    const auto floats = static_cast<std::size_t>(Planes::most * stride);
    std::byte* at = memory_ == nullptr ? nullptr : memory_ + bytes_;
    bytes_ += headers + static_cast<std::size_t>(count) * floats * sizeof(float);
    if (at == nullptr) return {};
    auto* rows = reinterpret_cast<Partial*>(at);
    auto* pixels = reinterpret_cast<float*>(at + headers);
    for (Index i = 0; i < count; ++i) {
      rows[i] = {pixels + static_cast<std::size_t>(i) * floats, stride, 0, true};
      for (const Plane plane : planes_) std::fill_n(rows[i].plane(plane), stride, 0.0f);
    }
    return {rows, static_cast<std::size_t>(count)};
  }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

 private:
  const Planes& planes_;
  std::byte* memory_;
  std::size_t bytes_ = 0;
};

/// The latest rows of an endless sequence.
struct Ring {
  std::span<Partial> rows;
  [[nodiscard]] Partial& operator[](Index row) const noexcept { return rows[static_cast<std::size_t>(row) % rows.size()]; }
};

/// Floats of a row that holds the pixels of a block's row and its halo; loops of whole vectors run up to one vector beyond them.
constexpr Index padded(Index cols_and_halo) noexcept { return round_to_vector(cols_and_halo) + 16; }

/// Windows along a row.
class AlongRow {
 public:
  AlongRow(const Planes& planes, Index cols_and_halo, RowMemory& memory) noexcept
      : planes_(planes), rows_(memory.rows(3, padded(cols_and_halo))) {}

  /// Where the pixels go: parts of one pixel.
  [[nodiscard]] Partial& start() const noexcept { return rows_[0]; }

  /// Parts as wide as the window (above 1) that begin at the first `cols` pixels of start().
  void join(const Widths& widths, Index cols, Partial& out) const noexcept {
    const Index window = widths.after(widths.steps());
    Partial* part = &start();
    for (std::size_t k = 1; k <= widths.steps(); ++k) {
      const Index width = widths.after(k - 1), whole = widths.after(k);
      Partial second = part->from(width), third = (whole == 3 * width ? *part : start()).from(2 * width);
      Partial& joined = k == widths.steps() ? out : rows_[1 + (k & 1)];
      join_rows(planes_, *part, second, whole > 2 * width ? &third : nullptr, joined, round_to_vector(cols + window - whole));
      part = &joined;
    }
  }

 private:
  const Planes& planes_;
  std::span<Partial> rows_;
};

/// Windows down the columns, row after row: only the latest rows of the parts of each height are kept.
class DownColumns {
 public:
  DownColumns(const Planes& planes, const Widths& heights, Index cols, RowMemory& memory) noexcept
      : planes_(planes), heights_(heights), cols_(round_to_vector(cols)) {
    for (std::size_t k = 0; k <= heights.steps(); ++k) {
      const Index kept = k == heights.steps() ? 1 : heights.after(k + 1) - heights.after(k) + 1;
      parts_[k].rows = memory.rows(kept, cols_);
    }
  }

  /// Where the next row goes.
  [[nodiscard]] Partial& next() const noexcept { return parts_[0][row_]; }

  /// Takes the row written to next(); the window that it completes, or null while there are too few rows.
  Partial* push() noexcept {
    const Index last = row_++;
    for (std::size_t k = 1; k <= heights_.steps(); ++k) {
      const Index height = heights_.after(k - 1), whole = heights_.after(k), first = last - whole + 1;
      if (first < 0) return nullptr;
      const Ring &from = parts_[k - 1], &thirds = whole == 3 * height ? from : parts_[0];
      Partial* third = whole > 2 * height ? &thirds[first + 2 * height] : nullptr;
      join_rows(planes_, from[first], from[first + height], third, parts_[k][first], cols_);
    }
    const std::size_t steps = heights_.steps();
    return &parts_[steps][last + 1 - heights_.after(steps)];
  }

 private:
  const Planes& planes_;
  Widths heights_;
  Index cols_, row_ = 0;
  std::array<Ring, Widths::most + 1> parts_;  ///< by step; a part is numbered by its first row
};

/// What square windows of `size` pixels need.
struct SquareRows {
  SquareRows(const Planes& kept, Index width, Index cols, RowMemory& memory) noexcept
      : planes(kept), size(width), widths(width), along(kept, cols + width - 1, memory), down(kept, widths, cols, memory) {}
  const Planes& planes;
  Index size;
  Widths widths;
  AlongRow along;
  DownColumns down;
};

/// Calls `emit(row, windows)` for every row of a block of one time.
template <class Emit>
void square_windows(SquareRows rows, const Block<const float>& in, Emit emit) noexcept {
  const Index reach = rows.size / 2;
  for (Index r = -reach; r < in.rows() + reach; ++r) {
    start_row(rows.planes, in.row(0, r) - reach, in.cols() + 2 * reach, reach == 0 ? rows.down.next() : rows.along.start());
    if (reach > 0) rows.along.join(rows.widths, in.cols(), rows.down.next());
    if (const Partial* windows = rows.down.push()) emit(r - reach, *windows);
  }
}

/// Half the width of a circle's row that lies `rows` from its centre.
inline Index circle_reach(Index radius, Index rows) noexcept {
  Index reach = radius;
  while (reach * reach + rows * rows > radius * radius) --reach;
  return reach;
}

/// What circles x^2 + y^2 <= (size / 2)^2 need.
struct CircleRows {
  CircleRows(const Planes& kept, Index size, Index cols, RowMemory& memory) noexcept
      : planes(kept),
        radius(size / 2),
        along(kept, cols + 2 * radius, memory),
        starts{memory.rows(2 * radius + 1, padded(cols + 2 * radius))},
        sums(memory.rows(2, round_to_vector(cols))) {}
  const Planes& planes;
  Index radius;
  AlongRow along;
  Ring starts;              ///< pixels and halo of the rows that a circle covers
  std::span<Partial> sums;  ///< of the circle so far, and of its next rows
};

/// The circles around the pixels of one row: rows that lie equally far from the centre are joined, then windows along them.
inline Partial& circles_of_row(const CircleRows& rows, Index centre, Index cols) noexcept {
  for (Index away = 0; away <= rows.radius; ++away) {
    const Index reach = circle_reach(rows.radius, away), first = rows.radius - reach;
    Partial above = rows.starts[centre - away + rows.radius].from(first), below = rows.starts[centre + away + rows.radius].from(first);
    Partial& pair = rows.along.start();
    if (away == 0)
      copy_row(rows.planes, above, pair, cols + 2 * reach);
    else
      join_rows(rows.planes, above, below, nullptr, pair, round_to_vector(cols + 2 * reach));
    Partial& sum = rows.sums[away == 0 ? 0 : 1];
    if (reach > 0) rows.along.join(Widths(2 * reach + 1), cols, sum);
    if (away > 0) join_rows(rows.planes, rows.sums[0], reach > 0 ? sum : pair, nullptr, rows.sums[0], round_to_vector(cols));
    if (rows.radius == 0) copy_row(rows.planes, pair, sum, cols);
  }
  return rows.sums[0];
}

/// Calls `emit(row, windows)` for every row of a block of one time.
template <class Emit>
void circle_windows(const CircleRows& rows, const Block<const float>& in, Emit emit) noexcept {
  const Index radius = rows.radius;
  for (Index last = -radius; last < in.rows() + radius; ++last) {
    start_row(rows.planes, in.row(0, last) - radius, in.cols() + 2 * radius, rows.starts[last + radius]);
    if (last >= radius) emit(last - radius, circles_of_row(rows, last - radius, in.cols()));
  }
}

}  // namespace terroir::focal
