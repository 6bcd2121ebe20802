#include "tests/pipeline/run/support/whole_run.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace terroir::testing {
namespace {

/// UTM (in truth the sinusoidal projection of these tests) onto degrees, by several methods.
std::string across(const std::string& grid, const std::string& sizes = "") {
  return R"(
version: 1
name: across
grid: )" +
         grid + R"(
inputs:
  dem: {path: dem.tif}
  input: {path: dem.tif, resample: bilinear}
steps:
  near: {process: resample, data: dem, method: nearest}
  cubic: {process: resample, data: dem, method: cubic}
  mean: {process: resample, data: dem, method: average}
  kept: {process: resample, data: dem, method: conservative, normalize: destarea}
  total: {process: resample, data: dem, method: sum}
  median: {process: resample, data: dem, method: median}
  slope: {process: slope, data: dem}
  steep: {process: resample, data: slope, method: bilinear}
  relief: {process: focal_statistics, data: input, size: 3, reducer: sd}
outputs: {out: {path: o, layers: [near, cubic, mean, kept, total, median, steep, input, relief])" +
         sizes + R"(}}
)";
}

const char* const grid = R"({crs: "EPSG:4326", resolution: [0.0006, 0.0004], bounds: [10.29, 46.68, 10.4, 46.8]})";

MemoryOpener one_dem() {
  MemoryOpener opener;
  opener.add("dem.tif", raster({420, 330}, {64, 48}, hills));
  return opener;
}

/// With other chunks statistics agree to rounding only.
void expect_same_pixels(const WholeRun& a, const WholeRun& b, const std::string& what) {
  for (const auto& [name, stored] : a.arrays) EXPECT_TRUE(same_bits(stored.pixels, b.arrays.at(name).pixels)) << name << ": " << what;
}

TEST(ExecutorWarp, BlocksThreadsOrderAndChunksChangeNoBit) {
  MemoryOpener opener = one_dem();
  const WholeRun reference = whole_run(across(grid), opener);
  const auto& pixels = reference.arrays.at("out/cubic").pixels;
  const auto missing = std::count_if(pixels.begin(), pixels.end(), [](float v) { return std::isnan(v); });
  EXPECT_GT(missing, 100);
  EXPECT_LT(missing, static_cast<long>(pixels.size() / 2)) << "the source covers most of the grid";
  for (const Shape block : {Shape{1, 1000}, Shape{7, 11}, Shape{33, 5}}) {
    RunOptions options;
    options.resources.block = block;
    options.backwards = true;
    expect_same_pixels(reference, whole_run(across(grid), opener, options), "blocks");
  }
  RunOptions threads;
  threads.resources.threads = 3;
  expect_same_pixels(reference, whole_run(across(grid), opener, threads), "threads");
  for (const std::string sizes : {", chunk: 32, shard: 32", ", chunk: {y: 16, x: 64}"})
    expect_same_pixels(reference, whole_run(across(grid, sizes), opener), sizes);
}

TEST(ExecutorWarp, CroppingNeverChangesAValue) {
  MemoryOpener opener = one_dem();
  const WholeRun whole = whole_run(across(grid), opener);
  const WholeRun part =
      whole_run(across(R"({crs: "EPSG:4326", resolution: [0.0006, 0.0004], bounds: [10.32, 46.70, 10.38, 46.78]})"), opener);
  for (const auto& [name, stored] : part.arrays)
    for (Index r = 0; r < stored.shape.rows; ++r)
      for (Index c = 0; c < stored.shape.cols; ++c) {
        const float a = stored.at(r, c), b = whole.arrays.at(name).at(r + 50, c + 50);
        ASSERT_TRUE(a == b || (std::isnan(a) && std::isnan(b))) << name << " at " << r << ", " << c;
      }
}

TEST(ExecutorWarp, APlaneStaysAPlane) {
  MemoryOpener opener;
  opener.add("dem.tif", raster({420, 330}, {64, 48}, [](Index r, Index c) { return static_cast<float>(2 * r + c); }));
  // Pixels are smaller than the source's: a widened tent keeps no planes.
  const WholeRun run = whole_run(across(R"({crs: "EPSG:4326", resolution: [0.0003, 0.0002], bounds: [10.29, 46.68, 10.4, 46.8]})"), opener);
  const Stored& got = run.arrays.at("out/input");
  Index valid = 0;
  for (Index r = 0; r < got.shape.rows; ++r)
    for (Index c = 0; c < got.shape.cols; ++c) {
      // The projection written out: degrees to metres, metres to pixels from (600000, 5200000).
      const double lon = 10.29 + (static_cast<double>(c) + 0.5) * 0.0003, lat = 46.8 - (static_cast<double>(r) + 0.5) * 0.0002;
      const double x = (500000 + (lon - 9) * 111195 * std::cos(lat / 57.29577951308232) - 600000) / 30, y = (5200000 - lat * 111195) / 30;
      const bool inside = x > 3 && x < 327 && y > 3 && y < 417;
      if (!inside) continue;
      ++valid;
      ASSERT_NEAR(got.at(r, c), 2 * (y - 0.5) + (x - 0.5), 0.03) << r << ", " << c;
    }
  EXPECT_GT(valid, 10000);
}

TEST(ExecutorWarp, AGlobeIsJoinedAtTheDateLine) {
  MemoryOpener opener;
  auto globe = std::make_shared<MemoryRaster>();
  globe->grid = Grid(wgs84(), {0, 2, 90, -2}, {90, 180});
  globe->chunk = {1, {16, 40}};
  MemoryRaster::Band band;
  for (Index r = 0; r < 90; ++r)
    for (Index c = 0; c < 180; ++c) band.pixels.push_back(static_cast<float>(std::cos(static_cast<double>(2 * c + 1) / 57.29577951308232)));
  globe->bands.push_back(band);
  opener.add("globe.tif", globe);
  const std::string recipe = R"(
version: 1
grid: {global: 1}
inputs: {globe: {path: globe.tif}}
steps:
  read: {process: resample, data: globe, method: bilinear}
  twice: {process: linear_scale, data: globe, factor: 2}
  made: {process: resample, data: twice, method: bilinear}
  kept: {process: resample, data: globe, method: conservative}
outputs: {out: {path: o, layers: [read, made, kept], chunk: 32}}
)";
  const WholeRun run = whole_run(recipe, opener);
  const Stored &read = run.arrays.at("out/read"), &made = run.arrays.at("out/made"), &kept = run.arrays.at("out/kept");
  for (Index r = 0; r < 180; ++r)
    for (Index c = 0; c < 360; ++c) {
      const double longitude = static_cast<double>(c) + 0.5 - 180;
      ASSERT_NEAR(read.at(r, c), std::cos(longitude / 57.29577951308232), 2e-3) << r << ", " << c;
      ASSERT_FLOAT_EQ(made.at(r, c), 2 * read.at(r, c));
      // A degree lies in one pixel of two degrees.
      ASSERT_FLOAT_EQ(kept.at(r, c), globe->bands[0].pixels[static_cast<std::size_t>(r / 2 * 180 + (c + 180) % 360 / 2)]);
    }
  RunOptions options;
  options.resources.block = Shape{5, 7};
  const WholeRun other = whole_run(recipe, opener, options);
  for (const auto& [name, stored] : run.arrays) EXPECT_TRUE(same_bits(stored.pixels, other.arrays.at(name).pixels)) << name;
}

TEST(ExecutorWarp, AnInputBesideTheGridIsAMistakeThatSaysWhereItLies) {
  MemoryOpener opener = one_dem();
  const auto texts = faults(across(R"({crs: "EPSG:4326", resolution: 0.01, bounds: [-60, 10, -59, 11]})"), opener);
  ASSERT_FALSE(texts.empty());
  EXPECT_EQ(texts[0].find("inputs.input: 'input' does not overlap the recipe's grid: it lies at [10.3"), 0u) << texts[0];
  EXPECT_NE(texts[0].find("] in EPSG:4326; check its CRS and the grid's bounds"), std::string::npos) << texts[0];
}

TEST(ExecutorWarp, ByAreasAcrossCrsTotalsAreKept) {
  MemoryOpener opener;
  opener.add("dem.tif", raster({420, 330}, {64, 48}, [](Index r, Index c) { return static_cast<float>(1 + (r / 7 + c / 5) % 3); }));
  // All of the source, which lies from 600000 to 609900 and from 5187400 to 5200000.
  const WholeRun run =
      whole_run(across(R"({crs: "EPSG:4326", resolution: [0.0008, 0.0006], bounds: [10.28, 46.632, 10.472, 46.776]})"), opener);
  double before = 0, after = 0, sum = 0;
  for (Index r = 0; r < 420; ++r)
    for (Index c = 0; c < 330; ++c) before += static_cast<double>(1 + (r / 7 + c / 5) % 3) * 900;
  const Stored& kept = run.arrays.at("out/kept");
  for (Index r = 0; r < kept.shape.rows; ++r)
    for (Index c = 0; c < kept.shape.cols; ++c) {
      if (std::isnan(kept.at(r, c))) continue;
      const double lat = 46.776 - (static_cast<double>(r) + 0.5) * 0.0006, degree = 111195;
      // A parallelogram in the sinusoidal plane, up to the bend of its meridians.
      after += static_cast<double>(kept.at(r, c)) * 0.0008 * degree * std::cos(lat / 57.29577951308232) * 0.0006 * degree;
    }
  EXPECT_NEAR(after / before, 1, 1e-6);
  for (const float pixel : run.arrays.at("out/total").pixels) sum += std::isnan(pixel) ? 0 : static_cast<double>(pixel);
  EXPECT_NEAR(sum * 900 / before, 1, 1e-6);
}

}  // namespace
}  // namespace terroir::testing
