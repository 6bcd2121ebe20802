#pragma once

#include "tiling/window.h"

#include <algorithm>
#include <array>

/// Statistics of parts of a window, one part for each pixel of a row; two such rows are joined by one loop without branches.
namespace terroir::focal {

/// What is kept of a part. `count` counts the pixels that are not missing, `squares` sums their squared distances to the mean.
enum class Plane { count, mean, squares, sum, low, high };

/// The planes that the wanted reducers need, counts among them. A row's memory has room for all, so that the place of each is a constant.
class Planes {
 public:
  static constexpr Index most = 6;

  void add(Plane plane) noexcept {
    if (!has(plane)) wanted_[static_cast<std::size_t>(size_++)] = plane;
  }
  [[nodiscard]] bool has(Plane plane) const noexcept { return std::find(begin(), end(), plane) != end(); }
  [[nodiscard]] const Plane* begin() const noexcept { return wanted_.data(); }
  [[nodiscard]] const Plane* end() const noexcept { return wanted_.data() + size_; }

 private:
  std::array<Plane, most> wanted_ = {Plane::count};
  Index size_ = 1;
};

/// A row of parts that all have the same shape: memory of `Planes::most * stride` floats. While no pixel of any part is missing
/// (`full`), what the count plane says need not be right.
struct Partial {
  float* base = nullptr;
  Index stride = 0;
  float pixels = 0;  ///< of a part, missing ones included
  bool full = true;

  [[nodiscard]] float* plane(Plane p) const noexcept { return base + static_cast<Index>(p) * stride; }
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
