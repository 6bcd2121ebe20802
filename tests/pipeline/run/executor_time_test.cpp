#include "tests/pipeline/run/support/whole_run.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <numeric>

namespace terroir::testing {
namespace {

constexpr Shape shape{70, 90};

/// Value of a day (from 0) of the stack; some pixels are missing on some days.
float pixel(Index day, Index row, Index col) {
  if ((row + 3 * col + 5 * day) % 11 == 0) return no_value;
  return static_cast<float>((row * 31 + col * 17 + day * 7) % 101) + 0.25F;
}

/// A file for each day from 2024-01-01 on.
MemoryOpener stack(Index days, Shape chunk = {32, 32}) {
  MemoryOpener opener;
  for (Index day = 0; day < days; ++day) {
    const DateTime date = from_seconds(to_seconds({2024, 1, 1, 0, 0, 0}, Calendar::standard) + day * 86400, Calendar::standard);
    char name[40];
    std::snprintf(name, sizeof name, "s/%04d%02d%02d.tif", date.year, date.month, date.day);
    opener.add(name, raster(shape, chunk, [day](Index r, Index c) { return pixel(day, r, c); }));
  }
  return opener;
}

std::string recipe_of(const std::string& steps, const std::string& output) {
  return "version: 1\ngrid: {like: s}\ninputs: {s: {path: \"s/{time:%Y%m%d}.tif\"}}\nsteps:\n" + steps + "\noutputs: {out: {path: o, " +
         output + "}}\n";
}

std::vector<double> valid_days(Index days, Index row, Index col) {
  std::vector<double> values;
  for (Index day = 0; day < days; ++day)
    if (!std::isnan(pixel(day, row, col))) values.push_back(pixel(day, row, col));
  return values;
}

TEST(ExecutorTime, ReducersOverManyDaysInSlabs) {
  constexpr Index days = 600;
  MemoryOpener opener = stack(days);
  const WholeRun run =
      whole_run(recipe_of("  r: {process: reduce_time, data: s, reducer: [mean, sd, min, max, sum, count]}", "layers: [r]"), opener);
  EXPECT_LT(run.plan.passes[0].slab[0], days) << "the test is to cross slabs";
  for (const auto& [row, col] : {std::pair<Index, Index>{0, 0}, {33, 61}, {69, 89}}) {
    const auto values = valid_days(days, row, col);
    const double n = static_cast<double>(values.size()), mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
    double squares = 0;
    for (const double v : values) squares += (v - mean) * (v - mean);
    const auto at = [&](const std::string& name) { return run.arrays.at("out/r_" + name).at(row, col); };
    EXPECT_FLOAT_EQ(at("mean"), static_cast<float>(mean));
    EXPECT_FLOAT_EQ(at("sd"), static_cast<float>(std::sqrt(squares / (n - 1))));
    EXPECT_EQ(at("min"), *std::min_element(values.begin(), values.end()));
    EXPECT_EQ(at("max"), *std::max_element(values.begin(), values.end()));
    EXPECT_FLOAT_EQ(at("sum"), static_cast<float>(mean * n));
    EXPECT_EQ(at("count"), n);
  }
}

TEST(ExecutorTime, AMedianTakesAllDaysAtOnce) {
  MemoryOpener opener = stack(13);
  const WholeRun run = whole_run(recipe_of("  m: {process: reduce_time, data: s, reducer: median}", "layers: [m]"), opener);
  auto values = valid_days(13, 20, 40);
  std::sort(values.begin(), values.end());
  const std::size_t n = values.size();
  EXPECT_EQ(run.arrays.at("out/m").at(20, 40), static_cast<float>((values[(n - 1) / 2] + values[n / 2]) / 2));
}

TEST(ExecutorTime, LayersWithTimeAreWrittenWhateverTheTimeChunk) {
  constexpr Index days = 23;
  MemoryOpener opener = stack(days);
  const std::string step = "  twice: {process: linear_scale, data: s, factor: 2}";
  const WholeRun reference = whole_run(recipe_of(step, "layers: [twice]"), opener);
  const Stored& twice = reference.arrays.at("out/twice");
  EXPECT_EQ(twice.times, days);
  for (Index day = 0; day < days; ++day)
    for (const auto& [row, col] : {std::pair<Index, Index>{0, 1}, {69, 89}, {40, 2}})
      if (!std::isnan(pixel(day, row, col))) {
        EXPECT_EQ(twice.at(row, col, day), 2 * pixel(day, row, col));
      }
  for (const std::string chunk : {"{time: 1}", "{time: 5, y: 64, x: 64}", "{time: 16}", "{time: 100}"}) {
    const WholeRun other = whole_run(recipe_of(step, "layers: [twice], chunk: " + chunk), opener);
    EXPECT_TRUE(same_bits(twice.pixels, other.arrays.at("out/twice").pixels)) << chunk;
  }
}

TEST(ExecutorTime, AnomaliesNeedTheMeanFirst) {
  constexpr Index days = 50;
  MemoryOpener opener = stack(days);
  const WholeRun run = whole_run(recipe_of("  mean: {process: reduce_time, data: s, reducer: mean}\n"
                                           "  anomaly: {process: expression, data: [s, mean], formula: \"s - mean\"}\n"
                                           "  spread: {process: reduce_time, data: anomaly, reducer: [mean, max]}",
                                           "layers: [anomaly, spread], chunk: {time: 8}"),
                                 opener);
  const auto values = valid_days(days, 10, 11);
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  for (Index day = 0; day < days; ++day) {
    if (std::isnan(pixel(day, 10, 11))) continue;
    EXPECT_NEAR(run.arrays.at("out/anomaly").at(10, 11, day), pixel(day, 10, 11) - mean, 1e-4);
  }
  EXPECT_NEAR(run.arrays.at("out/spread_max").at(10, 11), *std::max_element(values.begin(), values.end()) - mean, 1e-4);
  EXPECT_NEAR(run.arrays.at("out/spread_mean").at(10, 11), 0, 1e-4);
}

TEST(ExecutorTime, StackedFeaturesWithTimeComeTogether) {
  constexpr Index days = 9;
  MemoryOpener opener = stack(days);
  const WholeRun run =
      whole_run(recipe_of("  a: {process: linear_scale, data: s, factor: 2}\n  b: {process: linear_scale, data: s, offset: 1}",
                          "layers: [a, b], layout: stacked, chunk: {time: 4}"),
                opener);
  const Stored& cube = run.arrays.at("out/out");
  EXPECT_EQ(cube.features, 2);
  EXPECT_EQ(cube.times, days);
  for (Index day = 0; day < days; ++day) {
    if (std::isnan(pixel(day, 5, 6))) continue;
    EXPECT_EQ(cube.at(5, 6, day, 0), 2 * pixel(day, 5, 6));
    EXPECT_EQ(cube.at(5, 6, day, 1), pixel(day, 5, 6) + 1);
  }
}

TEST(ExecutorTime, GlobalFitsOverAllTimes) {
  MemoryOpener opener = stack(20);
  const WholeRun run = whole_run(recipe_of("  z: {process: standardize, data: s}", "layers: [z], chunk: {time: 3}"), opener);
  const LayerStatistics& s = run.arrays.at("out/z").statistics[0];
  EXPECT_NEAR(s[1], 0, 1e-6) << "mean";
  EXPECT_NEAR(std::sqrt(s[2] / s[0]), 1, 1e-6) << "standard deviation";
}

TEST(ExecutorTime, SelectionAndMissingDates) {
  MemoryOpener opener = stack(40);
  std::string recipe = recipe_of("  n: {process: reduce_time, data: s, reducer: count}", "layers: [n]");
  recipe.replace(recipe.find(".tif\""), 5, ".tif\", select: {time: [\"2024-01-30\", \"2024-02\"]}");
  const WholeRun run = whole_run(recipe, opener);
  EXPECT_EQ(run.plan.axes[0].size(), 11) << "30 January to 9 February";
  Index valid = 0;
  for (Index day = 29; day < 40; ++day) valid += std::isnan(pixel(day, 8, 8)) ? 0 : 1;
  EXPECT_EQ(run.arrays.at("out/n").at(8, 8), static_cast<float>(valid));
}

TEST(ExecutorTime, ACoarseLayerIsResampledOntoTheGrid) {
  MemoryOpener opener;
  opener.add("dem.tif", raster({60, 60}, {32, 32}, [](Index, Index) { return 1.0F; }));
  // 300 m pixels that start 300 m further out: value = 10 * row + col.
  opener.add("coarse.tif", raster(
                               {8, 8}, {3, 3}, [](Index r, Index c) { return static_cast<float>(10 * r + c); }, {599700, 5200300}, 300));
  const WholeRun run = whole_run(R"(
version: 1
grid: {like: dem}
inputs:
  dem: {path: dem.tif}
  coarse: {path: coarse.tif, resample: bilinear}
  other: {path: coarse.tif}
steps:
  near: {process: resample, data: other, method: nearest}
  both: {process: expression, data: [dem, coarse], formula: "dem * coarse"}
outputs: {out: {path: o, layers: [near, both]}}
)",
                                 opener);
  const Stored& near = run.arrays.at("out/near");
  const Stored& both = run.arrays.at("out/both");
  for (Index r = 0; r < 60; ++r)
    for (Index c = 0; c < 60; ++c) {
      EXPECT_EQ(near.at(r, c), static_cast<float>(10 * (r / 10 + 1) + c / 10 + 1));
      // The coarse field is a plane, and bilinear interpolation keeps planes: centre of pixel r is at (r + 0.5) / 10 + 1 coarse pixels.
      const double row = (static_cast<double>(r) + 0.5) / 10 + 0.5, col = (static_cast<double>(c) + 0.5) / 10 + 0.5;
      EXPECT_NEAR(both.at(r, c), 10 * row + col, 1e-4);
    }
}

}  // namespace
}  // namespace terroir::testing
