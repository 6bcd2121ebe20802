#include "pipeline/run/tile_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace terroir {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr double any = std::numeric_limits<double>::infinity();

TEST(TileQueue, CutsSpansOfEqualCost) {
  TileQueue queue({10, 11, 12, 13, 14, 15}, {4, 1, 1, 1, 1, 4}, 3);
  EXPECT_EQ(queue.left(), 6);
  EXPECT_THAT(queue.take_span(0), ElementsAre(10));
  EXPECT_THAT(queue.take_span(1), ElementsAre(11, 12, 13, 14));
  EXPECT_THAT(queue.take_span(2), ElementsAre(15));
  EXPECT_TRUE(queue.empty());
}

TEST(TileQueue, TakesAQuarterOfARanksShare) {
  TileQueue queue({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, std::vector<double>(16, 1.0), 2);
  EXPECT_THAT(queue.take(0, any), ElementsAre(0, 1));  // 16 / (4 * 2)
  EXPECT_THAT(queue.take(1, any), ElementsAre(8));     // 14 / 8 holds one whole tile
  EXPECT_THAT(queue.take(1, 0), ElementsAre(9));       // one at least
}

TEST(TileQueue, StealsTheBackHalfOfTheLargestSpan) {
  TileQueue queue({0, 1, 2, 3, 4, 5, 6, 7, 8}, std::vector<double>(9, 1.0), 3);
  EXPECT_THAT(queue.take_span(0), ElementsAre(0, 1, 2));
  EXPECT_THAT(queue.take(1, any), ElementsAre(3));
  EXPECT_THAT(queue.take(0, any, false), IsEmpty()) << "nothing of its own is left";
  EXPECT_THAT(queue.take(0, any), ElementsAre(8));  // half of 6, 7, 8 ends within 7
  EXPECT_THAT(queue.take(0, any), ElementsAre(7));  // 4, 5 and 6, 7 are equal: the later span
  EXPECT_THAT(queue.take(1, any), ElementsAre(4));
  EXPECT_THAT(queue.take(2, any), ElementsAre(6));
  EXPECT_THAT(queue.take(1, any), ElementsAre(5));
  EXPECT_THAT(queue.take(1, any), IsEmpty());
  EXPECT_TRUE(queue.empty());
}

TEST(TileQueue, HasNoTilesWhenThereAreNone) {
  TileQueue queue({}, {}, 4);
  EXPECT_TRUE(queue.empty());
  EXPECT_THAT(queue.take(3, any), IsEmpty());
  EXPECT_THAT(queue.take_span(0), IsEmpty());
}

TEST(TileQueue, ServesMoreRanksThanTiles) {
  TileQueue queue({5, 6}, {1, 1}, 5);
  std::vector<Index> all;
  for (int rank = 0; rank < 5; ++rank)
    for (const Index tile : queue.take(rank, any)) all.push_back(tile);
  EXPECT_THAT(all, ::testing::UnorderedElementsAre(5, 6));
}

}  // namespace
}  // namespace terroir
