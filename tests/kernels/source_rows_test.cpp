#include "kernels/source_rows.h"

#include <gtest/gtest.h>

#include <array>
#include <utility>

namespace terroir::test {
namespace {

TEST(SourceRows, LieEvenlyFromTheFirst) {
  const SourceRows rows{90, -2};
  EXPECT_EQ(rows.coordinate(1.5), 87);
  EXPECT_EQ(rows.row_of(80), 5);
  EXPECT_TRUE(rows.descend());
  EXPECT_FALSE((SourceRows{-90, 2}.descend()));
}

TEST(SourceRows, LieBetweenEdgesAndGoOnBeyondThem) {
  const std::array<double, 4> edges = {60, 50, 46, 45};
  const SourceRows rows{0, 1, edges};
  EXPECT_TRUE(rows.descend());
  const std::array<std::pair<double, double>, 8> places = {
      {{-1, 70}, {0, 60}, {0.5, 55}, {1, 50}, {1.75, 47}, {2.5, 45.5}, {3, 45}, {5, 43}}};
  for (const auto& [row, coordinate] : places) {
    EXPECT_DOUBLE_EQ(rows.coordinate(row), coordinate);
    EXPECT_DOUBLE_EQ(rows.row_of(coordinate), row);
  }
}

}  // namespace
}  // namespace terroir::test
