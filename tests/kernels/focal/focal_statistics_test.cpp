#include <optional>

#include "tests/kernels/raster.h"

namespace terroir::test {
namespace {

const std::vector<std::string> all_reducers = {"mean", "sd", "min", "max", "sum", "range", "count"};

std::shared_ptr<const BoundKernel> focal(const std::vector<std::string>& reducers, Index size, Settings more = {}) {
  more.push_back(set("reducer", words(reducers)));
  more.push_back(set("size", std::to_string(size)));
  return kernel("focal_statistics", more);
}

/// The result of the middle pixel of 3 x 3.
float middle(const char* reducer, const std::vector<std::vector<float>>& rows, const Settings& more = {}) {
  return run_focal(*focal({reducer}, 3, more), raster(rows, {1, 1}).view())[0](0, 1, 1);
}

TEST(FocalStatistics, OneToNineByHand) {
  const std::vector<std::vector<float>> rows = {{1, 2, 3}, {4, 5, 6}, {7, 8, 9}};
  EXPECT_EQ(middle("mean", rows), 5);
  EXPECT_FLOAT_EQ(middle("sd", rows), 2.58198889f);  // also GDAL's test of its neighbours
  EXPECT_FLOAT_EQ(middle("sd", rows, {set("ddof", "1")}), std::sqrt(60.0f / 8));
  EXPECT_EQ(middle("min", rows), 1);
  EXPECT_EQ(middle("max", rows), 9);
  EXPECT_EQ(middle("sum", rows), 45);
  EXPECT_EQ(middle("range", rows), 8);
  EXPECT_EQ(middle("count", rows), 9);
  // The corner sees four pixels: 1 2 4 5.
  const auto corner = run_focal(*focal(all_reducers, 3), raster(rows, {1, 1}).view());
  const std::vector<float> wanted = {3, std::sqrt(2.5f), 1, 5, 12, 4, 4};
  for (std::size_t k = 0; k < wanted.size(); ++k) EXPECT_FLOAT_EQ(corner[k](0, 0, 0), wanted[k]) << all_reducers[k];
}

// Whether a pixel is missing anywhere depends on the block.
TEST(FocalStatistics, InfinitePixelsAndMinusZeroStayWhetherOrNotOneIsMissing) {
  const float infinity = std::numeric_limits<float>::infinity();
  for (const float corner : {0.0f, nan}) {
    EXPECT_EQ(middle("max", {{corner, 1, 1}, {1, infinity, 1}, {1, 1, 1}}), infinity);
    EXPECT_EQ(middle("min", {{corner, 1, 1}, {1, -infinity, 1}, {1, 1, 1}}), -infinity);
    EXPECT_TRUE(std::signbit(middle("max", {{corner - 1, -1, -1}, {-1, -0.0f, -1}, {-1, -1, -1}})));
  }
}

TEST(FocalStatistics, MissingNeighboursAreLeftOut) {
  // openEO's tests of sd and variance, whose divisor is n - 1.
  EXPECT_FLOAT_EQ(middle("sd", {{nan, nan, -1}, {nan, 1, nan}, {nan, nan, 3}}, {set("ddof", "1")}), 2);
  EXPECT_FLOAT_EQ(middle("sd", {{2, 3, nan}, {3, 4, nan}, {4, 5, nan}}, {set("ddof", "1")}), std::sqrt(1.1f));
  EXPECT_EQ(middle("mean", {{nan, nan, -1}, {nan, 1, nan}, {nan, nan, 3}}), 1);
  EXPECT_EQ(middle("count", {{nan, nan, -1}, {nan, 1, nan}, {nan, nan, 3}}), 3);
  EXPECT_EQ(middle("sd", {{nan, nan, nan}, {nan, 7, nan}, {nan, nan, nan}}), 0);
  EXPECT_TRUE(std::isnan(middle("sd", {{nan, nan, nan}, {nan, 7, nan}, {nan, nan, nan}}, {set("ddof", "1")})));
}

TEST(FocalStatistics, AMissingCentreIsNodata) {
  for (const auto& reducer : all_reducers) EXPECT_TRUE(std::isnan(middle(reducer.c_str(), {{1, 2, 3}, {4, nan, 6}, {7, 8, 9}}))) << reducer;
}

TEST(FocalStatistics, TooFewValidPixelsAreNodata) {
  const std::vector<std::vector<float>> rows = {{nan, nan, -1}, {nan, 1, nan}, {nan, nan, 3}};
  for (const auto& reducer : all_reducers) {
    EXPECT_FALSE(std::isnan(middle(reducer.c_str(), rows, {set("min_valid", "3")}))) << reducer;
    EXPECT_TRUE(std::isnan(middle(reducer.c_str(), rows, {set("min_valid", "4")}))) << reducer;
  }
}

TEST(FocalStatistics, ACircleLeavesOutTheCorners) {
  const std::vector<std::vector<float>> rows = {{100, 2, 100}, {4, 5, 6}, {100, 8, 100}};
  EXPECT_EQ(middle("sum", rows, {set("shape", "circle")}), 25);
  EXPECT_EQ(middle("max", rows, {set("shape", "circle")}), 8);
  EXPECT_EQ(middle("count", rows, {set("shape", "circle")}), 5);
  const OwnedBlock ones = noise_raster(1, {1, 1}, {3, 3}, 1, 1, 0);
  EXPECT_EQ(run_focal(*focal({"count"}, 7, {set("shape", "circle")}), ones.view())[0](0, 0, 0), 29);  // lattice points of radius 3
}

TEST(FocalStatistics, SizeOneIsThePixelItself) {
  for (const char* shape : {"square", "circle"}) {
    const auto out = run_focal(*focal({"mean", "sd", "count"}, 1, {set("shape", shape)}), raster({{3, nan, 8123.45f}}, {}).view());
    expect_pixels(out[0].view(), {3, nan, 8123.45f});
    expect_pixels(out[1].view(), {0, nan, 0});
    expect_pixels(out[2].view(), {1, nan, 1});
  }
}

TEST(FocalStatistics, FlatHighGroundIsExactlyFlat) {
  const float height = 8123.456f;
  for (const Index size : {3, 7, 9, 51}) {
    const OwnedBlock in = noise_raster(1, {11, 40}, {size / 2, size / 2}, height, height, 0.1f);
    const auto out = run_focal(*focal({"mean", "sd", "range"}, size), in.view());
    for (Index r = 0; r < 11; ++r)
      for (Index c = 0; c < 40; ++c)
        if (!std::isnan(in(0, r, c))) {
          EXPECT_EQ(out[0](0, r, c), height);
          EXPECT_EQ(out[1](0, r, c), 0);
          EXPECT_EQ(out[2](0, r, c), 0);
        }
  }
}

TEST(FocalStatistics, SumsOfWholeNumbersAreExact) {
  OwnedBlock in = noise_raster(1, {20, 33}, {5, 5}, 0, 1, 0.2f);
  for (Index r = -5; r < 25; ++r)
    for (Index c = -5; c < 38; ++c) in(0, r, c) = std::floor(in(0, r, c) * 10000);
  const auto out = run_focal(*focal({"sum"}, 11), in.view());
  for (Index r = 0; r < 20; ++r)
    for (Index c = 0; c < 33; ++c) {
      std::int64_t sum = 0;
      for (Index y = r - 5; y <= r + 5; ++y)
        for (Index x = c - 5; x <= c + 5; ++x)
          if (!std::isnan(in(0, y, x))) sum += static_cast<std::int64_t>(in(0, y, x));
      if (!std::isnan(in(0, r, c))) {
        EXPECT_EQ(static_cast<std::int64_t>(out[0](0, r, c)), sum);
      }
    }
}

struct Expected {
  double mean, sd, min, max, sum, range, count;
};

/// The definition in double, in two passes.
std::optional<Expected> by_definition(const OwnedBlock& in, Index r, Index c, Index size, bool circle, double ddof) {
  if (std::isnan(in(0, r, c))) return std::nullopt;
  const Index reach = size / 2;
  std::vector<double> valid;
  for (Index y = -reach; y <= reach; ++y)
    for (Index x = -reach; x <= reach; ++x)
      if ((!circle || x * x + y * y <= reach * reach) && !std::isnan(in(0, r + y, c + x))) valid.push_back(in(0, r + y, c + x));
  Expected e{0,
             0,
             *std::min_element(valid.begin(), valid.end()),
             *std::max_element(valid.begin(), valid.end()),
             0,
             0,
             static_cast<double>(valid.size())};
  for (const double v : valid) e.sum += v;
  e.mean = e.sum / e.count;
  for (const double v : valid) e.sd += (v - e.mean) * (v - e.mean);
  e.sd = e.count > ddof ? std::sqrt(e.sd / (e.count - ddof)) : std::nan("");
  e.range = e.max - e.min;
  return e;
}

void expect_definition(const OwnedBlock& in, Index size, bool circle, int ddof, double tolerance) {
  const auto out =
      run_focal(*focal(all_reducers, size, {set("shape", circle ? "circle" : "square"), set("ddof", std::to_string(ddof))}), in.view());
  const auto near = [&](double got, double want, double allowed) {
    return std::isnan(want) ? std::isnan(got) : std::abs(got - want) <= allowed;
  };
  for (Index r = 0; r < in.view().rows(); ++r)
    for (Index c = 0; c < in.view().cols(); ++c) {
      const auto want = by_definition(in, r, c, size, circle, ddof);
      if (!want) {
        for (const auto& layer : out) ASSERT_TRUE(std::isnan(layer(0, r, c)));
        continue;
      }
      const std::string where = std::to_string(size) + (circle ? " circle " : " square ") + std::to_string(r) + ' ' + std::to_string(c);
      ASSERT_TRUE(near(out[0](0, r, c), want->mean, tolerance)) << where << ": " << out[0](0, r, c) << " for " << want->mean;
      ASSERT_TRUE(near(out[1](0, r, c), want->sd, tolerance)) << where << ": " << out[1](0, r, c) << " for " << want->sd;
      ASSERT_EQ(out[2](0, r, c), want->min) << where;
      ASSERT_EQ(out[3](0, r, c), want->max) << where;
      ASSERT_TRUE(near(out[4](0, r, c), want->sum, 3e-7 * std::abs(want->sum) + tolerance)) << where;
      ASSERT_FLOAT_EQ(out[5](0, r, c), static_cast<float>(want->range)) << where;
      ASSERT_EQ(out[6](0, r, c), want->count) << where;
    }
}

TEST(FocalStatistics, EverySizeAgreesWithTheDefinition) {
  for (const Index size : {1, 3, 5, 7, 9, 11, 13, 15, 17, 25, 27, 31, 33, 45, 51})
    for (const bool circle : {false, true})
      for (const float missing : {0.0f, 0.3f, 0.97f}) {
        const OwnedBlock in = noise_raster(1, {9, 37}, {size / 2, size / 2}, 0, 600, missing, static_cast<std::uint32_t>(size));
        expect_definition(in, size, circle, size > 5 ? 1 : 0, 2e-4);
      }
}

TEST(FocalStatistics, HighGroundKeepsItsStatedError) {
  const OwnedBlock in = noise_raster(1, {40, 64}, {4, 4}, 8000, 8600, 0.05f);
  expect_definition(in, 9, false, 0, 2.5e-3);
}

TEST(FocalStatistics, DeviationsOfPressureKeepTheirStatedError) {
  const double step = std::exp2(-7);  // of float32 between 65536 and 131072
  for (const Index size : {3, 5, 9, 33})
    for (const char* shape : {"square", "circle"}) {
      const OwnedBlock in = noise_raster(1, {20, 64}, {size / 2, size / 2}, 101323, 101327, 0.05f);
      const auto sd = run_focal(*focal({"sd"}, size, {set("shape", shape)}), in.view());
      for (Index r = 0; r < 20; ++r)
        for (Index c = 0; c < 64; ++c)
          if (const auto want = by_definition(in, r, c, size, *shape == 'c', 0)) {
            EXPECT_NEAR(sd[0](0, r, c), want->sd, step) << size << shape;
          }
    }
}

// Every third row and column holds a few zeros between the thousands of the others.
TEST(FocalStatistics, AFewPixelsInTheMiddleCostNoDigits) {
  const double step = std::exp2(-10);  // of float32 between 8192 and 16384
  for (const Index size : {9, 27}) {
    OwnedBlock in = noise_raster(1, {30, 60}, {size / 2, size / 2}, 8848, 8849, 0);
    for (Index r = -(size / 2); r < 30 + size / 2; ++r)
      for (Index c = -(size / 2); c < 60 + size / 2; ++c)
        if (((r % 3 + 3) % 3 == 1 || (c % 3 + 3) % 3 == 1)) in(0, r, c) = (7 * r + c) % 53 == 0 ? 0 : nan;
    const auto sd = run_focal(*focal({"sd"}, size), in.view());
    for (Index r = 0; r < 30; ++r)
      for (Index c = 0; c < 60; ++c)
        if (const auto want = by_definition(in, r, c, size, false, 0)) {
          ASSERT_NEAR(sd[0](0, r, c), want->sd, step) << size << ' ' << r << ' ' << c;
        }
  }
}

TEST(FocalStatistics, RowsWithAndWithoutGapsGiveTheSameBits) {
  for (const char* shape : {"square", "circle"})
    for (const Index size : {3, 9, 21}) {
      const Index reach = size / 2;
      OwnedBlock in = noise_raster(1, {60, 80}, {reach, reach}, 100, 900, 0);
      const auto whole = run_focal(*focal(all_reducers, size, {set("shape", shape)}), in.view());
      in(0, 30, 79 + reach) = nan;  // counts from here on, in every row that sees it
      const auto gaps = run_focal(*focal(all_reducers, size, {set("shape", shape)}), in.view());
      for (std::size_t k = 0; k < whole.size(); ++k)
        EXPECT_TRUE(same_bits(whole[k].view().inner(0, 0, {60, 79}), gaps[k].view().inner(0, 0, {60, 79}))) << shape << size << k;
    }
}

TEST(FocalStatistics, AReducerHasTheSameBitsAloneAndAmongOthers) {
  const OwnedBlock in = noise_raster(2, {12, 50}, {4, 4}, 0, 1000, 0.05f);
  const auto all = run_focal(*focal(all_reducers, 9), in.view());
  for (std::size_t k = 0; k < all_reducers.size(); ++k)
    EXPECT_TRUE(same_bits(run_focal(*focal({all_reducers[k]}, 9), in.view())[0].view(), all[k].view())) << all_reducers[k];
}

TEST(FocalStatistics, OneSweepGivesTheBitsOfSeparateRuns) {
  const OwnedBlock in = noise_raster(2, {12, 50}, {4, 4}, 0, 1000, 0.05f);
  const std::vector<std::shared_ptr<const BoundKernel>> kernels = {focal({"sd"}, 9), focal({"mean", "max"}, 9, {set("min_valid", "70")}),
                                                                   focal({"sum", "count"}, 9, {set("shape", "circle")}),
                                                                   focal({"sd"}, 9, {set("ddof", "1")})};
  std::vector<const BoundKernel*> views;
  std::vector<OwnedBlock> blocks;
  std::vector<Block<float>> out;
  std::size_t scratch_bytes = 0;
  for (const auto& k : kernels) {
    views.push_back(k.get());
    scratch_bytes = std::max(scratch_bytes, k->scratch_bytes(2, {12, 50}));
  }
  for (int i = 0; i < 6; ++i) blocks.emplace_back(2, Shape{12, 50});
  for (const auto& block : blocks) out.push_back(block.view());
  Buffer scratch(scratch_bytes);
  const Block<const float> view = in.view();
  Args args;
  args.in = {&view, 1};
  args.out = out;
  args.scratch = scratch.data();
  kernels[0]->sweep()(views, args);
  std::size_t i = 0;
  for (const auto& k : kernels)
    for (const auto& alone : run_focal(*k, view)) EXPECT_TRUE(same_bits(blocks[i++].view(), alone.view())) << i;
}

TEST(FocalStatistics, HugeValuesStayFinite) {
  const OwnedBlock in = raster({{nan, 1e38f, nan}, {1e38f, 1e38f, nan}, {nan, nan, nan}}, {1, 1});
  const auto out = run_focal(*focal({"mean", "sd"}, 3), in.view());
  EXPECT_EQ(out[0](0, 1, 1), 1e38f);
  EXPECT_EQ(out[1](0, 1, 1), 0);
}

TEST(FocalStatistics, LayersAndParameters) {
  LayerInfo dem;
  dem.unit = "m";
  dem.long_name = "elevation";
  const std::vector<LayerInfo> in = {dem};
  const auto one = focal({"sd"}, 9)->outputs(in);
  ASSERT_EQ(one.size(), 1u);
  EXPECT_EQ(one[0].name, "");
  EXPECT_EQ(one[0].unit, "m");
  EXPECT_EQ(one[0].long_name, "focal standard deviation of elevation");
  const auto two = focal({"mean", "count"}, 9)->outputs(in);
  EXPECT_EQ(two[0].name, "mean");
  EXPECT_EQ(two[1].name, "count");
  EXPECT_EQ(two[1].unit, "1");
  EXPECT_EQ(focal({"mean"}, 9)->halo(), (Halo{4, 4}));
  EXPECT_EQ(focal({"mean"}, 9, {set("boundary", "reflect")})->boundary(), Boundary::reflect);
  EXPECT_EQ(complaint("focal_statistics", {set("reducer", "mean"), set("size", "4")}),
            "size: 4 is even, so the window has no centre; use 5 or 3");
  EXPECT_EQ(complaint("focal_statistics", {set("reducer", "mean"), set("size", "3"), set("shape", "circle"), set("min_valid", "6")}),
            "min_valid: 6 is more than the 5 pixels of the window; use fewer or a larger size");
  EXPECT_EQ(complaint("focal_statistics", {set("size", "3"), set("reducer", "sd"), set("ddof", "9")}),
            "ddof: 9 leaves none of the 9 pixels of the window to divide by; use 0 or 1, or a larger size");
  EXPECT_EQ(complaint("focal_statistics", {set("size", "3"), set("reducer", "sd"), set("ddof", "8")}), "0 diagnostics");
  EXPECT_EQ(complaint("focal_statistics", {set("size", "3"), set("reducer", "mean"), set("ddof", "9")}), "0 diagnostics");
  EXPECT_EQ(complaint("focal_statistics", {set("size", "99999999999999999999"), set("reducer", "mean")}),
            "size: 99999999999999999999 is too large; give a number between -9e15 and 9e15");
}

}  // namespace
}  // namespace terroir::test
