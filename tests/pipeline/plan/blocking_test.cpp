#include "pipeline/plan/blocking.h"

#include "tests/pipeline/run/support/whole_run.h"

#include <gtest/gtest.h>

namespace terroir::testing {
namespace {

std::string dem_recipe(const std::string& steps, const std::string& more = "") {
  return "version: 1\ngrid: {like: dem}\ninputs: {dem: {path: dem.tif}}\nsteps:\n" + steps + "outputs: {out: {path: o, " + more +
         "chunk: 64, shard: 512}}\n";
}

Pass pass_of(const std::string& text, const Resources& resources = {std::size_t{1} << 32, 1, 1, std::nullopt}) {
  MemoryOpener opener = flat_dem();
  return compiled(text, opener, resources).passes.at(0);
}

const std::string three_windows = dem_recipe(R"(  one:   {process: focal_statistics, data: dem, size: 17, reducer: mean}
  two:   {process: focal_statistics, data: one, size: 17, reducer: sd}
  three: {process: focal_statistics, data: two, size: 17, reducer: max}
)");
const std::string wide = dem_recipe("  wide: {process: focal_statistics, data: dem, size: 129, reducer: mean}\n");

TEST(Blocking, HalosOfAChainThatAddUpEnlargeTheBlock) {
  const Pass pass = pass_of(three_windows);
  // In a chunk of 64 x 64 the steps work on 112 x 112, 96 x 96 and 80 x 80 pixels, 2.3 times as many as are kept in the mean.
  EXPECT_EQ(pass.block, (Shape{64, 128}));
  EXPECT_DOUBLE_EQ(pass.recompute, (112.0 * 176 + 96 * 160 + 80 * 144) / (3 * 64 * 128));
  EXPECT_EQ(pass.piece(), pass.block);
}

TEST(Blocking, AWideWindowEnlargesTheBlockUntilItIsWiderThanItsHalo) {
  const Pass pass = pass_of(wide);
  EXPECT_EQ(pass.block, (Shape{256, 512}));
  EXPECT_DOUBLE_EQ(pass.recompute, 384.0 * 640 / (256 * 512));
}

TEST(Blocking, EachThreadHasAPieceOfATile) {
  // Four pieces; with blocks of 256 x 512 there would be two.
  const Pass pass = pass_of(wide, {std::size_t{1} << 32, 3, 1, std::nullopt});
  EXPECT_EQ(pass.block, (Shape{256, 256}));
  EXPECT_DOUBLE_EQ(pass.recompute, 384.0 * 384 / (256 * 256));
}

TEST(Blocking, OneWideWindowAmongManyStepsIsNotWorthALargerBlock) {
  // The wide step works on 3.06 times the pixels of a chunk: (64 + 2 * 24)^2 / 64^2. The mean of it and two others is 1.7.
  const Pass pass = pass_of(dem_recipe(R"(  wide: {process: focal_statistics, data: dem, size: 49, reducer: mean}
  less: {process: expression, data: [dem, wide], formula: "dem - wide"}
  some: {process: clip, data: less, min: 0}
)"));
  EXPECT_LE(pass.block.rows, 64);
  EXPECT_EQ(pass.block.cols, 64);
  EXPECT_DOUBLE_EQ(pass.recompute, (112.0 * 112 / (64 * 64) + 2) / 3);
}

TEST(Blocking, ABlockThatIsAskedForStays) {
  const auto asked = [](Shape block) { return pass_of(wide, {std::size_t{1} << 32, 1, 1, block}).block; };
  EXPECT_EQ(asked({64, 64}), (Shape{64, 64}));
  EXPECT_EQ(asked({7, 1000}), (Shape{7, 512})) << "no further than the tile";
  EXPECT_EQ(asked({200, 50}), (Shape{192, 50})) << "whole chunks";
}

TEST(Blocking, LayersWithTimeAreDeliveredChunkByChunk) {
  MemoryOpener opener;
  for (const std::string day : {"20240101", "20240102"})
    opener.add("t/" + day + ".tif", raster({512, 512}, {128, 128}, [](Index, Index) { return 1.0F; }));
  const Plan plan = compiled(
      "version: 1\ngrid: {like: t}\ninputs: {t: {path: \"t/{time:%Y%m%d}.tif\"}}\nsteps:\n"
      "  wide: {process: focal_statistics, data: t, size: 129, reducer: mean}\noutputs: {out: {path: o, chunk: 64, shard: 256}}\n",
      opener);
  EXPECT_EQ(plan.passes[0].block, (Shape{64, 64}));
  EXPECT_DOUBLE_EQ(plan.passes[0].recompute, 9);
}

TEST(Blocking, ALargerBlockIsNoReasonToRefuseAPlan) {
  MemoryOpener opener = flat_dem();
  Resources resources{std::size_t{1} << 32, 1, 1, std::nullopt};
  const Plan roomy = compiled(wide, opener, resources);
  resources.memory = roomy.projected_memory() - 1;
  EXPECT_EQ(compiled(wide, opener, resources).passes[0].block, roomy.passes[0].block) << "the cache of input chunks gives way first";
  while (compiled(wide, opener, resources).passes[0].piece() != Shape{64, 64}) resources.memory -= std::size_t{16} << 10;
  const Plan small = compiled(wide, opener, resources);
  EXPECT_DOUBLE_EQ(small.passes[0].recompute, 9);
  EXPECT_LE(small.projected_memory(), resources.memory);
}

}  // namespace
}  // namespace terroir::testing
