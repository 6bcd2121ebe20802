#include "pipeline/plan/halo_cut.h"

#include "pipeline/plan/coarse.h"
#include "tests/pipeline/run/support/whole_run.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace terroir::testing {
namespace {

constexpr std::size_t plenty = std::size_t{1} << 32;

/// Three steps of one size; the tiles are chunks, so that blocks cannot grow.
std::string chain(int size, const std::string& grid = "{like: dem}") {
  const std::string window = "size: " + std::to_string(size) + ", reducer: ";
  return "version: 1\ngrid: " + grid + "\ninputs: {dem: {path: dem.tif}}\nsteps:\n" +  //
         "  one: {process: focal_statistics, data: dem, " + window + "mean}\n" +       //
         "  two: {process: focal_statistics, data: one, " + window + "sd}\n" +         //
         "  three: {process: focal_statistics, data: two, " + window + "max}\n" +      //
         "outputs: {out: {path: o, layers: [three], chunk: 64, shard: 64}}\n";
}

Plan plan_of(const std::string& text, const Resources& resources = {plenty, 1, 1, std::nullopt}) {
  MemoryOpener opener = flat_dem();
  return compiled(text, opener, resources);
}

std::string name_of(const Plan& plan, const Pass& own) { return plan.layers[own.keeps.at(0)].variable; }

TEST(HaloCut, ALayerThatIsWantedWithWideNeighboursGetsAPassOfItsOwn) {
  const Plan plan = plan_of(chain(33));
  // In chunks of 64 the three steps work on 160^2, 128^2 and 96^2 pixels, 12.5 times as many as are kept. Cut at `two` they work on 2.25
  // times the pixels, and in chunks of 256 on (320^2 + 288^2) / 256^2 = 2.83 times.
  ASSERT_EQ(plan.own_passes.size(), 1U);
  const Pass &pass = plan.passes[0], &own = plan.own_passes[0];
  EXPECT_EQ(name_of(plan, own), "two");
  EXPECT_EQ(own.chunk, (Shape{256, 256}));
  EXPECT_EQ(own.ops.size(), 2U);
  EXPECT_DOUBLE_EQ(own.recompute, (320.0 * 320 + 288 * 288) / (2 * 256 * 256));
  EXPECT_EQ(pass.given, own.keeps);
  EXPECT_EQ(pass.ops.size(), 1U);
  EXPECT_DOUBLE_EQ(pass.recompute, 2.25);
  const std::string line = "computes two in a pass of its own, in chunks of 256 x 256, by one and two, 1.41 pixels for each kept";
  EXPECT_NE(explain(plan).find("  " + line + "\n"), std::string::npos) << explain(plan);
}

// Ranks with other limits may have cut elsewhere, into as many chunks as large: they must not take one layer for another.
TEST(HaloCut, PlansThatCutElsewhereShareNothing) {
  const Plan plan = plan_of(chain(33));
  EXPECT_EQ(coarse_token(plan), coarse_token(plan_of(chain(33))));
  Plan other = plan;
  const LayerId two = plan.own_passes.at(0).keeps.at(0);
  const auto one = std::find_if(plan.layers.begin(), plan.layers.end(), [](const PlannedLayer& layer) { return layer.variable == "one"; });
  ASSERT_NE(one, plan.layers.end());
  other.own_passes[0].keeps = other.passes[0].given = {static_cast<LayerId>(one - plan.layers.begin())};
  ASSERT_NE(other.own_passes[0].keeps[0], two);
  EXPECT_EQ(coarse_room(other).chunks, coarse_room(plan).chunks);
  EXPECT_NE(coarse_token(other), coarse_token(plan));
}

TEST(HaloCut, TheOwnPassIsCutAsWell) {
  const Plan plan = plan_of(chain(513));
  ASSERT_EQ(plan.own_passes.size(), 2U);
  EXPECT_EQ(name_of(plan, plan.own_passes[0]), "one") << "what another one reads comes first";
  EXPECT_EQ(name_of(plan, plan.own_passes[1]), "two");
  EXPECT_EQ(plan.own_passes[1].given, plan.own_passes[0].keeps);
  for (const Pass& own : plan.own_passes) EXPECT_EQ(own.ops.size(), 1U);
  EXPECT_EQ(coarse_layers(plan, plan.passes[0]).size(), 2U);
}

TEST(HaloCut, ItsRoomIsCounted) {
  const Plan plan = plan_of(chain(33), {plenty, 1, 3, std::nullopt});
  EXPECT_EQ(shared_bytes(plan), 1024U * 1024 * sizeof(float));
  EXPECT_EQ(coarse_room(plan).chunks, 16U);
  // A chunk of 64 x 64 asks for 96 x 96 pixels, which lie in four chunks of 256 x 256 at most; as many as four tiles ask for are held.
  EXPECT_EQ(own_bytes_at_once(plan), 4U * 256 * 256 * sizeof(float));
  EXPECT_EQ(coarse_bytes(plan), 4U * 4 * 256 * 256 * sizeof(float));
}

TEST(HaloCut, ComputesNoMoreThanIsAskedFor) {
  // 128 x 128 pixels in the middle of the file: `two` is wanted with 16 more on each side.
  const Plan plan = plan_of(chain(33, "{like: dem, bounds: [606000, 5190160, 609840, 5194000]}"));
  ASSERT_EQ(plan.own_passes.size(), 1U);
  EXPECT_EQ(plan.own_passes[0].window, plan.passes[0].window.grown({16, 16}));
}

TEST(HaloCut, SmallHalosAndBlocksThatAreAskedForAreNotCut) {
  EXPECT_TRUE(plan_of(chain(9)).own_passes.empty());
  EXPECT_TRUE(plan_of(chain(33), {plenty, 1, 1, Shape{64, 64}}).own_passes.empty());
}

TEST(HaloCut, LayersBehindTimeAreNotCut) {
  MemoryOpener opener;
  for (const std::string day : {"20240101", "20240102"})
    opener.add("t/" + day + ".tif", raster({512, 512}, {128, 128}, [](Index, Index) { return 1.0F; }));
  const Plan plan = compiled(
      "version: 1\ngrid: {like: t}\ninputs: {t: {path: \"t/{time:%Y%m%d}.tif\"}}\nsteps:\n"
      "  all: {process: reduce_time, data: t, reducer: mean}\n"
      "  one: {process: focal_statistics, data: all, size: 33, reducer: mean}\n"
      "  two: {process: focal_statistics, data: one, size: 33, reducer: mean}\n"
      "outputs: {out: {path: o, layers: [two], chunk: 64, shard: 64}}\n",
      opener);
  EXPECT_GT(plan.passes[0].recompute, 2);
  EXPECT_TRUE(plan.own_passes.empty());
}

TEST(HaloCut, NeedsMemoryAndADiskThatRanksShare) {
  Resources resources{plenty, 1, 2, std::nullopt};
  resources.scratch.in_memory = true;
  EXPECT_TRUE(plan_of(chain(33), resources).own_passes.empty());
  resources.ranks = 1;
  EXPECT_FALSE(plan_of(chain(33), resources).own_passes.empty()) << "one rank shares nothing";
  resources.scratch.in_memory = false;
  resources.scratch.free = 7 << 20;
  resources.ranks = 2;
  EXPECT_TRUE(plan_of(chain(33), resources).own_passes.empty()) << "4 MiB are more than half of it";
  resources.scratch.free = 8 << 20;
  EXPECT_FALSE(plan_of(chain(33), resources).own_passes.empty());
  resources.memory = plan_of(chain(33), resources).projected_memory();
  while (!plan_of(chain(33), resources).own_passes.empty()) resources.memory -= std::size_t{256} << 10;
  EXPECT_LE(plan_of(chain(33), resources).projected_memory(), resources.memory);
}

}  // namespace
}  // namespace terroir::testing
