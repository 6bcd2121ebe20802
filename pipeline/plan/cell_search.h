#pragma once

#include "tiling/cells.h"

#include <array>
#include <optional>
#include <vector>

namespace terroir {

/// Finds where points lie among the centres of a curvilinear grid: a tree of boxes around neighbouring cells, in space, so that neither
/// the date line nor a pole is an edge. The answer is the first cell, in the order of rows, that holds the point. May be used by several
/// threads.
class CellSearch {
 public:
  /// `cells` must outlive this.
  explicit CellSearch(const Cells& cells);

  /// The position of a longitude and latitude in corner-based pixels; up to half a cell beyond the outermost centres. Nothing where no
  /// cell is, or one without coordinates.
  [[nodiscard]] std::optional<PixelPoint> find(const MapPoint& point) const;
  /// The longitude and latitude of a position; NaN where there is none.
  [[nodiscard]] MapPoint at(const PixelPoint& position) const;

  /// Bytes that a search through so many cells takes, beside the cells.
  [[nodiscard]] static std::size_t bytes(Shape cells) noexcept;

 private:
  using Vector = std::array<float, 3>;
  struct Box {
    Vector low, high;
  };
  struct Level {
    Index rows = 0, cols = 0;
    std::vector<Box> boxes;
  };
  /// What is looked for, and the best place so far.
  struct Search {
    MapPoint point;
    Vector place;
    std::optional<PixelPoint> continued, beside;
  };

  [[nodiscard]] Box box_of_cells(Index row, Index col) const;
  [[nodiscard]] std::optional<PixelPoint> descend(std::size_t level, Index row, Index col, Search& search) const;
  [[nodiscard]] std::optional<PixelPoint> look_into(Index row, Index col, Search& search) const;
  [[nodiscard]] bool holds_pixel(const PixelPoint& position) const;

  const Cells& cells_;
  Index rows_, cols_;           ///< of quads between centres, those of the ring included
  std::vector<Level> levels_;  ///< the finest first
};

}  // namespace terroir
