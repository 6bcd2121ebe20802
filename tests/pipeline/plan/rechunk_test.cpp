#include "pipeline/plan/rechunk.h"

#include "tests/pipeline/run/support/whole_run.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace terroir::testing {
namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20;
const std::string median = "steps: {m: {process: reduce_time, data: maps, reducer: median}}\noutputs: {out: {path: o}}\n";

/// Hourly maps, all zero: 280 of 256 x 256 pixels, 70 MiB.
std::shared_ptr<MemoryRaster> hourly(ChunkShape chunk, Index times = 280, Shape shape = {256, 256}) {
  auto made = std::make_shared<MemoryRaster>();
  made->grid = Grid(utm32(), {600000, 30, 5200000, -30}, shape);
  for (Index t = 0; t < times; ++t) made->times.seconds.push_back(t * 3600);
  made->chunk = chunk;
  MemoryRaster::Band band;
  band.pixels.assign(static_cast<std::size_t>(times * shape.area()), 0);
  made->bands.push_back(std::move(band));
  return made;
}

Compiled compiled_on(const std::shared_ptr<MemoryRaster>& maps, const std::string& more, Resources resources,
                     const std::string& rest = median) {
  MemoryOpener opener;
  opener.add("maps.nc", maps);
  return compile_text("version: 1\ninputs: {maps: {path: maps.nc" + more + "}}\n" + rest, opener, resources);
}

Resources usual(std::size_t memory = 1024 * mebibyte) {
  Resources resources{memory, 1, 1, std::nullopt};
  resources.scratch.folder = "/scratch";
  return resources;
}

Plan planned(const std::shared_ptr<MemoryRaster>& maps, const std::string& more = "", const std::string& rest = median) {
  return std::move(*compiled_on(maps, more, usual(), rest).plan);
}

TEST(Rechunk, MapsBecomeSeriesOfATilesWindow) {
  const Plan plan = planned(hourly({1, {256, 256}}));
  const PlannedFile& file = plan.files[0];
  ASSERT_TRUE(file.rechunk);
  EXPECT_EQ(file.rechunk->stored, (ChunkShape{1, {256, 256}}));
  // Output chunks of 64 x 64, of which 4 MiB hold 256 times.
  EXPECT_EQ(file.chunk, (ChunkShape{256, {64, 64}}));
  EXPECT_EQ(file.rechunk->used, (Window{0, 0, 256, 256}));
  EXPECT_EQ(plan.passes[0].read_amplification, 1);
  EXPECT_EQ(plan.passes[0].input_bytes, 70 * mebibyte);
  EXPECT_EQ(scratch_bytes(plan), 70 * mebibyte);
  EXPECT_NE(explain(plan).find("Laid out anew, once on each node: 70 MiB of scratch in /scratch\n"
                               "  maps: chunks of 1 x 256 x 256 (time, y, x) -> 256 x 64 x 64\n"),
            std::string::npos);
  EXPECT_NE(explain_json(plan).find("\"folder\": \"/scratch\""), std::string::npos);
}

TEST(Rechunk, WhatSuitsTheTilesIsReadAsItIs) {
  EXPECT_FALSE(planned(hourly({1, {64, 64}})).files[0].rechunk);
  EXPECT_FALSE(planned(hourly({40, {128, 128}})).files[0].rechunk) << "four ranks would decode a quarter each";
  EXPECT_FALSE(planned(hourly({1, {256, 256}}, 200)).files[0].rechunk) << "50 MiB are soon decoded";
}

TEST(Rechunk, InterleavedBandsAndSkippedWindowsAreReadAsTheyAre) {
  const auto interleaved = hourly({1, {256, 256}});
  interleaved->interleaved = true;
  EXPECT_FALSE(planned(interleaved).files[0].rechunk);
  EXPECT_FALSE(planned(hourly({1, {256, 256}}), ", on_error: nodata").files[0].rechunk);
}

// A reducer that runs through time reads as much for every tile as one that needs all times at once.
TEST(Rechunk, AnyReadingOfTimesCounts) {
  EXPECT_TRUE(
      planned(hourly({1, {256, 256}}), "", "steps: {m: {process: reduce_time, data: maps, reducer: mean}}\noutputs: {out: {path: o}}\n")
          .files[0]
          .rechunk);
}

TEST(Rechunk, OnlyWhatIsReadIsLaidOut) {
  // From 1970-01-02, hour 24, on: 266 of the times. 64 columns more than the half are written, 16 pixels from an edge of such pieces.
  const Plan plan = planned(hourly({1, {256, 256}}, 290), ", select: {time: [1970-01-02, 1970-02-01]}",
                            "grid: {like: maps, bounds: [600480, 5192320, 607680, 5200000]}\n" + median);
  const PlannedFile& file = plan.files[0];
  ASSERT_TRUE(file.rechunk);
  EXPECT_EQ(file.rechunk->used, (Window{0, 16, 256, 240}));
  EXPECT_EQ(std::count(file.rechunk->times.begin(), file.rechunk->times.end(), true), 266);
  EXPECT_FALSE(file.rechunk->uses_time(23));
  EXPECT_TRUE(file.rechunk->uses_time(24));
  // Output chunks of 64 pixels that begin at column 16: halves of them, which are read in whole but for the ends.
  EXPECT_EQ(file.chunk.shape, (Shape{64, 32}));
}

TEST(Rechunk, TakesLittleMemory) {
  const auto maps = hourly({1, {256, 256}});
  Resources as_stored = usual();
  as_stored.scratch.allowed = false;
  const Plan plain = std::move(*compiled_on(maps, "", as_stored).plan);
  EXPECT_FALSE(plain.files[0].rechunk);
  EXPECT_GT(plain.cache_bytes, 70 * mebibyte) << "all maps";
  Resources little = usual(160 * mebibyte);
  const Plan plan = std::move(*compiled_on(maps, "", little).plan);
  EXPECT_LE(plan.projected_memory(), 160 * mebibyte);
}

// All times of 32 x 32 pixels take 64.5 MiB, and a rank is to hold 64 MiB of a row of blocks at most.
TEST(Rechunk, LongSeriesAreCutLow) {
  const Plan plan = planned(hourly({1, {32, 64}}, 16512, {32, 64}));
  EXPECT_EQ(plan.files[0].chunk, (ChunkShape{2048, {16, 32}}));
}

// Of stored chunks of 96 columns pieces of 64 would be cut in two.
TEST(Rechunk, PiecesEndWhereStoredChunksEnd) {
  const Plan plan = planned(hourly({1, {256, 96}}));
  EXPECT_EQ(plan.files[0].chunk, (ChunkShape{280, {64, 48}}));
}

TEST(Rechunk, ScratchThatIsTooSmallIsToldBeforeTheRun) {
  const auto maps = hourly({1, {256, 256}});
  Resources resources = usual();
  resources.scratch.free = 69 * mebibyte;
  const Compiled made = compiled_on(maps, "", resources);
  EXPECT_FALSE(made.plan->files[0].rechunk) << "there is memory for all maps";
  EXPECT_EQ(made.plan->files[0].chunk, (ChunkShape{1, {256, 256}}));
  ASSERT_EQ(made.diagnostics.size(), 1u);
  EXPECT_EQ(to_text(made.diagnostics[0], "r.yml"),
            "r.yml: warning: scratch: to lay out 'maps' anew for reading takes 70 MiB, and /scratch has 69 MiB free, so each rank decodes "
            "what it needs by itself; name a folder on a disk with room by TMPDIR");
  resources.memory = 112 * mebibyte;
  MemoryOpener opener;
  opener.add("maps.nc", maps);
  EXPECT_EQ(
      faults("version: 1\ninputs: {maps: {path: maps.nc}}\n" + median, opener, resources),
      (std::vector<std::string>{"scratch: to lay out 'maps' anew for reading takes 70 MiB, and /scratch has 69 MiB free; name a folder "
                                "on a disk with room by TMPDIR"}));
}

TEST(Rechunk, ScratchInMemoryIsAWarning) {
  Resources resources = usual();
  resources.scratch.in_memory = true;
  const Compiled made = compiled_on(hourly({1, {256, 256}}), "", resources);
  EXPECT_TRUE(made.plan->files[0].rechunk);
  ASSERT_EQ(made.diagnostics.size(), 1u);
  EXPECT_EQ(made.diagnostics[0].problem, "/scratch is kept in memory, where 70 MiB of 'maps' will be laid out anew");
}

}  // namespace
}  // namespace terroir::testing
