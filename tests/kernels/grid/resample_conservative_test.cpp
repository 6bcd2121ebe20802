#include "kernels/cpu_level.h"
#include "tests/kernels/grid/resampled.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <random>

namespace terroir::test {
namespace {

double sine(double degrees) { return std::sin(degrees * std::numbers::pi / 180); }

/// 2 degrees onto 3 degrees, on the northern hemisphere up to the pole.
GridMap sphere(Shape destination, Shape source) {
  GridMap map = map_of(1.5, 0, destination, source);
  map.first_latitude = 90, map.latitude_step = -2;
  return map;
}

TEST(ResampleConservative, AgreesWithANaiveLoopAndKeepsTotals) {
  const auto in = noise({45, 60});
  const Shape shape{30, 40};
  for (const std::string normalize : {"fracarea", "destarea"}) {
    const auto process = kernel("resample", {set("method", "conservative"), set("normalize", normalize)});
    const auto out = resample(*process, in.view(), sphere(shape, {45, 60}));
    double total = 0, before = 0;
    for (Index r = 0; r < shape.rows; ++r)
      for (Index c = 0; c < shape.cols; ++c) {
        const double area = (sine(90 - 3.0 * static_cast<double>(r)) - sine(87 - 3.0 * static_cast<double>(r))) * 3;
        double sum = 0, valid = 0;
        for (Index i = 0; i < 45; ++i)
          for (Index j = 0; j < 60; ++j) {
            const double top = std::min(90 - 2.0 * static_cast<double>(i), 90 - 3.0 * static_cast<double>(r));
            const double bottom = std::max(88 - 2.0 * static_cast<double>(i), 87 - 3.0 * static_cast<double>(r));
            const double left = std::max(2.0 * static_cast<double>(j), 3.0 * static_cast<double>(c));
            const double right = std::min(2.0 * static_cast<double>(j + 1), 3.0 * static_cast<double>(c + 1));
            if (top <= bottom || right <= left || std::isnan(in(0, i, j))) continue;
            sum += (sine(top) - sine(bottom)) * (right - left) * static_cast<double>(in(0, i, j));
            valid += (sine(top) - sine(bottom)) * (right - left);
          }
        const double wanted = sum / (normalize == "fracarea" ? valid : area);
        EXPECT_EQ(std::isnan(out(0, r, c)), valid <= 0);
        if (valid <= 0) continue;
        EXPECT_NEAR(out(0, r, c), wanted, 2e-5);
        total += static_cast<double>(out(0, r, c)) * area;
      }
    for (Index i = 0; i < 45; ++i)
      for (Index j = 0; j < 60; ++j)
        if (!std::isnan(in(0, i, j)))
          before +=
              static_cast<double>(in(0, i, j)) * (sine(90 - 2.0 * static_cast<double>(i)) - sine(88 - 2.0 * static_cast<double>(i))) * 2;
    if (normalize == "destarea") {
      EXPECT_NEAR(total / before, 1, 1e-6);
    }
  }
}

TEST(ResampleConservative, RowsOfTheirOwnLatitudes) {
  // Rows from 90 to 60, 30, 0 and -30 degrees; pixels of 45 degrees, from the pole.
  OwnedBlock in(1, {4, 2});
  for (Index r = 0; r < 4; ++r)
    for (Index c = 0; c < 2; ++c) in(0, r, c) = static_cast<float>(r == 1 && c == 1 ? nan : static_cast<float>(r));
  const std::array<double, 5> edges = {-90, -60, -30, 0, 30};
  GridMap map = map_of(1, 0, {3, 2}, {4, 2});
  map.row_scale = 45, map.row_offset = -90, map.latitude_step = -1, map.row_edges = edges;
  const auto out = resample(*kernel("resample", {set("method", "conservative")}), in.view(), map);
  const double top = 1 - sine(60), below = sine(60) - sine(45);  // of the first pixel: rows 0 and 1
  EXPECT_NEAR(out(0, 0, 0), below / (top + below), 1e-6);
  EXPECT_NEAR(out(0, 0, 1), 0, 1e-6) << "its second row is missing";
  EXPECT_NEAR(out(0, 1, 0), ((sine(45) - sine(30)) * 1 + sine(30) * 2) / sine(45), 1e-6);
  EXPECT_NEAR(out(0, 2, 0), 3, 1e-6) << "as far as there are rows";
}

TEST(ResampleByAreas, OfUnevenRowsIsExactForOtherMethodsToo) {
  // Rows from 90 to 60, 30 and 0 degrees; one pixel from the pole to 45 degrees, and one from there.
  OwnedBlock in(1, {3, 2});
  for (Index r = 0; r < 3; ++r)
    for (Index c = 0; c < 2; ++c) in(0, r, c) = r == 1 && c == 1 ? nan : static_cast<float>(r + 1);
  const std::array<double, 4> edges = {-90, -60, -30, 0};
  GridMap map = map_of(1, 0, {3, 2}, {3, 2});
  map.row_scale = 45, map.row_offset = -90, map.latitude_step = -1, map.row_edges = edges;
  const auto by = [&](const char* method) { return resample(*kernel("resample", {set("method", method)}), in.view(), map); };
  const double top = 1 - sine(60), below = sine(60) - sine(45), lower = sine(45) - sine(30);
  const auto mean = by("average"), root = by("rms"), sum = by("sum");
  EXPECT_NEAR(mean(0, 0, 0), (top + 2 * below) / (top + below), 1e-6);
  EXPECT_NEAR(mean(0, 0, 1), 1, 1e-6) << "its second row is missing";
  EXPECT_NEAR(mean(0, 1, 0), (2 * lower + 3 * 0.5) / (lower + 0.5), 1e-6);
  EXPECT_NEAR(root(0, 0, 0), std::sqrt((top + 4 * below) / (top + below)), 1e-6);
  EXPECT_NEAR(root(0, 1, 1), 3, 1e-6);
  EXPECT_NEAR(sum(0, 0, 0), 1 + 2 * below / (below + lower), 1e-6);
  EXPECT_NEAR(sum(0, 0, 1), 1, 1e-6);
  EXPECT_NEAR(sum(0, 1, 0), 2 * lower / (below + lower) + 3, 1e-6);
  EXPECT_NEAR(sum(0, 1, 1), 3, 1e-6);
  for (const auto* out : {&mean, &root, &sum}) EXPECT_TRUE(std::isnan((*out)(0, 2, 0))) << "beyond the last row";
}

TEST(ResampleConservative, NeedsAShareOfValidArea) {
  OwnedBlock in(1, {3, 3});
  for (Index r = 0; r < 3; ++r)
    for (Index c = 0; c < 3; ++c) in(0, r, c) = c == 2 ? nan : 5;
  // Three pixels of equal latitude onto two: the second one is covered by a third, for its last two thirds are missing.
  for (const auto& [share, wanted] : {std::pair{"0.3", 5.0F}, std::pair{"0.4", nan}}) {
    const auto process = kernel("resample", {set("method", "conservative"), set("min_valid", share)});
    const auto out = resample(*process, in.view(), sphere({2, 2}, {3, 3}));
    EXPECT_EQ(out(0, 0, 0), 5);
    EXPECT_TRUE(same(out(0, 0, 1), wanted)) << share;
  }
}

/// Wider than what is summed at once, and with edges that cut pixels.
TEST(ResampleConservative, OfWideBlocksAgreesWithTheDefinition) {
  constexpr Index rows = 9, cols = 5000;
  std::mt19937 random(5);
  std::normal_distribution<float> normal(100, 20);
  OwnedBlock in(1, {rows, cols});
  for (Index r = 0; r < rows; ++r)
    for (Index c = 0; c < cols; ++c) in(0, r, c) = normal(random);
  GridMap map{2.25, 0, 7.3, 0, {0, 0, 4, 680}, {0, 0, rows, cols}};
  map.first_latitude = 45, map.latitude_step = -5;
  const auto process = kernel("resample", {set("method", "conservative")});
  const auto out = resample(*process, in.view(), map);
  for (Index r = 0; r < 4; ++r)
    for (Index c = 0; c < 680; c += 17) {
      const double top = 2.25 * static_cast<double>(r), left = 7.3 * static_cast<double>(c);
      double sum = 0, weights = 0;
      for (Index i = 0; i < rows; ++i) {
        const double low = std::max(top, static_cast<double>(i)), high = std::min(top + 2.25, static_cast<double>(i + 1));
        const double belt = high > low ? sine(45 - 5 * low) - sine(45 - 5 * high) : 0;
        for (Index j = static_cast<Index>(left); j < std::min(cols, static_cast<Index>(left + 9)); ++j) {
          const double w = belt * overlap(left, left + 7.3, j);
          sum += w * static_cast<double>(in(0, i, j)), weights += w;
        }
      }
      EXPECT_NEAR(out(0, r, c), sum / weights, 2e-5) << r << " " << c;
    }
  // Where values are missing others are summed in another way, to the same bits; as they are in parts of the block, and on every CPU.
  OwnedBlock torn(1, {rows, cols});
  for (Index r = 0; r < rows; ++r)
    for (Index c = 0; c < cols; ++c) torn(0, r, c) = c == 70 ? nan : in(0, r, c);
  const auto beside = resample(*process, torn.view(), map);
  GridMap part = map;
  part.destination = {1, 300, 2, 200};
  part.source = {2, 2189, 5, 1462};
  const CpuLevel machine = cpu_level();
  for (const CpuLevel level : {machine, CpuLevel::v3, CpuLevel::v2}) {
    set_cpu_level(level);
    const auto cut = resample(*process, in.view().inner(2, 2189, {5, 1462}), part);
    for (Index r = 0; r < 2; ++r)
      for (Index c = 0; c < 200; ++c) ASSERT_TRUE(same(cut(0, r, c), out(0, r + 1, c + 300))) << r << " " << c;
  }
  set_cpu_level(machine);
  for (Index r = 0; r < 4; ++r)
    for (Index c = 0; c < 680; ++c) EXPECT_EQ(same(beside(0, r, c), out(0, r, c)), c != 9) << r << " " << c;
}

TEST(ResampleConservative, OfAPlaneCountsItsOwnAreas) {
  expect_row(along("conservative", {1, 4, 3, nan}, 1.5, 0, 3), {2, 10.0F / 3, nan});
  expect_row(along("conservative", {1, 4, 3, nan}, 2, 0, 2), {2.5F, 3});
}

TEST(ResampleConservative, GoesAroundTheGlobe) {
  // Four pixels of 90 degrees, moved by half a pixel: the last one lies over the last and the first.
  OwnedBlock in(1, {1, 4});
  for (Index c = 0; c < 4; ++c) in(0, 0, c) = static_cast<float>(c);
  GridMap map{1, 0, 1, 0.5, {0, 0, 1, 4}, {0, 0, 1, 4}};
  map.first_latitude = 90, map.latitude_step = -180, map.period = 4;
  const auto out = resample(*kernel("resample", {set("method", "conservative")}), in.view(), map);
  expect_row(pixels_of(out.view()), {0.5F, 1.5F, 2.5F, 1.5F});
}

}  // namespace
}  // namespace terroir::test
