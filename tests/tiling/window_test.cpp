#include "tiling/window.h"

#include <gtest/gtest.h>

namespace terroir {
namespace {

TEST(Window, IntersectionOfOverlapAndOfNone) {
  EXPECT_EQ(intersect({0, 0, 10, 10}, {5, 7, 10, 10}), (Window{5, 7, 5, 3}));
  EXPECT_TRUE(intersect({0, 0, 4, 4}, {4, 0, 4, 4}).empty());
  EXPECT_TRUE(intersect({-5, -5, 3, 3}, {0, 0, 4, 4}).empty());
}

TEST(Window, BoundingIgnoresEmptyOnes) {
  EXPECT_EQ(bounding({2, 3, 4, 5}, {0, 0, 0, 7}), (Window{2, 3, 4, 5}));
  EXPECT_EQ(bounding({2, 3, 4, 5}, {-1, 6, 1, 9}), (Window{-1, 3, 7, 12}));
}

TEST(Window, GrownReachesOnBothSides) { EXPECT_EQ((Window{10, 20, 3, 4}.grown({1, 2})), (Window{9, 18, 5, 8})); }

TEST(Window, DivisionRoundsDownAlsoBelowZero) {
  EXPECT_EQ(floor_div(7, 4), 1);
  EXPECT_EQ(floor_div(-1, 4), -1);
  EXPECT_EQ(floor_div(-4, 4), -1);
  EXPECT_EQ(floor_div(-5, 4), -2);
  EXPECT_EQ(ceil_div(8, 4), 2);
  EXPECT_EQ(ceil_div(9, 4), 3);
}

}  // namespace
}  // namespace terroir
