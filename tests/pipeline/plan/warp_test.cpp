#include "pipeline/plan/warp.h"

#include "kernels/catalog.h"
#include "kernels/warp_runs.h"
#include "pipeline/plan/cell_operation.h"
#include "tests/pipeline/run/support/whole_run.h"

#include <gtest/gtest.h>

#include <cmath>

namespace terroir::testing {
namespace {

const Grid dem(utm32(), {400000, 30, 5300000, -30}, {4000, 5000});
const Grid degrees(wgs84(), {7.7, 0.0004, 47.6, -0.0003}, {3600, 4900});

std::shared_ptr<const BoundKernel> method(const std::string& name) {
  return find_process("resample")->bind({{"method", {}, Value::scalar(name)}}).kernel;
}

Warp dem_on(const Grid& grid) { return {FewCrs().operation(dem.crs(), grid.crs(), {}), dem, dem.window(), grid}; }

/// Source positions of all pixels of a window, by the runs that kernels use.
std::map<std::pair<Index, Index>, PixelPoint> positions(const Warp& warp, const Window& window) {
  std::map<std::pair<Index, Index>, PixelPoint> found;
  const auto patches = warp.patches(window);
  GridMap map;
  map.destination = window;
  map.patches = patches;
  visit_runs(map, 64, [&](const WarpRun& run, double first) {
    for (Index i = 0; i < run.count; ++i) {
      const double at = first + static_cast<double>(i);
      found[{window.row + run.out_row, window.col + run.out_col + i}] = {run.row + at * run.row_step, run.col + at * run.col_step};
    }
  });
  return found;
}

PixelPoint exact(const Grid& grid, Index row, Index col) {
  std::vector<MapPoint> point = {{grid.x_centre(col), grid.y_centre(row)}};
  FewCrs().operation(dem.crs(), grid.crs(), {})->inverse(point);
  return dem.to_pixel(point[0]);
}

TEST(Warp, PositionsAreRightToAHundredthOfAPixel) {
  const Warp warp = dem_on(degrees);
  const Window window{1000, 2000, 300, 600};
  const auto all = positions(warp, window);
  ASSERT_EQ(all.size(), static_cast<std::size_t>(window.shape().area()));
  double worst = 0;
  for (const auto& [at, p] : all) {
    const PixelPoint wanted = exact(degrees, at.first, at.second);
    worst = std::max({worst, std::abs(p.row - wanted.row), std::abs(p.col - wanted.col)});
  }
  EXPECT_LT(worst, 0.01);
  EXPECT_GT(worst, 0) << "a lattice that holds every pixel is none";
}

TEST(Warp, PositionsDoNotDependOnThePartOfAGrid) {
  const Warp whole = dem_on(degrees), part = dem_on(degrees.sub({123, 457, 2000, 2000}));
  const auto a = positions(whole, {1000, 1500, 40, 300}), b = positions(part, {1000 - 123, 1500 - 457, 40, 300});
  for (const auto& [at, p] : a) {
    const PixelPoint& q = b.at({at.first - 123, at.second - 457});
    EXPECT_EQ(p.row, q.row);
    EXPECT_EQ(p.col, q.col);
  }
}

// A patch of 256 pixels of 3 degrees is wider than the Earth: points two turns apart would agree with those between them.
TEST(Warp, WidePixelsStayInTheirTurn) {
  const Grid two(wgs84(), {-180, 2, 90, -2}, {90, 180}), three(wgs84(), {-180, 3, 90, -3}, {60, 120});
  for (const Window& extent : {two.window(), Window{0, -8, 90, 196}}) {
    const Warp warp(nullptr, two, extent, three);
    for (const auto& [at, p] : positions(warp, three.window())) {
      EXPECT_NEAR(p.row, 1.5 * (static_cast<double>(at.first) + 0.5), 1e-4);
      const double off = p.col - 1.5 * (static_cast<double>(at.second) + 0.5);
      ASSERT_NEAR(off, 180 * std::round(off / 180), 1e-4) << at.first << ", " << at.second;
    }
  }
}

TEST(Warp, AsksForWhatAWindowNeedsAndNotMuchMore) {
  const Warp warp = dem_on(degrees);
  for (const Window window : {Window{1000, 2000, 256, 256}, Window{999, 1777, 17, 300}, Window{1500, 2400, 1, 1}}) {
    const Window source = warp.request(window, *method("bilinear"), false);
    for (const auto& [at, p] : positions(warp, window)) {
      const auto row = static_cast<Index>(std::floor(p.row - 0.5)), col = static_cast<Index>(std::floor(p.col - 0.5));
      EXPECT_TRUE(source.contains({row, col, 2, 2})) << at.first << ", " << at.second;
    }
    EXPECT_LT(source.rows, window.rows * 6 / 5 + 40);
    EXPECT_LT(source.cols, window.cols * 6 / 5 + 160) << "of a cell that lies askew";
  }
}

TEST(Warp, AsksForNothingWhereTheSourceIsNot) {
  const Grid wide(wgs84(), {0, 0.001, 60, -0.001}, {20000, 20000});
  const Warp warp = dem_on(wide);
  EXPECT_TRUE(warp.request({0, 0, 256, 256}, *method("bilinear"), false).empty());
  EXPECT_FALSE(intersect(warp.covered(), wide.window()).empty());
  // Longitudes 7.6 to 9.7, latitudes 46.6 to 47.7: about a tenth of the grid's columns.
  EXPECT_LT(warp.covered().cols, 3000);
}

TEST(Warp, AGlobeHasNoEdge) {
  const Grid globe(wgs84(), {0, 1, 90, -1}, {180, 360}), half(wgs84(), {-180, 0.5, 90, -0.5}, {360, 720});
  const Warp warp(nullptr, globe, globe.window(), half);
  EXPECT_EQ(warp.period(), 360);
  // Columns 358 to 362 of the half degrees lie around Greenwich, where the source begins.
  const Window source = warp.request({100, 358, 1, 4}, *method("bilinear"), false);
  EXPECT_LT(source.col, 360);
  EXPECT_GT(source.col_end(), 360);
  EXPECT_LT(source.cols, 10);
  EXPECT_EQ(warp.request({100, 358, 1, 4}, *method("bilinear"), true).cols, 360) << "a layer that is there once is taken whole";
  for (const auto& [at, p] : positions(warp, {0, 0, 360, 720})) {
    const double wanted = (static_cast<double>(at.second) + 0.5) / 2 - 180;
    EXPECT_NEAR(std::remainder(p.col - wanted, 360), 0, 1e-5);
    EXPECT_NEAR(p.row, (static_cast<double>(at.first) + 0.5) / 2, 1e-5);
  }
}

TEST(Warp, OfCornersAsksForThePixelsBetweenThem) {
  const Grid two(wgs84(), {0, 2, 60, -2}, {10, 20}), three(wgs84(), {0, 3, 60, -3}, {6, 13}), up(wgs84(), {0, 3, 42, 3}, {6, 13});
  const Warp warp(nullptr, two, two.window(), three, Warp::Points::corners);
  const auto patch = warp.patches({0, 0, 1, 1})[0];
  const auto corners = corners_of(*patch, 1 - patch->place.row, 2 - patch->place.col);
  EXPECT_NEAR(corners[0].row, 1.5, 1e-6);
  EXPECT_NEAR(corners[0].col, 3, 1e-6);
  EXPECT_NEAR(corners[2].row, 3, 1e-6);
  EXPECT_NEAR(corners[2].col, 4.5, 1e-6);
  EXPECT_EQ(warp.request({1, 2, 1, 1}, *method("conservative"), false), (Window{1, 3, 2, 2}));
  EXPECT_EQ(warp.latitudes(), (std::array<double, 2>{60, -2}));
  EXPECT_FALSE(warp.mirrored());
  EXPECT_TRUE(Warp(nullptr, two, two.window(), up, Warp::Points::corners).mirrored());
}

/// Cells of five degrees around the globe, but for a gap of `gap` degrees before the first one, at Greenwich.
std::shared_ptr<const Cells> ring(double gap) {
  std::vector<MapPoint> centres;
  for (Index r = 0; r < 20; ++r)
    for (Index c = 0; c < 72; ++c) {
      const auto row = static_cast<double>(r), col = static_cast<double>(c);
      centres.push_back({(col + 0.5) * (360 - gap) / 72, 47.5 - 5 * row + std::sin(col)});
    }
  return curvilinear_cells(wgs84(), {20, 72}, centres);
}

TEST(Warp, AJumpBetweenPositionsIsNoFootprint) {
  const auto cells = ring(8);
  ASSERT_FALSE(cells->around) << "the last column ends 8 degrees before the first one";
  const Grid source(cells), globe(wgs84(), {-180, 1, 50, -1}, {100, 360});
  const Warp warp(cell_operation(cells, CellPositions::centres, nullptr), source, source.window(), globe);
  GridMap map;
  map.destination = {20, 100, 40, 160};
  const auto patches = warp.patches(map.destination);
  map.patches = patches, map.largest_scale = warp.largest_scale(), map.turn = warp.turn(), map.torn = warp.torn();
  Index near = 0;
  visit_runs(map, 64, [&](const WarpRun& run, double) {
    EXPECT_LE(run.col_scale, 1.0) << run.out_row << ", " << run.out_col;
    near += run.col > 71 || run.col < 1 ? run.count : 0;
  });
  EXPECT_GT(near, 100) << "both sides of the gap";
}

TEST(Warp, PositionsInCellsAreThoseOfTheirCoordinates) {
  const auto cells = ring(0);
  ASSERT_TRUE(cells->around);
  const Grid source(cells), globe(wgs84(), {-180, 1, 50, -1}, {100, 360});
  const auto operation = cell_operation(cells, CellPositions::centres, nullptr);
  const Warp warp(operation, source, source.window(), globe);
  Index known = 0;
  for (const auto& [at, p] : positions(warp, {0, 0, 100, 360})) {
    MapPoint point{globe.x_centre(at.second), globe.y_centre(at.first)};
    operation->inverse({&point, 1});
    if (std::isnan(point.x)) {
      EXPECT_TRUE(std::isnan(p.col));
      continue;
    }
    ++known;
    EXPECT_NEAR(p.row, -point.y, 2e-4);
    EXPECT_NEAR(std::remainder(p.col - point.x, 72), 0, 2e-4);
  }
  EXPECT_GT(known, 25000);
}

}  // namespace
}  // namespace terroir::testing
