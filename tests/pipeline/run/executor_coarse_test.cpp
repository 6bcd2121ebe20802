#include "tests/pipeline/run/support/whole_run.h"

#include <gtest/gtest.h>

#include <limits>

namespace terroir::testing {
namespace {

constexpr Index dates = 6;

/// Six maps of 240 x 240 pixels of 300 m, in 36 chunks each, under a grid of 30 m.
struct CoarseWorld {
  MemoryOpener opener;
  std::vector<std::shared_ptr<MemoryRaster>> maps;

  CoarseWorld() {
    for (Index t = 0; t < dates; ++t) {
      maps.push_back(raster(
          {240, 240}, {40, 40}, [t](Index r, Index c) { return hills(r, c) + static_cast<float>(t * t); }, {600000, 5200000}, 300));
      opener.add("c/2024010" + std::to_string(t + 1) + ".tif", maps.back());
    }
  }
  [[nodiscard]] std::size_t chunks_read() const {
    std::size_t all = 0;
    for (const auto& map : maps) all += map->chunks_read;
    return all;
  }
};

std::string recipe(const std::string& steps, const std::string& layers, const std::string& grid) {
  return "version: 1\ngrid: " + grid + "\ninputs: {t: {path: \"c/{time:%Y%m%d}.tif\"}}\nsteps:\n" + steps +
         "outputs: {out: {path: o, layers: [" + layers + "], chunk: 64, shard: 128}}\n";
}

const char* const fine_grid = "{crs: \"EPSG:32632\", resolution: 60, bounds: [600000, 5128000, 672000, 5200000]}";
const char* const coarse_chain = R"(  middle: {process: reduce_time, data: t, reducer: median}
  smooth: {process: focal_statistics, data: middle, size: 3, reducer: mean}
  fine:   {process: resample, data: smooth, method: bilinear}
)";

/// The least memory that a recipe runs in, to some kilobytes: what is decoded twice is then counted twice.
std::size_t least_memory(const std::string& text, CoarseWorld& world) {
  const Plan roomy = compiled(text, world.opener);
  Resources resources{roomy.projected_memory() - roomy.cache_bytes, 1, 1, std::nullopt};
  while (!faults(text, world.opener, resources).empty()) resources.memory += std::size_t{16} << 10;
  return resources.memory;
}

TEST(ExecutorCoarse, ALayerUnderAFineGridIsComputedOnce) {
  CoarseWorld world;
  const std::string text = recipe(coarse_chain, "fine", fine_grid);
  EXPECT_NE(explain(compiled(text, world.opener)).find("computes smooth on its own grid, once"), std::string::npos);
  RunOptions options;
  options.resources.memory = least_memory(text, world);
  (void)whole_run(text, world.opener, options);
  // Each map has 6 x 6 chunks. A chunk of the coarse layer has 160 pixels and asks for one beyond: the first one of a row needs 5 chunks
  // of a map and the second one 3. Computed anew under every chunk of the fine grid, it would be more than a thousand.
  EXPECT_GE(world.chunks_read(), 36U * dates);
  EXPECT_LE(world.chunks_read(), 64U * dates);
}

TEST(ExecutorCoarse, RanksOfANodeComputeItOnceBetweenThem) {
  CoarseWorld world;
  const std::string text = recipe(coarse_chain, "fine", fine_grid);
  RunOptions options;
  options.ranks = 3;
  const WholeRun shared = whole_run(text, world.opener, options);
  // As above, and no rank's cache has lost anything: each rank for itself would be three times as many.
  EXPECT_GE(world.chunks_read(), 36U * dates);
  EXPECT_LE(world.chunks_read(), 64U * dates);
  CoarseWorld other;
  EXPECT_TRUE(same_bits(shared.arrays.at("out/fine").pixels, whole_run(text, other.opener).arrays.at("out/fine").pixels));
}

TEST(ExecutorCoarse, RanksComputeItEachForItselfWhereScratchIsFull) {
  CoarseWorld world, other;
  const std::string text = recipe(coarse_chain, "fine", fine_grid);
  RunOptions options;
  options.ranks = 3;
  options.full_scratch = true;
  const WholeRun alone = whole_run(text, world.opener, options);
  EXPECT_GE(world.chunks_read(), 3 * 36U * dates);
  EXPECT_TRUE(same_bits(alone.arrays.at("out/fine").pixels, whole_run(text, other.opener).arrays.at("out/fine").pixels));
}

TEST(ExecutorCoarse, GivesWhatTwoRunsGive) {
  CoarseWorld world;
  const WholeRun once = whole_run(recipe(coarse_chain, "fine", fine_grid), world.opener);
  // The coarse layer by itself, kept as a raster that another run reads.
  const std::string steps =
      "  middle: {process: reduce_time, data: t, reducer: median}\n"
      "  smooth: {process: focal_statistics, data: middle, size: 3, reducer: mean}\n";
  const WholeRun coarse = whole_run(recipe(steps, "smooth", "{like: t}"), world.opener);
  const Stored& stored = coarse.arrays.at("out/smooth");
  MemoryOpener opener;
  opener.add("c/20240101.tif", raster(
                                   {240, 240}, {64, 64}, [&](Index r, Index c) { return stored.at(r, c); }, {600000, 5200000}, 300));
  opener.add("c/20240102.tif",
             raster(
                 {240, 240}, {64, 64}, [](Index, Index) { return std::numeric_limits<float>::quiet_NaN(); }, {600000, 5200000}, 300));
  const std::string read =
      "  one:  {process: reduce_time, data: t, reducer: max}\n  fine: {process: resample, data: one, method: bilinear}\n";
  const WholeRun twice = whole_run(recipe(read, "fine", fine_grid), opener);
  EXPECT_TRUE(same_bits(once.arrays.at("out/fine").pixels, twice.arrays.at("out/fine").pixels));
  for (const Shape block : {Shape{7, 11}, Shape{64, 1}}) {
    RunOptions options;
    options.resources.block = block;
    options.resources.threads = 3;
    options.backwards = true;
    const WholeRun other = whole_run(recipe(coarse_chain, "fine", fine_grid), world.opener, options);
    EXPECT_TRUE(same_bits(once.arrays.at("out/fine").pixels, other.arrays.at("out/fine").pixels));
  }
}

}  // namespace
}  // namespace terroir::testing
