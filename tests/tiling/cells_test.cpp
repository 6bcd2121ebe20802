#include "tiling/cells.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace terroir {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
const Crs in_degrees{"GEOGCRS[\"WGS 84\"]", "EPSG:4326", true, 1, 6378137, 1 / 298.257223563};

/// Three rows and four columns, a degree apart; (10, 50) first.
std::vector<MapPoint> square() {
  std::vector<MapPoint> centres;
  for (int r = 0; r < 3; ++r)
    for (int c = 0; c < 4; ++c) centres.push_back({10.0 + c, 50.0 - r});
  return centres;
}

TEST(Cells, GoOnBeyondTheOutermostCentres) {
  const auto cells = curvilinear_cells(in_degrees, {3, 4}, square());
  EXPECT_EQ(cells->at(-1, 0).y, 51);
  EXPECT_EQ(cells->at(1, 4).x, 14);
  EXPECT_EQ(cells->at(3, 4).x, 14);
  EXPECT_EQ(cells->at(3, 4).y, 47);
  EXPECT_FALSE(cells->around);
  EXPECT_EQ(cells->bounds(), (std::array<double, 4>{10, 48, 13, 50}));
}

TEST(Cells, GoOnBesideMissingOnesWhichStayUnplaced) {
  auto centres = square();
  centres[0] = {nan, nan};
  centres[6] = centres[7] = {0, 0};  // two of land, filled with zeros
  const auto cells = curvilinear_cells(in_degrees, {3, 4}, centres);
  EXPECT_FALSE(cells->is_placed(0, 0));
  EXPECT_FALSE(cells->is_placed(1, 2));
  EXPECT_FALSE(cells->is_placed(1, 3));
  EXPECT_TRUE(cells->is_placed(1, 1));
  EXPECT_EQ(cells->at(0, 0).x, 10);
  EXPECT_EQ(cells->at(0, 0).y, 50);
  EXPECT_EQ(cells->at(1, 2).x, 12);
  EXPECT_EQ(cells->at(1, 2).y, 49);
}

TEST(Cells, KnowWhenTheyGoAroundTheGlobe) {
  std::vector<MapPoint> ring;
  for (int r = 0; r < 2; ++r)
    for (int c = 0; c < 12; ++c) ring.push_back({std::remainder(30.0 * c + 7, 360), 10.0 - r});
  const auto around = curvilinear_cells(in_degrees, {2, 12}, ring);
  EXPECT_TRUE(around->around);
  EXPECT_EQ(around->turn, 12);
  EXPECT_EQ(around->at(0, 12).x, around->at(0, 0).x);
  EXPECT_EQ(around->at(1, -1).x, around->at(1, 11).x);
  ring.pop_back();
  ring.erase(ring.begin() + 11);
  EXPECT_FALSE(curvilinear_cells(in_degrees, {2, 11}, ring)->around) << "a gap of two cells";
}

TEST(Cells, AreThereOnceHoweverManyFilesHaveThem) {
  const auto a = curvilinear_cells(in_degrees, {3, 4}, square()), b = curvilinear_cells(in_degrees, {3, 4}, square());
  EXPECT_EQ(a.get(), b.get());
  auto moved = square();
  moved[5].x += 1e-9;
  const auto c = curvilinear_cells(in_degrees, {3, 4}, moved);
  EXPECT_NE(Grid(a).crs(), Grid(c).crs());
  EXPECT_TRUE(Grid(a).locate(Grid(b)).has_value());
  EXPECT_FALSE(Grid(a).locate(Grid(c)).has_value());
}

TEST(Cells, OnRowsAndColumns) {
  const AxisCells rows{{80, 40, -20}, {90, 60, 10, -60}, false}, cols{{45, 135, 225, 315}, {0, 90, 180, 270, 360}, true};
  const auto cells = rectilinear_cells(in_degrees, rows, cols);
  EXPECT_FALSE(cells->curvilinear());
  EXPECT_TRUE(cells->around);
  EXPECT_EQ(cells->turn, 4);
  EXPECT_EQ(cells->bounds(), (std::array<double, 4>{0, -60, 360, 90}));
  EXPECT_EQ(Grid(cells).shape(), (Shape{3, 4}));
  EXPECT_FALSE(Grid(cells).crs().geographic) << "rows and columns are numbers, no degrees";
}

}  // namespace
}  // namespace terroir
