#include "kernels/corner_ring.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace terroir::test {
namespace {

/// Rows of 10 degrees from the north pole, columns of 10 degrees.
const Globe globe{36, {0, 18}};

void expect_ring(const CornerRing& ring, const std::vector<PixelPoint>& wanted) {
  ASSERT_EQ(ring.count, static_cast<int>(wanted.size()));
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    EXPECT_DOUBLE_EQ(ring.points[i].row, wanted[i].row) << i;
    EXPECT_DOUBLE_EQ(ring.points[i].col, wanted[i].col) << i;
  }
}

TEST(CornerRing, OfAPlaneIsTheCorners) {
  expect_ring(ring_of({{{0, 1}, {0, 40}, {2, 40}, {2, 1}}}, {}), {{0, 1}, {0, 40}, {2, 40}, {2, 1}});
}

TEST(CornerRing, IsInOneTurn) { expect_ring(ring_of({{{5, 35}, {5, 1}, {6, 1}, {6, 35}}}, globe), {{5, 35}, {5, 37}, {6, 37}, {6, 35}}); }

TEST(CornerRing, IsEmptyWhereACornerHasNoPlace) {
  EXPECT_EQ(ring_of({{{5, 3}, {5, 4}, {NAN, NAN}, {6, 3}}}, globe).count, 0);
  EXPECT_EQ(ring_of({{{0, 3}, {0, 4}, {0, 5}, {0, 6}}}, globe).count, 0) << "all are one point";
}

TEST(CornerRing, FollowsThePoleThatIsACorner) {
  // Whatever longitude the pole was given.
  expect_ring(ring_of({{{0, 20}, {1, 9}, {2, 4.5}, {1, 0}}}, globe), {{1, 9}, {2, 4.5}, {1, 0}, {0, 0}, {0, 9}});
}

TEST(CornerRing, FollowsThePoleThatASideLiesOn) {
  expect_ring(ring_of({{{17, 0}, {16, 3}, {16, 15}, {17, 18}}}, globe), {{17, 0}, {16, 3}, {16, 15}, {17, 18}, {18, 18}, {18, 0}});
}

TEST(CornerRing, HoldsThePole) {
  expect_ring(ring_of({{{1, 27}, {1, 18}, {1, 9}, {1, 0}}}, globe), {{1, 27}, {1, 18}, {1, 9}, {1, 0}, {1, -9}, {0, -9}, {0, 27}});
}

}  // namespace
}  // namespace terroir::test
