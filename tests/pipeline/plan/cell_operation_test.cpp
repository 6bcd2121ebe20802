#include "pipeline/plan/cell_operation.h"

#include "pipeline/plan/cell_search.h"
#include "pipeline/plan/quad.h"
#include "tests/pipeline/run/support/whole_run.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace terroir::testing {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double radian = std::numbers::pi / 180;

/// Cells whose centres a function gives of row and column.
template <class Place>
std::shared_ptr<const Cells> cells_of(Shape shape, const Place& place) {
  std::vector<MapPoint> centres;
  for (Index r = 0; r < shape.rows; ++r)
    for (Index c = 0; c < shape.cols; ++c) centres.push_back(place(static_cast<double>(r), static_cast<double>(c)));
  return curvilinear_cells(wgs84(), shape, centres);
}

/// Where an operation finds a longitude and latitude: in pixels of the cells.
PixelPoint found(const CrsOperation& operation, MapPoint p) {
  operation.inverse({&p, 1});
  return {-p.y, p.x};
}

void expect_near(const PixelPoint& got, double row, double col, double error) {
  EXPECT_NEAR(got.row, row, error);
  EXPECT_NEAR(got.col, col, error);
}

TEST(Quad, IsBilinearInLongitudeAndLatitude) {
  const Quad quad({MapPoint{359, 41}, {1, 42}, {358, 40}, {2, 40}});
  for (const auto& [down, across] : {std::pair{0.0, 0.0}, {0.25, 0.75}, {1.0, 1.0}, {0.5, 0.1}}) {
    const MapPoint p = quad.at(down, across);
    const auto shares = quad.find({p.x - 360, p.y}, 1e-9);
    ASSERT_TRUE(shares) << down;
    expect_near(*shares, down, across, 1e-9);
  }
  EXPECT_NEAR(quad.at(0, 0.5).y, 41.5, 1e-12);
  EXPECT_FALSE(quad.find({3, 41}, 1e-9));
  EXPECT_FALSE(quad.find({180, 41}, 1e-9)) << "the other side of the globe";
}

TEST(Quad, HoldsAPole) {
  const Quad quad({MapPoint{135, 88}, {45, 88}, {-135, 88}, {-45, 88}});
  const auto shares = quad.find({17, 90}, 1e-9);
  ASSERT_TRUE(shares);
  expect_near(*shares, 0.5, 0.5, 1e-9);
  EXPECT_NEAR(quad.at(0.5, 0.5).y, 90, 1e-9);
}

TEST(CellOperation, FindsWhatACurvedGridHasWhere) {
  // Rows and columns that bend; a grid that lies over the date line.
  const auto place = [](double r, double c) { return MapPoint{175 + 0.5 * c + 0.02 * r * r, 60 - 0.4 * r + 0.01 * c * c}; };
  const auto cells = cells_of({30, 25}, place);
  const auto operation = cell_operation(cells, CellPositions::centres, nullptr);
  for (Index r = 0; r < 30; ++r)
    for (Index c = 0; c < 25; ++c) {
      const MapPoint p = place(static_cast<double>(r), static_cast<double>(c));
      expect_near(found(*operation, {p.x - 360, p.y}), static_cast<double>(r) + 0.5, static_cast<double>(c) + 0.5, 1e-9);
    }
  const MapPoint a = place(7, 3), b = place(7, 4);
  expect_near(found(*operation, {(a.x + b.x) / 2, (a.y + b.y) / 2}), 7.5, 4, 1e-9);
  std::vector<MapPoint> there = {{4, -7.5}};
  operation->forward(there);
  EXPECT_NEAR(there[0].x, (a.x + b.x) / 2, 1e-12);
  EXPECT_TRUE(std::isnan(found(*operation, {100, 55}).row));
}

TEST(CellOperation, KnowsNoPlaceInCellsWithoutCoordinates) {
  const auto cells = cells_of({9, 9}, [](double r, double c) {
    const bool land = r == 4 && c == 4;
    return land ? MapPoint{nan, nan} : MapPoint{10 + c, 50 - r};
  });
  const auto operation = cell_operation(cells, CellPositions::centres, nullptr);
  EXPECT_TRUE(std::isnan(found(*operation, {14, 46}).row));
  EXPECT_TRUE(std::isnan(found(*operation, {14.4, 46.4}).row));
  expect_near(found(*operation, {14.6, 46.4}), 4.1, 5.1, 1e-9);
  expect_near(found(*operation, {9.6, 50.4}), 0.1, 0.1, 1e-9);
  EXPECT_EQ(cells->at(4, 4).x, 14);
}

TEST(CellOperation, HasNoSeamWhereAGlobeCloses) {
  const auto cells = cells_of({20, 36}, [](double r, double c) { return MapPoint{73 + 10 * c, 80 - 8 * r}; });
  const auto operation = cell_operation(cells, CellPositions::centres, nullptr);
  for (const auto& [west, col] : {std::pair{2.5, 0.25}, {7.5, 35.75}}) {
    const PixelPoint p = found(*operation, {73 - west, 40});
    expect_near({p.row, p.col - std::floor(p.col / 36) * 36}, 5.5, col, 1e-9);
  }
}

TEST(CellOperation, FindsEveryPointOfACapAroundAPole) {
  // A square in the plane of the pole, from 70 degrees on; nowhere is a crack.
  const auto cells = cells_of({41, 41}, [](double r, double c) {
    const double x = c - 20, y = 20 - r;
    return MapPoint{std::atan2(y, x) / radian, 90 - std::hypot(x, y)};
  });
  const auto operation = cell_operation(cells, CellPositions::centres, nullptr);
  for (double x = -19.5; x < 20; x += 0.37)
    for (double y = -19.5; y < 20; y += 0.41) {
      const PixelPoint p = found(*operation, {std::atan2(y, x) / radian, 90 - std::hypot(x, y)});
      expect_near(p, 20.5 - y, x + 20.5, std::hypot(x, y) < 9 ? 1e-9 : 0.05);
    }
}

TEST(CellOperation, RowsOfAGaussianGridByCentresAndByEdges) {
  const AxisCells rows{{84, 70, 50, 40}, {90, 77, 62, 45, 35}, false}, cols{{0, 90, 180, 270}, {-45, 45, 135, 225, 315}, true};
  const auto cells = rectilinear_cells(wgs84(), rows, cols);
  const auto centres = cell_operation(cells, CellPositions::centres, nullptr), edges = cell_operation(cells, CellPositions::edges, nullptr);
  expect_near(found(*centres, {90, 70}), 1.5, 1.5, 1e-12);
  expect_near(found(*centres, {90, 60}), 2, 1.5, 1e-12);
  expect_near(found(*edges, {90, 62}), 2, 1.5, 1e-12);
  expect_near(found(*edges, {90, 53.5}), 2.5, 1.5, 1e-12);
  expect_near(found(*centres, {-45, 87}), 0.25, 0, 1e-12);
  expect_near(found(*centres, {-46, 90}), 0, 3 + 89.0 / 90, 1e-12);
  EXPECT_GT(found(*centres, {0, 30}).row, 4) << "beyond the last edge";
}

}  // namespace
}  // namespace terroir::testing
