#include "pipeline/plan/walking.h"

#include "tests/pipeline/run/support/whole_run.h"

#include <gtest/gtest.h>

namespace terroir::testing {
namespace {

constexpr Index days = 40;
constexpr std::size_t plane = 144 * 288 * sizeof(float);

/// Days of the globe from 0 to 360 degrees, of which each holds its number.
std::shared_ptr<MemoryRaster> globe(Shape chunk) {
  auto out = std::make_shared<MemoryRaster>();
  out->grid = Grid(wgs84(), {0, 1.25, 90, -1.25}, {144, 288});
  out->chunk = {1, chunk};
  out->times.calendar = Calendar::standard;
  MemoryRaster::Band band;
  for (Index day = 0; day < days; ++day) {
    out->times.seconds.push_back(day * 86400);
    band.pixels.insert(band.pixels.end(), 144 * 288, static_cast<float>(day));
  }
  out->bands.push_back(band);
  return out;
}

/// Onto 5 degrees, the western and the eastern half as a tile each.
const std::string halves = R"(
version: 1
grid: {global: 5}
inputs: {tas: {path: tas.nc}}
steps:
  coarse: {process: resample, data: tas, method: conservative}
outputs: {out: {path: o, chunk: {time: 1, y: 36, x: 36}, shard: 36}}
)";

Resources ranks(int count) { return {std::size_t{1} << 32, 1, count, std::nullopt}; }

TEST(Walking, ATileHoldsTheChunksOfOneSlab) {
  MemoryOpener opener;
  const auto tas = globe({144, 144});
  opener.add("tas.nc", tas);
  const WholeRun run = whole_run(halves, opener);
  ASSERT_EQ(run.plan.passes[0].tiles.size(), 2);
  ASSERT_EQ(run.plan.passes[0].slab[0], 1);
  // The chunk of a day that is in use, the one that is read next, and one of the day to come, which is read beside it.
  EXPECT_EQ(walking_bytes(run.plan, run.plan.passes[0]), plane / 2);
  EXPECT_EQ(run.plan.cache_bytes, 3 * plane / 2);
  EXPECT_EQ(run.plan.passes[0].read_amplification, 1);
  EXPECT_EQ(tas->chunks_read, 2U * days);
  const Stored& coarse = run.arrays.at("out/coarse");
  for (Index day = 0; day < days; ++day)
    for (Index c = 0; c < 72; ++c) ASSERT_EQ(coarse.at(17, c, day), static_cast<float>(day));
}

TEST(Walking, ChunksThatTheNextTileWantsAreKept) {
  MemoryOpener opener;
  const auto tas = globe({144, 288});
  opener.add("tas.nc", tas);
  const WholeRun run = whole_run(halves, opener);
  EXPECT_EQ(walking_bytes(run.plan, run.plan.passes[0]), std::nullopt);
  EXPECT_GE(run.plan.cache_bytes, days * plane);
  EXPECT_EQ(tas->chunks_read, static_cast<std::size_t>(days));
}

TEST(Walking, WhereEachRankHasOneTileNothingIsKeptAndBothReadIt) {
  MemoryOpener opener;
  opener.add("tas.nc", globe({144, 288}));
  const Plan plan = compiled(halves, opener, ranks(2));
  EXPECT_EQ(walking_bytes(plan, plan.passes[0]), plane);
  EXPECT_EQ(plan.cache_bytes, 3 * plane);
  EXPECT_EQ(plan.passes[0].read_amplification, 2);
}

TEST(Walking, AReducerWhoseResultIsWantedForEachDayReadsTwice) {
  MemoryOpener opener;
  opener.add("tas.nc", globe({144, 144}));
  std::string recipe = halves;
  recipe.replace(recipe.find("outputs:"), 8, R"(  mean: {process: reduce_time, data: coarse, reducer: mean}
  off: {process: expression, data: [coarse, mean], formula: "coarse - mean"}
outputs:)");
  const Plan plan = compiled(recipe, opener, ranks(2));
  EXPECT_EQ(walking_bytes(plan, plan.passes[0]), std::nullopt);
  EXPECT_GE(plan.cache_bytes, days * plane / 2);
}

}  // namespace
}  // namespace terroir::testing
