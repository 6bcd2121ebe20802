#include "tiling/grid.h"

#include <gtest/gtest.h>

namespace terroir {
namespace {

Crs utm() { return {"PROJCRS[\"UTM 32N\"]", "EPSG:32632", false, 1, 6378137, 1 / 298.257223563}; }
Crs wgs84() { return {"GEOGCRS[\"WGS 84\"]", "EPSG:4326", true, 1, 6378137, 1 / 298.257223563}; }

TEST(Grid, CentresAndSubgrids) {
  const Grid grid(utm(), {600000, 30, 5200000, -30}, {100, 200});
  EXPECT_EQ(grid.x_centre(0), 600015);
  EXPECT_EQ(grid.y_centre(2), 5200000 - 75);
  EXPECT_EQ(grid.sub({10, 20, 5, 6}), Grid(utm(), {600600, 30, 5199700, -30}, {5, 6}));
}

TEST(Grid, LocatesGridsThatLieWholePixelsApart) {
  const Grid grid(utm(), {600000, 30, 5200000, -30}, {100, 200});
  EXPECT_EQ(grid.locate(Grid(utm(), {599970, 30, 5200060, -30}, {10, 10})), (Window{-2, -1, 10, 10}));
  EXPECT_EQ(grid.locate(Grid(utm(), {599985, 30, 5200060, -30}, {10, 10})), std::nullopt) << "half a pixel off";
  EXPECT_EQ(grid.locate(Grid(utm(), {600000, 10, 5200000, -10}, {10, 10})), std::nullopt) << "another pixel size";
  EXPECT_EQ(grid.locate(Grid(wgs84(), {600000, 30, 5200000, -30}, {10, 10})), std::nullopt) << "another CRS";
}

TEST(Grid, SmallErrorsOfPixelSizeAddUpOverTheGrid) {
  const Grid grid(utm(), {0, 30, 0, -30}, {10000, 10000});
  // A pixel size that is off by 3e-6 m drifts a thousandth of a pixel after 10 000 columns.
  EXPECT_TRUE(grid.locate(Grid(utm(), {0, 30 + 1e-6, 0, -30}, {10000, 10000})).has_value());
  EXPECT_FALSE(grid.locate(Grid(utm(), {0, 30 + 1e-5, 0, -30}, {10000, 10000})).has_value());
}

TEST(Grid, GroundSizeOfProjectedPixelsFollowsTheUnit) {
  Crs feet = utm();
  feet.metres_per_unit = 0.3048;
  EXPECT_EQ(Grid(feet, {0, 100, 0, -50}, {10, 10}).ground_size(3), (std::array<double, 2>{30.48, 15.24}));
}

TEST(Grid, GroundSizeOfDegreesOnTheEllipsoid) {
  // One degree at the equator, WGS 84: 111 319.491 m along the parallel, 110 574.304 m along the meridian; at 60 degrees north
  // 55 800.0 m and 111 412.3 m (tables of degree lengths, e.g. Snyder 1987, table 2, computed for WGS 84).
  const Grid degrees(wgs84(), {0, 1, 60.5, -1}, {61, 10});
  const auto north = degrees.ground_size(0), equator = degrees.ground_size(60);
  EXPECT_NEAR(equator[0], 111319.491, 0.01);
  EXPECT_NEAR(equator[1], 110574.3, 0.5);
  EXPECT_NEAR(north[0], 55800.0, 0.5);
  EXPECT_NEAR(north[1], 111412.3, 0.5);
}

}  // namespace
}  // namespace terroir
