#pragma once

#include "tiling/window.h"

#include <vector>

namespace terroir {

/// Cuts a window into tiles (or chunks) of one shape from its top left; those at the right and bottom edge may be smaller.
class TileGrid {
 public:
  TileGrid() = default;
  TileGrid(Window all, Shape tile) noexcept
      : all_(all), tile_(tile), counts_{ceil_div(all.rows, tile.rows), ceil_div(all.cols, tile.cols)} {}

  [[nodiscard]] Index size() const noexcept { return counts_.area(); }
  [[nodiscard]] Shape counts() const noexcept { return counts_; }
  [[nodiscard]] Shape tile_shape() const noexcept { return tile_; }
  [[nodiscard]] Window all() const noexcept { return all_; }

  /// The window of tile `id` (row-major), clipped to the whole.
  [[nodiscard]] Window operator[](Index id) const noexcept { return at(id / counts_.cols, id % counts_.cols); }
  [[nodiscard]] Window at(Index row, Index col) const noexcept {
    return intersect(all_, {all_.row + row * tile_.rows, all_.col + col * tile_.cols, tile_.rows, tile_.cols});
  }
  /// Tile ids along a Hilbert curve, so that neighbours in the list are neighbours on the ground and share input chunks.
  [[nodiscard]] std::vector<Index> hilbert_order() const;

 private:
  Window all_;
  Shape tile_{1, 1};
  Shape counts_;
};

}  // namespace terroir
