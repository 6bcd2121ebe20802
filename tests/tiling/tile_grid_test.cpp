#include "tiling/tile_grid.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <numeric>

namespace terroir {
namespace {

TEST(TileGrid, EdgeTilesAreCutOff) {
  const TileGrid tiles({0, 0, 100, 70}, {32, 32});
  EXPECT_EQ(tiles.counts(), (Shape{4, 3}));
  EXPECT_EQ(tiles[0], (Window{0, 0, 32, 32}));
  EXPECT_EQ(tiles[2], (Window{0, 64, 32, 6}));
  EXPECT_EQ(tiles[11], (Window{96, 64, 4, 6}));
}

TEST(TileGrid, TilesOfAWindowStartAtItsCorner) {
  const TileGrid tiles({-5, 10, 8, 8}, {4, 4});
  EXPECT_EQ(tiles[0], (Window{-5, 10, 4, 4}));
  EXPECT_EQ(tiles[3], (Window{-1, 14, 4, 4}));
}

TEST(TileGrid, HilbertOrderVisitsEachTileOnceAndOnASquareMovesToANeighbour) {
  const TileGrid tiles({0, 0, 64, 64}, {8, 8});
  const auto order = tiles.hilbert_order();
  auto sorted = order;
  std::sort(sorted.begin(), sorted.end());
  std::vector<Index> all(64);
  std::iota(all.begin(), all.end(), 0);
  EXPECT_EQ(sorted, all);
  for (std::size_t i = 1; i < order.size(); ++i) {
    const Index rows = std::abs(order[i] / 8 - order[i - 1] / 8), cols = std::abs(order[i] % 8 - order[i - 1] % 8);
    EXPECT_EQ(rows + cols, 1) << "step " << i;
  }
}

TEST(TileGrid, HilbertOrderOfARaggedRaster) {
  const TileGrid tiles({0, 0, 30, 50}, {10, 10});
  auto order = tiles.hilbert_order();
  EXPECT_EQ(order.size(), 15u);
  std::sort(order.begin(), order.end());
  EXPECT_EQ(std::unique(order.begin(), order.end()), order.end());
}

}  // namespace
}  // namespace terroir
