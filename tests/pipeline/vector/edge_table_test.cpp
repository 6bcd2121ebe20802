#include "pipeline/vector/edge_table.h"

#include "tests/pipeline/vector/burn_support.h"

namespace terroir::test {
namespace {

TEST(EdgeTable, KeepsNothingOfAPolygonBesideTheGrid) {
  EdgeTable table({10, 10}, 4);
  EXPECT_FALSE(table.add(std::vector{box(10, 2, 12, 4)}, 1));
  EXPECT_FALSE(table.add(std::vector{box(2, -3, 4, 0)}, 1));
  for (Index band = 0; band < 3; ++band) EXPECT_TRUE(table.band(band).runs.empty());
}

TEST(EdgeTable, PutsEdgesIntoTheBandsThatTheyCross) {
  EdgeTable table({12, 10}, 4);
  EXPECT_TRUE(table.add(std::vector{box(1, 1, 3, 6)}, 5));
  ASSERT_EQ(table.band(0).runs.size(), 1U);
  EXPECT_EQ(table.band(0).runs[0].count, 3U);  // both sides and the top
  EXPECT_EQ(table.band(1).runs[0].count, 3U);  // both sides and the bottom
  EXPECT_EQ(table.band(1).runs[0].value, 5);
  EXPECT_EQ(table.band(1).runs[0].box, (Window{1, 1, 5, 2}));
  EXPECT_TRUE(table.band(2).runs.empty());
}

TEST(EdgeTable, MovesAPolygonByColumns) {
  EdgeTable table({4, 4}, 4);
  EXPECT_TRUE(table.add(std::vector{box(-359, 0, -358, 4)}, 1, 360));
  EXPECT_EQ(table.band(0).runs[0].box, (Window{0, 1, 4, 1}));
}

TEST(EdgeTable, CrossesASharedEdgeAtOnePlaceInBothDirections) {
  const Edge edge{12345, 77, 999999, 3 * fixed_one + 5}, back{edge.x1, edge.y1, edge.x0, edge.y0};
  for (const Fixed y : {Fixed{78}, fixed_one, 2 * fixed_one + 1}) EXPECT_EQ(crossing(edge, y), crossing(back, y));
  EXPECT_EQ(crossing({0, 0, 10, 20}, 10), 5);
}

}  // namespace
}  // namespace terroir::test
