#include "pipeline/cf/spacing.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace terroir {
namespace {

const double as_double = std::ldexp(1.0, -53), as_float = std::ldexp(1.0, -24);

std::vector<double> centres(double first, double step, int count, bool rounded = false) {
  std::vector<double> values;
  for (int i = 0; i < count; ++i) {
    const double value = first + i * step;
    values.push_back(rounded ? static_cast<double>(static_cast<float>(value)) : value);
  }
  return values;
}

TEST(Spacing, EdgeAndStep) {
  const auto up = regular_spacing(centres(-179.875, 0.25, 1440), as_double);
  ASSERT_TRUE(up);
  EXPECT_EQ(up->edge, -180);
  EXPECT_EQ(up->step, 0.25);
  const auto down = regular_spacing(centres(89.5, -1, 180), as_double);
  ASSERT_TRUE(down);
  EXPECT_EQ(down->edge, 90);
  EXPECT_EQ(down->step, -1);
}

TEST(Spacing, UndoesRoundingToFloat) {
  const auto tenth = regular_spacing(centres(-179.95, 0.1, 3600, true), as_float);
  ASSERT_TRUE(tenth);
  EXPECT_EQ(tenth->edge, -180);
  EXPECT_EQ(tenth->step, 0.1);
  const auto twelfth = regular_spacing(centres(90 - 1.0 / 24, -1.0 / 12, 2160, true), as_float);
  ASSERT_TRUE(twelfth);
  EXPECT_DOUBLE_EQ(twelfth->edge, 90);
  EXPECT_DOUBLE_EQ(twelfth->step, -1.0 / 12);
}

TEST(Spacing, RefusesWhatIsIrregular) {
  auto gauss = centres(0, 2.79, 64);
  gauss[0] -= 0.02;
  EXPECT_FALSE(regular_spacing(gauss, as_double));
  auto holed = centres(0, 1, 10);
  holed[4] = std::nan("");
  EXPECT_FALSE(regular_spacing(holed, as_double));
  EXPECT_FALSE(regular_spacing(centres(3, 0, 5), as_double));
  EXPECT_FALSE(regular_spacing(centres(3, 1, 1), as_double));
}

TEST(Spacing, BoundsCountWhereCoordinatesAreCorners) {
  std::vector<double> bounds;
  for (int i = 0; i < 10; ++i) bounds.insert(bounds.end(), {10.0 + i, 11.0 + i});
  const auto corners = spacing_by_bounds(centres(10, 1, 10), bounds, as_double);
  ASSERT_TRUE(corners);
  EXPECT_EQ(corners->edge, 10);
  EXPECT_EQ(corners->step, 1);
  EXPECT_FALSE(spacing_by_bounds(centres(10.5, 1, 10), bounds, as_double)) << "nothing is contradicted";
  bounds.front() = 10.4;  // clipped
  EXPECT_FALSE(spacing_by_bounds(centres(10.5, 1, 10), bounds, as_double));
  const auto one = spacing_by_bounds(centres(10.5, 1, 1), std::vector<double>{12, 10}, as_double);
  ASSERT_TRUE(one);
  EXPECT_EQ(one->edge, 12);
  EXPECT_EQ(one->step, -2);
}

}  // namespace
}  // namespace terroir
