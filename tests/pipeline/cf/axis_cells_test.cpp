#include "pipeline/cf/axis_cells.h"

#include <gtest/gtest.h>

namespace terroir {
namespace {

using Numbers = std::vector<double>;

TEST(AxisCells, EndHalfWayBetweenCentres) {
  const auto cells = uneven_cells(Numbers{1, 2, 4}, {}, false);
  ASSERT_TRUE(cells);
  EXPECT_EQ(cells->edges, (Numbers{0.5, 1.5, 3, 5}));
  EXPECT_FALSE(cells->even);
  EXPECT_EQ(uneven_cells(Numbers{4, 2, 1}, {}, false)->edges, (Numbers{5, 3, 1.5, 0.5}));
}

TEST(AxisCells, EndWhereBoundsSay) {
  EXPECT_EQ(uneven_cells(Numbers{1, 2, 4}, Numbers{0, 1.2, 1.2, 3.5, 3.5, 6}, false)->edges, (Numbers{0, 1.2, 3.5, 6}));
  EXPECT_EQ(uneven_cells(Numbers{4, 2, 1}, Numbers{3.5, 6, 1.2, 3.5, 0, 1.2}, true)->edges, (Numbers{6, 3.5, 1.2, 0}))
      << "in either order within a cell";
  EXPECT_EQ(uneven_cells(Numbers{1, 2, 4}, Numbers{0, 1.1, 1.2, 3.5, 3.5, 6}, false)->edges, (Numbers{0.5, 1.5, 3, 5}))
      << "bounds that leave a gap are none";
}

TEST(AxisCells, GaussianLatitudesEndAtThePoles) {
  // T21: the outermost latitudes lie 4.24 degrees from the poles, and 5.54 from the next ones.
  const auto globe = uneven_cells(Numbers{85.76, 80.27, 74.74, -85.76}, {}, true);
  EXPECT_EQ(globe->edges.front(), 90);
  EXPECT_EQ(uneven_cells(Numbers{60, 55, 49}, {}, true)->edges.front(), 62.5) << "far from the pole";
  EXPECT_EQ(uneven_cells(Numbers{85.76, 80.27, 74.74}, {}, false)->edges.front(), 85.76 + (85.76 - 80.27) / 2) << "no latitudes";
}

TEST(AxisCells, GaussianLatitudesAreThoseOfTheTables) {
  // N32, as ECMWF lists them.
  const auto n32 = gaussian_latitudes(64);
  EXPECT_NEAR(n32[0], 87.8638, 5e-5);
  EXPECT_NEAR(n32[1], 85.0965, 5e-5);
  EXPECT_NEAR(n32[31], 1.3953, 5e-5);
  EXPECT_EQ(n32[32], -n32[31]);
  EXPECT_NEAR(gaussian_latitudes(2)[0], 35.26438968, 1e-8) << "the sine is 1 / sqrt(3)";
  EXPECT_NEAR(gaussian_latitudes(1280)[0], 89.8923964456, 1e-9);
}

TEST(AxisCells, NeedCentresThatGoOneWay) {
  EXPECT_FALSE(uneven_cells(Numbers{1, 3, 2}, {}, false));
  EXPECT_FALSE(uneven_cells(Numbers{1, 1, 2}, {}, false));
  EXPECT_FALSE(uneven_cells(Numbers{1, 2, 0.0 / 0.0}, {}, false));
  EXPECT_FALSE(uneven_cells(Numbers{1}, {}, false));
}

TEST(AxisCells, LongitudesMeetAroundTheGlobe) {
  auto cells = *uneven_cells(Numbers{0, 80, 200, 290}, {}, false);
  meet_around(cells);
  EXPECT_DOUBLE_EQ(cells.edges.back() - cells.edges.front(), 360);
  auto part = *uneven_cells(Numbers{0, 80, 200}, {}, false);
  meet_around(part);
  EXPECT_EQ(part.edges.back(), 260);
}

}  // namespace
}  // namespace terroir
