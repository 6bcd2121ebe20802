#include "tests/pipeline/run/support/whole_run.h"

#include <gtest/gtest.h>

namespace terroir::testing {
namespace {

/// Two generations of global processes around a windows_chain of wide windows; `one` is cut off and wanted as it is, too.
const char* const two_generations = R"(
version: 1
grid: {like: dem}
inputs: {dem: {path: dem.tif}}
steps:
  one:   {process: focal_statistics, data: dem, size: 17, reducer: mean}
  even:  {process: standardize, data: one}
  two:   {process: focal_statistics, data: even, size: 33, reducer: [sd, range], boundary: reflect}
  three: {process: focal_statistics, data: two, size: 33, reducer: max}
  share: {process: min_max_scale, data: [three, one]}
outputs:
  out: {path: o, layers: [three, share], chunk: 32, shard: 32}
  cube: {path: c, layers: [even, two], layout: stacked, chunk: 32, shard: 32}
)";

constexpr Shape size{530, 290};

struct DemWorld {
  MemoryOpener opener;
  std::shared_ptr<MemoryRaster> dem = raster(size, {64, 48}, hills);
  DemWorld() { opener.add("dem.tif", dem); }
  WholeRun run(const RunOptions& options, const char* recipe = two_generations) { return whole_run(recipe, opener, options); }
};

TEST(ExecutorOwnPasses, GiveTheSameBitsAsOnePass) {
  DemWorld world;
  RunOptions uncut;
  uncut.resources.block = Shape{32, 32};
  const WholeRun reference = world.run(uncut);
  ASSERT_TRUE(reference.plan.own_passes.empty());
  for (const std::size_t ranks : {1, 2, 3}) {
    RunOptions options;
    options.ranks = ranks;
    options.resources.threads = ranks == 2 ? 3 : 1;
    options.backwards = ranks == 3;
    const WholeRun cut = world.run(options);
    ASSERT_GE(cut.plan.own_passes.size(), 2U);
    expect_same(reference, cut, std::to_string(ranks) + " ranks");
  }
  RunOptions full;
  full.ranks = 2;
  full.full_scratch = true;
  expect_same(reference, world.run(full), "full scratch");
}

const char* const windows_chain = R"(
version: 1
grid: {like: dem}
inputs: {dem: {path: dem.tif}}
steps:
  one:   {process: focal_statistics, data: dem, size: 33, reducer: mean}
  two:   {process: focal_statistics, data: one, size: 33, reducer: sd}
  three: {process: focal_statistics, data: two, size: 33, reducer: max}
outputs: {out: {path: o, layers: [three], chunk: 64, shard: 64}}
)";

TEST(ExecutorOwnPasses, ReadBeyondTheGridWhatTheirReadersLookAt) {
  DemWorld world;
  std::string part = windows_chain;
  part.replace(part.find("{like: dem}"), 11, "{like: dem, bounds: [603000, 5194000, 606000, 5197000]}");
  RunOptions uncut;
  uncut.resources.block = Shape{64, 64};
  const WholeRun cut = world.run({}, part.c_str());
  ASSERT_EQ(cut.plan.own_passes.size(), 1U);
  EXPECT_EQ(cut.plan.own_passes[0].window, cut.plan.passes[0].window.grown({16, 16}));
  expect_same(cut, world.run(uncut, part.c_str()), "a part of the file");
}

TEST(ExecutorOwnPasses, ComputeALayerOnceForAllRanks) {
  DemWorld world;
  RunOptions options;
  options.ranks = 3;
  const WholeRun run = world.run(options, windows_chain);
  ASSERT_EQ(run.plan.own_passes.size(), 1U);
  // 9 x 7 chunks of the file. The 3 x 2 chunks of `two` ask for 32 more pixels on each side: 5, 6 and 2 rows of chunks, and 6 and 2
  // columns. Three ranks that read the whole file would read 189.
  EXPECT_GE(world.dem->chunks_read, 63U);
  EXPECT_LE(world.dem->chunks_read, (5U + 6 + 2) * (6 + 2));
}

}  // namespace
}  // namespace terroir::testing
