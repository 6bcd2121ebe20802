#pragma once

#include "tiling/grid.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

namespace terroir {

/// Positions in pixels times 2^24. Sums of whole numbers have no rounding, so none depends on the part of a grid that is looked at.
using Fixed = std::int64_t;
inline constexpr int fixed_bits = 24;
inline constexpr Fixed fixed_one = Fixed{1} << fixed_bits;

/// Pixels from the first one beyond which no position can be kept.
inline constexpr double farthest_pixel = 2147483648.0;

/// A side of a ring, in the ring's direction: shells run one way and holes the other, whatever way the file has them.
struct Edge {
  Fixed x0 = 0, y0 = 0, x1 = 0, y1 = 0;
};

/// A ring in corner-based pixels. It is closed whether or not its last point repeats the first.
struct PixelRing {
  std::vector<PixelPoint> points;
  bool hole = false;
};

/// The edges of polygons on a grid, sorted by bands of rows, so that a chunk of the grid looks at its own band only.
class EdgeTable {
 public:
  /// The edges of one polygon in one band, and the pixels around the whole polygon.
  struct Run {
    float value = 0;
    std::size_t first = 0, count = 0;
    Window box;
  };
  struct Band {
    std::deque<Edge> edges;  // grows without a copy
    std::vector<Run> runs;   ///< in the order in which polygons were added
  };

  /// `band_rows`: how many rows a band has.
  EdgeTable(Shape shape, Index band_rows)
      : shape_(shape), band_rows_(band_rows), bands_(static_cast<std::size_t>(ceil_div(shape.rows, band_rows))), owners_(bands_.size()) {}

  /// Adds a polygon, of any number of shells and holes, moved by whole or broken columns. Returns whether it meets the grid; if not,
  /// nothing is kept. Positions must lie within `farthest_pixel`.
  bool add(std::span<const PixelRing> rings, float value, double by_cols = 0);

  [[nodiscard]] const Band& band(Index number) const noexcept { return bands_[static_cast<std::size_t>(number)]; }
  [[nodiscard]] Index band_rows() const noexcept { return band_rows_; }
  [[nodiscard]] Shape shape() const noexcept { return shape_; }
  /// Memory that the edges take.
  [[nodiscard]] std::size_t bytes() const noexcept;

 private:
  void add_edge(const Edge& edge, const Window& box, float value);

  Shape shape_;
  Index band_rows_;
  std::vector<Band> bands_;
  std::vector<std::size_t> owners_;  ///< of each band: the number of the polygon that its last run belongs to
  std::size_t polygons_ = 0;
};

/// Where an edge that is not level crosses a height between its ends. The same for both polygons that share it.
[[nodiscard]] Fixed crossing(const Edge& edge, Fixed y) noexcept;

/// Row or column that a position lies in; one on a border belongs to the later one.
constexpr Index pixel_of(Fixed position) noexcept { return position >> fixed_bits; }
/// One after the last row or column that a stretch ending here enters.
constexpr Index pixel_end(Fixed position) noexcept { return (position + fixed_one - 1) >> fixed_bits; }

/// Shows the parts that rows [first, end) cut an edge into, in the edge's direction: visit(row, x0, y0, x1, y1). A level edge between two
/// rows lies in none.
template <class Visit>
void cut_by_rows(const Edge& e, Index first, Index end, const Visit& visit) {
  const bool down = e.y0 <= e.y1;
  const Fixed low = down ? e.y0 : e.y1, high = down ? e.y1 : e.y0;
  if (low == high) {
    const Index row = pixel_of(low);
    if (low != row * fixed_one && row >= first && row < end) visit(row, e.x0, e.y0, e.x1, e.y1);
    return;
  }
  first = pixel_of(low) > first ? pixel_of(low) : first;
  end = pixel_end(high) < end ? pixel_end(high) : end;
  for (Index row = first; row < end; ++row) {
    const Fixed top = low > row * fixed_one ? low : row * fixed_one;
    const Fixed bottom = high < (row + 1) * fixed_one ? high : (row + 1) * fixed_one;
    const Fixed x_top = crossing(e, top), x_bottom = crossing(e, bottom);
    if (down)
      visit(row, x_top, top, x_bottom, bottom);
    else
      visit(row, x_bottom, bottom, x_top, top);
  }
}

}  // namespace terroir
