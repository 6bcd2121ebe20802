#pragma once

#include "kernels/focal/partial.h"
#include "tiling/block.h"

#include <algorithm>
#include <bit>
#include <span>

/// Statistics of square and circular windows around every pixel, in a number of steps that grows with the logarithm of the size
/// (square) or with the size (circle). The order in which the parts of a window are joined depends on nothing but the window, so
/// a pixel's result has the same bits in whatever block it is computed.
namespace terroir::focal {

/// A window is built in steps: of a part of half its width (rounded down) twice, and of one pixel more where the width is odd; and so
/// is that part, down to one pixel. Steps that it takes:
inline int steps_to(Index width) noexcept { return static_cast<int>(std::bit_width(static_cast<std::uint64_t>(width))) - 1; }
/// The width of the parts after some of them.
constexpr Index width_after(Index width, int step, int steps) noexcept { return width >> (steps - step); }
inline bool is_odd(Index width) noexcept { return (width & 1) != 0; }

constexpr Index round_to_vector(Index cols) noexcept { return ceil_div(cols, 16) * 16; }

/// Hands out rows of scratch memory; without memory, it only counts the bytes.
class RowMemory {
 public:
  RowMemory(const Planes& planes, std::byte* memory) noexcept : planes_(planes), memory_(memory) {}

  /// `count` rows of `stride` floats in each plane, all 0 (their padding is computed with, though nothing depends on it).
  std::span<Partial> rows(Index count, Index stride) noexcept {
    const auto headers = static_cast<std::size_t>(ceil_div(count * static_cast<Index>(sizeof(Partial)), 64) * 64);
    const std::size_t floats = static_cast<std::size_t>(planes_.size() * stride);
    std::byte* at = memory_ == nullptr ? nullptr : memory_ + bytes_;
    bytes_ += headers + static_cast<std::size_t>(count) * floats * sizeof(float);
    if (at == nullptr) return {};
    auto* rows = reinterpret_cast<Partial*>(at);
    auto* pixels = reinterpret_cast<float*>(at + headers);
    std::fill_n(pixels, static_cast<std::size_t>(count) * floats, 0.0f);
    for (Index i = 0; i < count; ++i) rows[i] = {pixels + static_cast<std::size_t>(i) * floats, stride, 0, true};
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

  /// Parts of `width` pixels (odd, above 1) that begin at the first `cols` pixels of start().
  void join(Index width, Index cols, Partial& out) const noexcept {
    const int steps = steps_to(width);
    Partial* part = &start();
    for (int k = 1; k <= steps; ++k) {
      const Index half = width_after(width, k - 1, steps), whole = width_after(width, k, steps);
      Partial second = part->from(half), pixel = start().from(2 * half);
      Partial& joined = k == steps ? out : rows_[1 + static_cast<std::size_t>(k & 1)];
      join_rows(planes_, *part, second, is_odd(whole) ? &pixel : nullptr, joined, round_to_vector(cols + width - whole));
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
  static constexpr int most_steps = 11;

  DownColumns(const Planes& planes, Index height, Index cols, RowMemory& memory) noexcept
      : planes_(planes), height_(height), steps_(steps_to(height)), cols_(round_to_vector(cols)) {
    for (int k = 0; k <= steps_; ++k) {
      const Index kept = k == steps_ ? 1 : height_after(k + 1) - height_after(k) + 1;
      parts_[static_cast<std::size_t>(k)].rows = memory.rows(kept, cols_);
    }
  }

  /// Where the next row goes.
  [[nodiscard]] Partial& next() const noexcept { return parts_[0][row_]; }

  /// Takes the row written to next(); the window that it completes, or null while there are too few rows.
  Partial* push() noexcept {
    const Index last = row_++;
    for (int k = 1; k <= steps_; ++k) {
      const Index half = height_after(k - 1), whole = height_after(k), first = last - whole + 1;
      if (first < 0) return nullptr;
      const Ring& from = parts_[static_cast<std::size_t>(k - 1)];
      Partial* row = is_odd(whole) ? &parts_[0][last] : nullptr;
      join_rows(planes_, from[first], from[first + half], row, parts_[static_cast<std::size_t>(k)][first], cols_);
    }
    return &parts_[static_cast<std::size_t>(steps_)][last + 1 - height_];
  }

 private:
  [[nodiscard]] Index height_after(int step) const noexcept { return width_after(height_, step, steps_); }

  const Planes& planes_;
  Index height_;
  int steps_;
  Index cols_, row_ = 0;
  std::array<Ring, most_steps> parts_;  ///< by step; a part is numbered by its first row
};

/// What square windows of `size` pixels need.
struct SquareRows {
  SquareRows(const Planes& kept, Index width, Index cols, RowMemory& memory) noexcept
      : planes(kept), size(width), along(kept, cols + width - 1, memory), down(kept, width, cols, memory) {}
  const Planes& planes;
  Index size;
  AlongRow along;
  DownColumns down;
};

/// Calls `emit(row, windows)` for every row of a block of one time.
template <class Emit>
void square_windows(SquareRows rows, const Block<const float>& in, Emit emit) noexcept {
  const Index reach = rows.size / 2;
  for (Index r = -reach; r < in.rows() + reach; ++r) {
    start_row(rows.planes, in.row(0, r) - reach, in.cols() + 2 * reach, reach == 0 ? rows.down.next() : rows.along.start());
    if (reach > 0) rows.along.join(rows.size, in.cols(), rows.down.next());
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
    if (reach > 0) rows.along.join(2 * reach + 1, cols, sum);
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
