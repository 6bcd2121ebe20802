#pragma once

#include "tiling/window.h"

#include <array>

/// Statistics of parts of a window, one part for each pixel of a row; two such rows are joined by one loop without branches.
namespace terroir::focal {

/// What is kept of a part. `count` counts the pixels that are not missing, `squares` sums their squared distances to the mean.
enum class Plane { count, mean, squares, sum, low, high };

/// The planes that the wanted reducers need, and the place of each in a row's memory.
class Planes {
 public:
  Planes() { place_.fill(-1), add(Plane::count); }
  void add(Plane plane) noexcept {
    if (!has(plane)) place_[static_cast<std::size_t>(plane)] = size_++;
  }
  [[nodiscard]] bool has(Plane plane) const noexcept { return place_[static_cast<std::size_t>(plane)] >= 0; }
  [[nodiscard]] Index place(Plane plane) const noexcept { return place_[static_cast<std::size_t>(plane)]; }
  [[nodiscard]] Index size() const noexcept { return size_; }

 private:
  std::array<Index, 6> place_{};
  Index size_ = 0;
};

/// A row of parts that all have the same shape: memory of `planes.size() * stride` floats. While no pixel of any part is missing
/// (`full`), the count plane is not written.
struct Partial {
  float* base = nullptr;
  Index stride = 0;
  float pixels = 0;  ///< of a part, missing ones included
  bool full = true;

  [[nodiscard]] float* plane(const Planes& planes, Plane p) const noexcept { return base + planes.place(p) * stride; }
  /// The parts from column `cols` on.
  [[nodiscard]] Partial from(Index cols) const noexcept { return {base + cols, stride, pixels, full}; }
};

/// Parts of one pixel each: `count` pixels of a layer's row. What lies beyond them in the row's memory becomes 0.
void start_row(const Planes& planes, const float* pixels, Index count, Partial& out) noexcept;

/// The same parts again.
void copy_row(const Planes& planes, const Partial& row, Partial& out, Index count) noexcept;

/// The union of two or, where `c` is not null, three disjoint parts, column by column; mean and squares by Chan, Golub and LeVeque (1979).
/// `out` may be `a`. Rows that are full give the same bits as rows that are not. Counts missing so far in a part are written.
void join_rows(const Planes& planes, Partial& a, Partial& b, Partial* c, Partial& out, Index count) noexcept;

}  // namespace terroir::focal
