#include "tests/pipeline/run/support/whole_run.h"

#include "pipeline/error.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace terroir::testing {
namespace {

const char* const terrain_chain = R"(
version: 1
name: chain
grid: {like: dem}
inputs: {dem: {path: dem.tif}}
steps:
  slope: {process: slope, data: dem}
  aspect: {process: aspect, data: dem}
  tpi: {process: tpi, data: dem}
  smooth: {process: focal_statistics, data: slope, size: 5, reducer: [mean, sd]}
  ratio: {process: expression, data: [slope, tpi, smooth], formula: "slope / (1 + abs(tpi)) + smooth_sd"}
outputs:
  out: {path: out.zarr, layers: [slope, aspect, tpi, smooth, ratio]}
)";

MemoryOpener one_dem(Shape shape = {150, 170}, Shape chunk = {64, 48}) {
  MemoryOpener opener;
  opener.add("dem.tif", raster(shape, chunk, hills));
  return opener;
}

TEST(Executor, BlocksThreadsAndOrderChangeNoBit) {
  MemoryOpener opener = one_dem();
  const WholeRun reference = whole_run(terrain_chain, opener);
  for (const Shape block : {Shape{1, 1000}, Shape{7, 11}, Shape{33, 1000}, Shape{1000, 5}}) {
    RunOptions options;
    options.resources.block = block;
    options.backwards = true;
    expect_same(reference, whole_run(terrain_chain, opener, options), "blocks of " + std::to_string(block.rows));
  }
  RunOptions threads;
  threads.resources.threads = 3;
  expect_same(reference, whole_run(terrain_chain, opener, threads), "three threads");
}

TEST(Executor, AnotherChunkAndShardChangeNoPixel) {
  MemoryOpener opener = one_dem();
  const WholeRun reference = whole_run(terrain_chain, opener);
  for (const std::string sizes : {"chunk: 32, shard: 32", "chunk: 50, shard: 100", "chunk: {y: 16, x: 64}", "chunk: 256"}) {
    std::string recipe = terrain_chain;
    recipe.replace(recipe.find("layers:"), 0, sizes + ", ");
    const WholeRun other = whole_run(recipe, opener);
    for (const auto& [name, stored] : reference.arrays)
      EXPECT_TRUE(same_bits(stored.pixels, other.arrays.at(name).pixels)) << name << ", " << sizes;
  }
}

TEST(Executor, CroppingNeverChangesAValue) {
  MemoryOpener opener = one_dem();
  const WholeRun whole = whole_run(terrain_chain, opener);
  std::string recipe = terrain_chain;
  // Columns 20 to 120, rows 30 to 90.
  recipe.replace(recipe.find("{like: dem}"), 11, "{like: dem, bounds: [600600, 5197300, 603600, 5199100]}");
  const WholeRun cropped = whole_run(recipe, opener);
  for (const auto& [name, stored] : cropped.arrays) {
    ASSERT_EQ(stored.shape, (Shape{60, 100}));
    std::vector<float> slice;
    for (Index f = 0; f < stored.features; ++f)
      for (Index r = 30; r < 90; ++r)
        for (Index c = 20; c < 120; ++c) slice.push_back(whole.arrays.at(name).at(r, c, 0, f));
    EXPECT_TRUE(same_bits(stored.pixels, slice)) << name;
  }
}

TEST(Executor, OutsideTheExtentIsNodata) {
  MemoryOpener opener;
  opener.add("dem.tif", raster({40, 40}, {16, 16}, [](Index r, Index c) { return static_cast<float>(r + c); }, {600000, 5200020}));
  const WholeRun run = whole_run(R"(
version: 1
grid: {crs: "EPSG:32632", resolution: 30, bounds: [599700, 5198520, 601500, 5200320]}
inputs: {dem: {path: dem.tif}}
steps:
  twice: {process: linear_scale, data: dem, factor: 2}
  count: {process: focal_statistics, data: dem, size: 3, reducer: count}
outputs: {out: {path: o, layers: [twice, count]}}
)",
                                 opener);
  const Stored& twice = run.arrays.at("out/twice");
  const Stored& count = run.arrays.at("out/count");
  EXPECT_EQ(twice.shape, (Shape{60, 60}));
  for (Index r = 0; r < 60; ++r)
    for (Index c = 0; c < 60; ++c) {
      const bool inside = r >= 10 && r < 50 && c >= 10 && c < 50;
      EXPECT_EQ(std::isnan(twice.at(r, c)), !inside);
      EXPECT_EQ(std::isnan(count.at(r, c)), !inside);
      if (!inside) continue;
      EXPECT_EQ(twice.at(r, c), static_cast<float>(2 * (r - 10 + c - 10)));
      const int rows = r == 10 || r == 49 ? 2 : 3, cols = c == 10 || c == 49 ? 2 : 3;
      EXPECT_EQ(count.at(r, c), static_cast<float>(rows * cols)) << "neighbours inside the extent";
    }
}

struct BoundaryCase {
  const char* name;
  Index row;  ///< row of the pixel that stands for row -1, -2 of a 10 x 10 raster
  Index second;
};

class BoundaryRule : public ::testing::TestWithParam<BoundaryCase> {};

TEST_P(BoundaryRule, FillsWhatLiesBeyondTheEdge) {
  MemoryOpener opener;
  const auto pixel = [](Index r, Index c) { return static_cast<float>(r * r * 10 + c); };
  opener.add("dem.tif", raster({10, 10}, {4, 4}, pixel));
  const WholeRun run = whole_run(std::string(R"(
version: 1
grid: {like: dem}
inputs: {dem: {path: dem.tif}}
steps: {s: {process: focal_statistics, data: dem, size: 5, reducer: sum, boundary: )") +
                                     GetParam().name + R"(}}
outputs: {out: {path: o, layers: [s], chunk: 4, shard: 4}}
)",
                                 opener);
  // Rows -2..2 around row 0 at column 5, columns 3..7 inside: what stands for the two rows outside is the rule's.
  const auto row_sum = [&](Index r) { return 5.0F * static_cast<float>(r * r * 10) + 3 + 4 + 5 + 6 + 7; };
  const float expected = row_sum(GetParam().row) + row_sum(GetParam().second) + row_sum(0) + row_sum(1) + row_sum(2);
  EXPECT_EQ(run.arrays.at("out/s").at(0, 5), expected);
}

INSTANTIATE_TEST_SUITE_P(Executor, BoundaryRule, ::testing::Values(BoundaryCase{"replicate", 0, 0}, BoundaryCase{"reflect", 0, 1}),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(Executor, WrapJoinsTheDateLineAlsoThroughAChain) {
  const auto pixel = [](Index r, Index c) { return static_cast<float>(r * 100 + c * c); };
  auto globe = raster({18, 36}, {5, 7}, pixel);
  globe->grid = Grid(wgs84(), {-180, 10, 90, -10}, {18, 36});
  MemoryOpener opener;
  opener.add("g.tif", globe);
  const WholeRun run = whole_run(R"(
version: 1
grid: {like: g}
inputs: {g: {path: g.tif}}
steps:
  twice: {process: linear_scale, data: g, factor: 2}
  mean: {process: focal_statistics, data: twice, size: 3, reducer: mean, boundary: wrap}
  cut: {process: focal_statistics, data: twice, size: 3, reducer: count}
outputs: {out: {path: o, layers: [mean, cut], chunk: 8, shard: 8}}
)",
                                 opener);
  float sum = 0;
  for (Index r = 4; r <= 6; ++r)
    for (const Index c : {35, 0, 1}) sum += 2 * pixel(r, c);
  EXPECT_FLOAT_EQ(run.arrays.at("out/mean").at(5, 0), sum / 9);
  EXPECT_EQ(run.arrays.at("out/cut").at(5, 0), 6) << "without wrap the same layer ends at the date line";
}

TEST(Executor, MosaicsTakeTheFirstValidPixelInOrderOfNames) {
  MemoryOpener opener;
  opener.add("m/a.tif", raster({20, 20}, {8, 8}, [](Index r, Index) { return r == 3 ? no_value : 1.0F; }));
  opener.add("m/b.tif", raster({20, 20}, {8, 8}, [](Index, Index) { return 2.0F; }, {600300, 5200000}));
  const WholeRun run = whole_run(R"(
version: 1
grid: {like: m}
inputs: {m: {path: "m/*.tif"}}
steps: {v: {process: clip, data: m, min: 0}}
outputs: {out: {path: o, layers: [v]}}
)",
                                 opener);
  const Stored& v = run.arrays.at("out/v");
  EXPECT_EQ(v.shape, (Shape{20, 30}));
  EXPECT_EQ(v.at(0, 5), 1);
  EXPECT_EQ(v.at(0, 15), 1) << "both have data: a.tif comes first";
  EXPECT_EQ(v.at(0, 25), 2);
  EXPECT_EQ(v.at(3, 15), 2) << "a.tif has nodata here";
  EXPECT_TRUE(std::isnan(v.at(3, 5)));
}

TEST(Executor, UnreadableChunksFailWithTheirContextOrBecomeNodata) {
  auto broken = raster({64, 64}, {16, 16}, [](Index, Index) { return 1.0F; });
  broken->failing = ChunkPlace{0, 1, 2};
  MemoryOpener opener;
  opener.add("dem.tif", broken);
  const std::string head = "version: 1\ngrid: {like: dem}\ninputs: {dem: {path: dem.tif", tail = R"(}}
steps: {v: {process: clip, data: dem, min: 0}}
outputs: {out: {path: o, layers: [v]}}
)";
  try {
    (void)whole_run(head + tail, opener);
    FAIL() << "a damaged chunk went unnoticed";
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::data);
    EXPECT_NE(std::string(error.what()).find("tile "), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("dem.tif"), std::string::npos) << error.what();
  }
  const WholeRun run = whole_run(head + ", on_error: nodata" + tail, opener);
  EXPECT_TRUE(std::isnan(run.arrays.at("out/v").at(16, 32)));
  EXPECT_EQ(run.arrays.at("out/v").at(15, 32), 1);
}

// 2^24 + 2 is a float, but its neighbours are none: numbers of this size would lose their last digit.
TEST(Executor, IntegersThatPixelsCannotKeepAreRefused) {
  auto large = raster({64, 64}, {16, 16}, [](Index r, Index c) { return r == 20 && c == 40 ? 16777218.0F : 16777216.0F; });
  large->bands[0].dtype = "int32";
  MemoryOpener opener;
  opener.add("large.tif", large);
  const std::string head = "version: 1\ngrid: {like: n}\ninputs: {n: {path: large.tif", tail = R"(}}
steps: {v: {process: clip, data: n, min: 0}}
outputs: {out: {path: o, layers: [v]}}
)";
  try {
    (void)whole_run(head + tail, opener);
    FAIL() << "a digit was lost in silence";
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::data);
    EXPECT_NE(std::string(error.what()).find("large.tif: band 1, rows 16 to 31, columns 32 to 47: it holds integers beyond"),
              std::string::npos)
        << error.what();
  }
  EXPECT_EQ(whole_run(head + ", bits: [0, 15]" + tail, opener).arrays.at("out/v").at(20, 40), 2);
  const WholeRun holed = whole_run(head + ", on_error: nodata" + tail, opener);
  EXPECT_TRUE(std::isnan(holed.arrays.at("out/v").at(16, 32))) << "the whole chunk";
  EXPECT_EQ(holed.arrays.at("out/v").at(15, 32), 16777216);
}

TEST(Executor, GlobalProcessesFitOverTheGridOnce) {
  MemoryOpener opener;
  opener.add("dem.tif", raster({100, 90}, {32, 32}, [](Index r, Index c) { return (r + c) % 2 == 0 ? 10.0F : 20.0F; }));
  const std::string recipe = R"(
version: 1
grid: {like: dem}
inputs: {dem: {path: dem.tif}}
steps:
  z: {process: standardize, data: dem}
  again: {process: min_max_scale, data: z}
outputs: {out: {path: o, layers: [z, again], chunk: 32, shard: 64}}
)";
  const WholeRun run = whole_run(recipe, opener);
  EXPECT_EQ(run.plan.passes.size(), 3u) << "one for each generation of fits, one to write";
  EXPECT_EQ(run.arrays.at("out/z").at(0, 0), -1);
  EXPECT_EQ(run.arrays.at("out/z").at(0, 1), 1);
  EXPECT_EQ(run.arrays.at("out/again").at(0, 0), 0);
  EXPECT_EQ(run.arrays.at("out/again").at(99, 88), 1);
  EXPECT_EQ(run.arrays.at("out/z").statistics[0], (LayerStatistics{9000, 0, 9000, -1, 1}));
}

TEST(Executor, EachInputChunkIsDecodedOnceWhereTheCacheHoldsIt) {
  auto dem = raster({256, 256}, {64, 64}, hills);
  MemoryOpener opener;
  opener.add("dem.tif", dem);
  (void)whole_run(terrain_chain, opener);
  EXPECT_EQ(dem->chunks_read.load(), 16u);
}

TEST(Executor, InterleavedBandsAreDecodedTogether) {
  auto two = raster({64, 64}, {32, 32}, [](Index, Index) { return 3.0F; });
  two->bands.push_back(two->bands[0]);
  two->bands[1].pixels.assign(64 * 64, 1.0F);
  two->interleaved = true;
  MemoryOpener opener;
  opener.add("s.tif", two);
  const WholeRun run = whole_run(R"(
version: 1
grid: {like: s}
inputs: {s: {path: s.tif, bands: {N: 1, R: 2}}}
steps: {i: {process: spectral_index, data: s, index: NDVI}}
outputs: {out: {path: o}}
)",
                                 opener);
  EXPECT_EQ(run.arrays.at("out/i").at(5, 5), 0.5F);
  EXPECT_EQ(two->chunks_read.load(), 4u);
}

}  // namespace
}  // namespace terroir::testing
