#include "kernels/moments.h"

#include "kernels/cpu_level.h"
#include "tests/kernels/local/run_process.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>

namespace terroir::test {
namespace {

using State = std::array<double, moments::size>;

OwnedBlock noise(Index rows, Index cols, unsigned seed, double mean, double sd, double missing) {
  std::mt19937 random(seed);
  std::normal_distribution<double> value(mean, sd);
  std::uniform_real_distribution<double> chance(0, 1);
  OwnedBlock block(1, {rows, cols});
  for (Index r = 0; r < rows; ++r)
    for (Index c = 0; c < cols; ++c) block(0, r, c) = chance(random) < missing ? nan : static_cast<float>(value(random));
  return block;
}

// Rows of less than the 128 lanes, of whole ones, and of two and a rest; infinite pixels among them.
TEST(Moments, AgreeWithTwoPassesInLongDouble) {
  for (const Index cols : {100, 256, 301}) {
    const auto block = noise(37, cols, 1, 8500, 3, 0.2);
    block(0, 5, 7) = std::numeric_limits<float>::infinity();
    block(0, 30, 99) = -std::numeric_limits<float>::infinity();
    long double sum = 0, squares = 0;
    double count = 0, min = 1e9, max = -1e9;
    const auto pixels = pixels_of(block.view());
    for (const float x : pixels)
      if (std::isfinite(x)) sum += x, count += 1, min = std::min<double>(min, x), max = std::max<double>(max, x);
    for (const float x : pixels)
      if (std::isfinite(x)) squares += (x - sum / count) * (x - sum / count);
    State state{};
    observe_moments(block.view(), state);
    EXPECT_EQ(state[moments::count], count) << cols;
    EXPECT_EQ(state[moments::min], min) << cols;
    EXPECT_EQ(state[moments::max], max) << cols;
    EXPECT_NEAR(state[moments::mean], static_cast<double>(sum / count), 1e-10) << cols;
    EXPECT_NEAR(state[moments::m2] / static_cast<double>(squares), 1, 1e-12) << cols;
  }
}

TEST(Moments, OfTheTextbookSample) {
  // 2, 4, 4, 4, 5, 5, 7, 9: mean 5, squared deviations 9+1+1+1+0+0+4+16 = 32, population sd 2.
  State state{};
  observe_moments(row_of({2, 4, 4, nan, 4, 5, 5, 7, 9}).view(), state);
  EXPECT_EQ(state, (State{8, 5, 32, 2, 9}));
  EXPECT_EQ(standard_deviation(state, 0), 2);
}

TEST(Moments, LeaveInfinitePixelsOut) {
  const float infinity = std::numeric_limits<float>::infinity();
  State state{};
  observe_moments(row_of({2, 4, infinity, 4, 4, 5, 5, -infinity, 7, 9}).view(), state);
  EXPECT_EQ(state, (State{8, 5, 32, 2, 9}));
}

TEST(Moments, OfNothingAreEmptyAndMergeAsNothing) {
  State empty{}, some{};
  observe_moments(row_of({nan, nan}).view(), empty);
  EXPECT_EQ(empty[moments::count], 0);
  observe_moments(row_of({1, 3}).view(), some);
  const State before = some;
  merge_moments(some, empty);
  EXPECT_EQ(some, before);
  merge_moments(empty, some);
  EXPECT_EQ(empty, before);
}

TEST(Moments, MergeGivesTheMomentsOfBothParts) {
  State a{}, b{};
  observe_moments(row_of({2, 4, 4}).view(), a);
  observe_moments(row_of({4, 5, 5, 7, 9}).view(), b);
  merge_moments(a, b);
  EXPECT_EQ(a[moments::count], 8);
  EXPECT_NEAR(a[moments::mean], 5, 1e-14);
  EXPECT_NEAR(a[moments::m2], 32, 1e-13);
  EXPECT_EQ(a[moments::min], 2);
  EXPECT_EQ(a[moments::max], 9);
}

TEST(Moments, DoNotDependOnStridesOrCpu) {
  const CpuLevel machine = cpu_level();
  for (const Index cols : {100, 256, 260}) {
    const auto block = noise(50, cols, 2, 0, 1, 0.1);
    OwnedBlock wide(1, {60, 400}, {}, 7);
    for (Index r = 0; r < 50; ++r)
      for (Index c = 0; c < cols; ++c) wide(0, r + 3, c + 5) = block(0, r, c);
    State wanted{};
    observe_moments(block.view(), wanted);
    State got{};
    observe_moments(wide.view().inner(3, 5, {50, cols}), got);
    EXPECT_EQ(got, wanted) << cols;
    for (const CpuLevel level : {CpuLevel::v3, CpuLevel::v2}) {
      set_cpu_level(level);
      observe_moments(block.view(), got);
      EXPECT_EQ(got, wanted) << cols;
    }
    set_cpu_level(machine);
  }
}

}  // namespace
}  // namespace terroir::test
