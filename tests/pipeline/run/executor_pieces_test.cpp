#include "tests/pipeline/run/support/whole_run.h"

#include <gtest/gtest.h>

namespace terroir::testing {
namespace {

/// Two generations of global processes over halos that are larger than a chunk; the window is no whole number of chunks or tiles.
const char* const wide_halos = R"(
version: 1
grid: {like: dem}
inputs: {dem: {path: dem.tif}}
steps:
  one:   {process: focal_statistics, data: dem, size: 17, reducer: mean}
  two:   {process: focal_statistics, data: one, size: 17, reducer: sd, boundary: reflect}
  three: {process: focal_statistics, data: two, size: 33, reducer: [max, count]}
  even:  {process: standardize, data: three}
  share: {process: min_max_scale, data: [even, one]}
outputs:
  out: {path: o, layers: [three, share], chunk: 32, shard: 96}
  cube: {path: c, layers: [even], layout: stacked, chunk: 32, shard: 96}
)";

WholeRun run_of(RunOptions options = {}) {
  MemoryOpener opener;
  opener.add("dem.tif", raster({230, 250}, {64, 48}, hills));
  return whole_run(wide_halos, opener, options);
}

RunOptions by_blocks(Shape block, int threads = 1) {
  RunOptions options;
  options.resources.block = block;
  options.resources.threads = threads;
  return options;
}

TEST(ExecutorPieces, ChunksThatAreComputedTogetherHaveTheSameBits) {
  RunOptions two;
  two.resources.threads = 2;
  const WholeRun together = run_of(two);
  ASSERT_EQ(together.plan.passes[0].block, (Shape{64, 96})) << "of 3 x 3 chunks the first two rows, then the last one";
  const WholeRun alone = run_of(by_blocks({32, 32}));
  ASSERT_EQ(alone.plan.passes[0].piece(), (Shape{32, 32}));
  expect_same(together, alone, "blocks of one chunk");
  for (const Shape block : {Shape{96, 96}, Shape{64, 64}, Shape{64, 7}, Shape{5, 96}})
    expect_same(together, run_of(by_blocks(block, 3)), "blocks of " + std::to_string(block.rows) + " x " + std::to_string(block.cols));
}

TEST(ExecutorPieces, ChunksThatWereKeptAreNotComputedWithTheirNeighbours) {
  const WholeRun reference = run_of(by_blocks({32, 32}));
  ASSERT_FALSE(reference.plan.passes[0].keeps.empty());
  const auto pixels = reference.plan.passes[0].keeps.size() * static_cast<std::size_t>(reference.plan.passes[0].chunk.area());
  for (const std::size_t chunks : {0, 1, 20, 1000}) {
    RunOptions options;
    options.kept_bytes = chunks * pixels * sizeof(float);
    expect_same(reference, run_of(options), std::to_string(chunks) + " chunks kept");
  }
}

MemoryOpener series(Index times) {
  MemoryOpener opener;
  for (Index t = 0; t < times; ++t)
    opener.add("s/" + std::to_string(1970 + t) + ".tif",
               raster({70, 80}, {64, 64}, [t](Index r, Index c) { return hills(r, c) + static_cast<float>(t * t); }));
  return opener;
}

// The layers that were kept leave room for more times at once, but what is written has room for those of the whole pass.
TEST(ExecutorPieces, TimesBesideWhatWasKept) {
  MemoryOpener opener = series(27);
  const std::string recipe = R"(
version: 1
inputs: {s: {path: "s/{time:%Y}.tif"}}
steps:
  mean: {process: reduce_time, data: s, reducer: [mean, sd, min, max]}
  z: {process: standardize, data: mean}
  twice: {process: linear_scale, data: s, factor: 2}
outputs:
  out: {path: o, layers: [z, twice], chunk: {time: 1, y: 64, x: 64}, shard: 64}
)";
  const WholeRun kept = whole_run(recipe, opener);
  ASSERT_EQ(kept.plan.passes[1].kept.size(), 4u);
  ASSERT_EQ(kept.plan.passes[1].slab, std::vector<Index>{1});
  RunOptions options;
  options.kept_bytes = 0;
  expect_same(whole_run(recipe, opener, options), kept, "mean kept");
}

// The mean is kept although the first pass fits a layer with time and an input too, which are not.
TEST(ExecutorPieces, StillLayersAreKeptBesideThoseWithTime) {
  MemoryOpener opener = series(9);
  opener.add("dem.tif", raster({70, 80}, {64, 64}, hills));
  const std::string recipe = R"(
version: 1
grid: {like: dem}
inputs: {s: {path: "s/{time:%Y}.tif"}, dem: {path: dem.tif}}
steps:
  mean: {process: reduce_time, data: s, reducer: mean}
  relief: {process: roughness, data: mean}
  z: {process: standardize, data: [relief, dem]}
  years: {process: min_max_scale, data: s}
outputs:
  out: {path: o, layers: [z, years], chunk: {time: 2, y: 64, x: 64}, shard: 64}
)";
  const WholeRun kept = whole_run(recipe, opener);
  ASSERT_EQ(kept.plan.passes[1].kept.size(), 1u);
  ASSERT_EQ(kept.plan.layers[kept.plan.passes[1].kept[0]].variable, "relief");
  for (const std::size_t chunks : {0, 1}) {
    RunOptions options;
    options.kept_bytes = chunks * 64 * 64 * sizeof(float);
    expect_same(whole_run(recipe, opener, options), kept, std::to_string(chunks) + " chunks kept");
  }
  for (const Shape block : {Shape{64, 64}, Shape{17, 33}})
    expect_same(whole_run(recipe, opener, by_blocks(block, 3)), kept, std::to_string(block.rows) + " rows of a block");
}

}  // namespace
}  // namespace terroir::testing
