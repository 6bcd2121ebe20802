#include "tests/pipeline/run/support/whole_run.h"

#include <gtest/gtest.h>

namespace terroir::testing {
namespace {

/// Chunks that an output has whose recipe names none: over 300 maps of 256 x 256 pixels that are stored in `chunk`s.
Shape chunk_over(ChunkShape chunk, const std::string& step, const std::string& grid = "{like: maps}") {
  auto made = std::make_shared<MemoryRaster>();
  made->grid = Grid(utm32(), {600000, 30, 5200000, -30}, {256, 256});
  for (Index t = 0; t < 300; ++t) made->times.seconds.push_back(t * 3600);
  made->chunk = chunk;
  MemoryRaster::Band band;
  band.pixels.assign(300 * 256 * 256, 0);
  made->bands.push_back(std::move(band));
  MemoryOpener opener;
  opener.add("maps.nc", made);
  return compiled("version: 1\ngrid: " + grid + "\ninputs: {maps: {path: maps.nc}}\nsteps: {s: {data: maps, " + step +
                      "}}\noutputs: {out: {path: o}}\n",
                  opener)
      .outputs[0]
      .chunk;
}

const std::string mean = "process: reduce_time, reducer: mean", scaled = "process: linear_scale, factor: 2";

TEST(Outputs, OverTimeHaveTheWindowsInWhichSeriesAreStored) {
  EXPECT_EQ(chunk_over({73, {60, 90}}, mean), (Shape{60, 90}));
  EXPECT_EQ(chunk_over({1, {60, 90}}, mean), (Shape{64, 64})) << "maps";
  EXPECT_EQ(chunk_over({73, {60, 90}}, scaled), (Shape{64, 64})) << "nothing is read as series";
}

TEST(Outputs, ThatBeginInsideAWindowHaveChunksOfTheirOwn) {
  const std::string part = "{like: maps, bounds: [600300, 5192320, 607680, 5199700]}";  // ten pixels from the corner
  EXPECT_EQ(chunk_over({73, {60, 90}}, mean, part), (Shape{64, 64}));
  const std::string whole = "{like: maps, bounds: [602700, 5192320, 607680, 5198200]}";  // 90 columns and 60 rows from it
  EXPECT_EQ(chunk_over({73, {60, 90}}, mean, whole), (Shape{60, 90}));
}

}  // namespace
}  // namespace terroir::testing
