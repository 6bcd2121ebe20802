#include "pipeline/vector/carry.h"

#include "pipeline/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace terroir::test {
namespace {

/// Bends x by the square of y, and knows nothing beyond x = 1000.
class Bend final : public CrsOperation {
 public:
  [[nodiscard]] const std::string& name() const noexcept override { return name_; }
  [[nodiscard]] double accuracy() const noexcept override { return 0; }
  void forward(std::span<MapPoint> points) const override {
    for (MapPoint& p : points) p.x = p.x > 1000 ? std::numeric_limits<double>::quiet_NaN() : p.x + p.y * p.y / 100;
  }
  void inverse(std::span<MapPoint> points) const override {
    for (MapPoint& p : points) p.x -= p.y * p.y / 100;
  }

 private:
  std::string name_ = "a bend";
};

Grid metres(Shape shape) {
  Crs crs;
  crs.wkt = "metres";
  return {crs, {0, 1, 100, -1}, shape};
}

TEST(PixelCarrier, TurnsMapCoordinatesIntoPixels) {
  const PixelCarrier carrier(nullptr, metres({100, 100}), false);
  const auto rings = carrier.carry({{{{10, 90}, {20, 90}, {20, 80}}, false}});
  ASSERT_EQ(rings.size(), 1U);
  ASSERT_EQ(rings[0].points.size(), 3U);
  EXPECT_EQ(rings[0].points[2].col, 20);
  EXPECT_EQ(rings[0].points[2].row, 20);
}

TEST(PixelCarrier, PutsPointsOnSidesThatBend) {
  const PixelCarrier carrier(std::make_shared<Bend>(), metres({100, 200}), false);
  const auto rings = carrier.carry({{{{10, 0}, {10, 80}, {90, 80}}, false}});
  ASSERT_EQ(rings.size(), 1U);
  const auto& points = rings[0].points;
  EXPECT_GT(points.size(), 20U);
  for (std::size_t i = 0; i + 1 < points.size(); ++i) {
    // The upright side is the parabola col = 10 + (100 - row)^2 / 100; its chords may be a thousandth of a pixel off.
    if (points[i].row == 20) break;
    const double row = (points[i].row + points[i + 1].row) / 2;
    EXPECT_NEAR((points[i].col + points[i + 1].col) / 2, 10 + (100 - row) * (100 - row) / 100, 1e-3);
  }
}

TEST(PixelCarrier, LeavesOutRingsFarFromTheGridBeforeTheyAreCarried) {
  const PixelCarrier carrier(std::make_shared<Bend>(), metres({100, 200}), false);
  EXPECT_TRUE(carrier.carry({{{{2000, 0}, {2000, 80}, {3000, 80}}, false}}).empty());
}

TEST(PixelCarrier, RefusesRingsThatReachWhereThereAreNoCoordinates) {
  const PixelCarrier carrier(std::make_shared<Bend>(), metres({100, 200}), false);
  try {
    static_cast<void>(carrier.carry({{{{10, 0}, {10, 80}, {3000, 80}}, false}}));
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::mistake);
    EXPECT_THAT(error.what(), testing::StartsWith("it reaches where the grid's CRS has no coordinates"));
  }
}

TEST(PixelCarrier, KnowsATurnOfAGeographicGrid) {
  Crs crs;
  crs.geographic = true;
  EXPECT_EQ(PixelCarrier(nullptr, Grid(crs, {0, 0.25, 90, -0.25}, {720, 1440}), true).turn(), 1440);
  EXPECT_EQ(PixelCarrier(nullptr, metres({5, 5}), false).turn(), 0);
}

}  // namespace
}  // namespace terroir::test
