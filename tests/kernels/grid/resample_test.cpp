#include "kernels/cpu_level.h"
#include "tests/kernels/grid/resampled.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace terroir::test {
namespace {

TEST(ResampleNearest, TakesThePixelThatHoldsTheCentre) {
  expect_row(along("nearest", {1, 2, 3}, 0.5, 0, 6), {1, 1, 2, 2, 3, 3});
  expect_row(along("nearest", {1, 2, 3, 4, 5, 6}, 3, 0, 2), {2, 5});
  expect_row(along("nearest", {1, nan, 3}, 1, 0, 3), {1, nan, 3});
}

TEST(ResampleNearest, OnAnEdgeTakesTheRightPixel) {
  expect_row(along("nearest", {1, 2, 3, 4}, 2, 0, 2), {2, 4});
  expect_row(along("nearest", {1, 2, 3}, 1, 0.5, 3), {2, 3, nan});
  expect_row(along("nearest", {1, 2, 3}, 1, 0.5 - 1e-12, 3), {2, 3, nan});  // an edge but for rounding
}

TEST(ResampleNearest, OutsideTheSourceIsNodata) { expect_row(along("nearest", {1, 2}, 1, -1, 4), {nan, 1, 2, nan}); }

TEST(ResampleBilinear, OfTheSameGridIsTheSame) {
  expect_row(along("bilinear", {1, nan, 3, 4}, 1, 0, 4), {1, nan, 3, 4});
  expect_row(along("bilinear", {1, nan, 3}, 1, 1e-9, 3), {1, nan, 3});  // positions off by rounding bring no value into nodata
}

TEST(ResampleBilinear, InterpolatesBetweenCentres) {
  // Centres of half pixels lie at 0.25, 0.75, 1.25, 1.75: a quarter away from the nearest source centre; outside the first and last
  // centre only one source pixel has weight.
  expect_row(along("bilinear", {0, 4}, 0.5, 0, 4), {0, 1, 3, 4});
  expect_row(along("bilinear", {0, 4, 8}, 1, 0.5, 2), {2, 6});
}

TEST(ResampleBilinear, WidensTheTentWhenShrinking) {
  // Centre at 1 and radius 2: distances 0.5, 0.5, 1.5 of the first three pixels, weights 0.75, 0.75, 0.25 (the one before is outside).
  expect_row(along("bilinear", {1, 2, 3, 4}, 2, 0, 2), {(0.75F + 1.5F + 0.75F) / 1.75F, (0.5F + 2.25F + 3) / 1.75F});
}

TEST(ResampleBilinear, SpreadsWeightOverValidPixels) {
  expect_row(along("bilinear", {nan, 4, 8}, 1, 0.5, 2), {4, 6});
  expect_row(along("bilinear", {nan, nan, 8}, 1, 0.5, 2), {nan, 8});
}

TEST(ResampleBilinear, IsExactOnPlanes) {
  OwnedBlock in(1, {20, 30});
  for (Index r = 0; r < 20; ++r)
    for (Index c = 0; c < 30; ++c) in(0, r, c) = static_cast<float>(3 * r + 2 * c);
  const auto process = kernel("resample", {set("method", "bilinear")});
  const auto out = resample(*process, in.view(), map_of(0.3, 0, {60, 90}, {20, 30}));
  // Away from the border the value is that of the plane at the centre: source pixel = 0.3 * (index + 0.5) - 0.5.
  for (Index r = 2; r < 58; ++r)
    for (Index c = 2; c < 88; ++c) EXPECT_NEAR(out(0, r, c), 3 * (0.3 * centre(r) - 0.5) + 2 * (0.3 * centre(c) - 0.5), 1e-5);
}

/// The definition, pixel by pixel.
float by_definition(const Block<const float>& in, const GridMap& map, Index r, Index c) {
  const double row = map.row_offset + map.row_scale * centre(r), col = map.col_offset + map.col_scale * centre(c);
  const double row_radius = std::max(1.0, map.row_scale), col_radius = std::max(1.0, map.col_scale);
  double sum = 0, weights = 0;
  for (Index i = 0; i < in.rows(); ++i)
    for (Index j = 0; j < in.cols(); ++j) {
      const double w =
          std::max(0.0, 1 - std::abs(centre(i) - row) / row_radius) * std::max(0.0, 1 - std::abs(centre(j) - col) / col_radius);
      if (!std::isnan(in(0, i, j))) sum += w * in(0, i, j), weights += w;
    }
  return weights < 1e-6 ? nan : static_cast<float>(sum / weights);
}

TEST(ResampleBilinear, AgreesWithTheDefinition) {
  const auto in = noise({23, 31});
  const auto process = kernel("resample", {set("method", "bilinear")});
  for (const auto& [scale, offset] : {std::pair{0.37, -0.6}, std::pair{1.0, 0.25}, std::pair{2.5, 0.1}, std::pair{7.3, -2.0}}) {
    const Shape shape{static_cast<Index>(24 / scale), static_cast<Index>(32 / scale)};
    const GridMap map = map_of(scale, offset, shape, {23, 31});
    const auto out = resample(*process, in.view(), map);
    for (Index r = 0; r < shape.rows; ++r)
      for (Index c = 0; c < shape.cols; ++c) {
        const float wanted = by_definition(in.view(), map, r, c);
        EXPECT_EQ(std::isnan(out(0, r, c)), std::isnan(wanted)) << scale << " " << r << " " << c;
        if (!std::isnan(wanted)) {
          EXPECT_NEAR(out(0, r, c), wanted, 1e-4) << scale << " " << r << " " << c;
        }
      }
  }
}

/// What lies in `support` around a window is all that matters, wherever a block starts and on every CPU.
TEST(Resample, BlocksGiveThePixelsOfTheWhole) {
  const auto in = noise({40, 70});
  const CpuLevel machine = cpu_level();
  for (const std::string method : {"nearest", "bilinear"})
    for (const double scale : {0.3, 1.7}) {
      const auto process = kernel("resample", {set("method", method)});
      const Shape shape{static_cast<Index>(40 / scale), static_cast<Index>(70 / scale)};
      const GridMap whole = map_of(scale, 0.1, shape, {40, 70});
      const auto wanted = resample(*process, in.view(), whole);
      const Window part{5, 7, shape.rows / 3, shape.cols / 2};
      const double reach = *process->support(scale);
      const auto begin = [&](Index i) { return static_cast<Index>(std::floor(0.1 + scale * centre(i) - reach)); };
      const auto end = [&](Index i) { return static_cast<Index>(std::ceil(0.1 + scale * centre(i - 1) + reach)); };
      const Window source = intersect(
          {0, 0, 40, 70}, {begin(part.row), begin(part.col), end(part.row_end()) - begin(part.row), end(part.col_end()) - begin(part.col)});
      GridMap cut = whole;
      cut.destination = part;
      cut.source = source;
      for (const CpuLevel level : {machine, CpuLevel::v3, CpuLevel::v2}) {
        set_cpu_level(level);
        const auto got = resample(*process, in.view().inner(source.row, source.col, source.shape()), cut);
        for (Index r = 0; r < part.rows; ++r)
          for (Index c = 0; c < part.cols; ++c)
            ASSERT_TRUE(same(got(0, r, c), wanted(0, r + part.row, c + part.col))) << method << " " << scale << " " << r << " " << c;
      }
      set_cpu_level(machine);
    }
}

/// One pixel's value by the definition of a method, from positions and scales along rows and columns.
double curve(const std::string& method, double d) {
  const double x = std::abs(d);
  if (method == "cubic") return x < 1 ? 1.5 * x * x * x - 2.5 * x * x + 1 : x < 2 ? -0.5 * x * x * x + 2.5 * x * x - 4 * x + 2 : 0;
  const double turn = std::numbers::pi * x;
  return x >= 3 ? 0 : x < 1e-9 ? 1 : std::sin(turn) / turn * std::sin(turn / 3) / (turn / 3);
}

float chosen(const std::string& method, std::vector<float> values) {
  if (values.empty()) return nan;
  std::sort(values.begin(), values.end());
  const auto ranked = [&](double p) { return values[static_cast<std::size_t>(std::ceil(p * static_cast<double>(values.size()))) - 1]; };
  if (method == "min") return values.front();
  if (method == "max") return values.back();
  if (method == "q1") return ranked(0.25);
  if (method == "median") return ranked(0.5);
  if (method == "q3") return ranked(0.75);
  float best = nan;
  std::ptrdiff_t most = 0;
  for (const float v : values)
    if (const auto count = std::count(values.begin(), values.end(), v); count > most) best = v, most = count;
  return best;
}

/// What a line of `count` pixels weighs for a place on it.
std::vector<double> weights_along(const std::string& method, Index count, double place, double scale) {
  const bool centred = method == "cubic" || method == "lanczos";
  const double width = centred ? std::max(1.0, scale) : scale;
  std::vector<double> weights;
  for (Index i = 0; i < count; ++i)
    weights.push_back(centred ? curve(method, (centre(i) - place) / width) : overlap(place - width / 2, place + width / 2, i));
  return weights;
}

float defined(const std::string& method, const Block<const float>& in, const std::vector<double>& down, const std::vector<double>& across,
              double& weights) {
  double sum = 0;
  weights = 0;
  std::vector<float> touched;
  for (std::size_t i = 0; i < down.size(); ++i)
    for (std::size_t j = 0; down[i] != 0 && j < across.size(); ++j) {
      const float value = in(0, static_cast<Index>(i), static_cast<Index>(j));
      if (std::isnan(value)) continue;
      const double w = down[i] * across[j], v = value;
      sum += w * (method == "rms" ? v * v : v), weights += w;
      if (w > 1e-5) touched.push_back(value);
    }
  if (method == "sum") return weights < 1e-6 ? nan : static_cast<float>(sum);
  if (method == "rms") return weights < 1e-6 ? nan : static_cast<float>(std::sqrt(sum / weights));
  const bool centred = method == "cubic" || method == "lanczos";
  if (centred || method == "average") return std::abs(weights) < 1e-6 ? nan : static_cast<float>(sum / weights);
  return chosen(method, touched);
}

TEST(ResampleMethods, AgreeWithTheirDefinitions) {
  auto in = noise({43, 51});
  for (Index r = 0; r < 43; ++r)
    for (Index c = 0; c < 51; ++c) in(0, r, c) = std::round(in(0, r, c) / 4);  // so that modes are more than chance
  for (const std::string method : {"cubic", "lanczos", "average", "sum", "rms", "mode", "min", "max", "q1", "median", "q3"})
    for (const auto& [scale, offset] : {std::pair{0.37, 3.1}, std::pair{2.43, 0.17}, std::pair{20.5, 1.0}}) {
      const auto process = kernel("resample", {set("method", method)});
      const Shape shape{static_cast<Index>(40 / scale), static_cast<Index>(47 / scale)};
      const GridMap map = map_of(scale, offset, shape, {43, 51});
      const auto out = resample(*process, in.view(), map);
      std::vector<std::vector<double>> across;
      for (Index c = 0; c < shape.cols; ++c) across.push_back(weights_along(method, 51, offset + scale * centre(c), scale));
      for (Index r = 0; r < shape.rows; ++r) {
        const auto down = weights_along(method, 43, offset + scale * centre(r), scale);
        for (Index c = 0; c < shape.cols; ++c) {
          double weights = 0;
          const float wanted = defined(method, in.view(), down, across[static_cast<std::size_t>(c)], weights);
          ASSERT_EQ(std::isnan(out(0, r, c)), std::isnan(wanted)) << method << " " << scale << " " << r << " " << c;
          if (!std::isnan(wanted)) {
            // Beside gaps positive and negative weights may nearly cancel.
            const double lost = std::max(1.0, 1 / std::abs(weights));
            ASSERT_NEAR(out(0, r, c), wanted, 2e-5 * lost * std::max(1.0F, std::abs(wanted)))
                << method << " " << scale << " " << r << " " << c;
          }
        }
      }
    }
}

TEST(ResampleMethods, MoreValuesThanAreSorted) {
  // 40 x 40 values onto one pixel: 400 each of 1, 2 and 4, 399 of 3, one missing.
  OwnedBlock in(1, {40, 40});
  for (Index r = 0; r < 40; ++r)
    for (Index c = 0; c < 40; ++c) in(0, r, c) = static_cast<float>((r * 7 + c) % 4 + 1);
  for (Index c = 0; c < 40; ++c)
    if (in(0, 0, c) == 3) {
      in(0, 0, c) = nan;
      break;
    }
  const auto one = [&](const std::string& method) {
    return resample(*kernel("resample", {set("method", method)}), in.view(), map_of(40, 0, {1, 1}, {40, 40}))(0, 0, 0);
  };
  EXPECT_EQ(one("mode"), 1);
  EXPECT_EQ(one("q1"), 1);
  EXPECT_EQ(one("median"), 2);
  EXPECT_EQ(one("q3"), 4);  // the 1200th of 1599, of which 1199 are at most 3
  EXPECT_EQ(one("max"), 4);
}

TEST(Resample, KeepsWhatALayerMeans) {
  LayerInfo in;
  in.name = "tas";
  in.unit = "K";
  in.standard_name = "air_temperature";
  const auto out = kernel("resample")->outputs(std::vector{in});
  EXPECT_EQ(out[0].name, "");
  EXPECT_EQ(out[0].unit, "K");
  EXPECT_EQ(out[0].standard_name, "air_temperature");
}

}  // namespace
}  // namespace terroir::test
