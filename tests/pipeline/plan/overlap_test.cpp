#include "pipeline/plan/overlap.h"

#include "tests/pipeline/run/support/whole_run.h"

#include <gtest/gtest.h>

namespace terroir::testing {
namespace {

using Texts = std::vector<std::string>;

/// dem: 100 x 100 pixels of 30 m from (600000, 5200000) down; far: 10 x 10 of them, 300 km away.
MemoryOpener near_and_far() {
  MemoryOpener opener;
  opener.add("dem.tif", raster({100, 100}, {32, 32}, hills));
  opener.add("far.tif", raster({10, 10}, {32, 32}, hills, {900000, 5500000}));
  return opener;
}

std::string grid_recipe(const std::string& grid, const std::string& steps = "s: {process: slope, data: dem}", const std::string& how = "") {
  return "version: 1\ngrid: " + grid + "\ninputs:\n  dem: {path: dem.tif" + how + "}\n  far: {path: far.tif" + how + "}\nsteps: {" + steps +
         "}\noutputs: {out: {path: o}}\n";
}

std::vector<Diagnostic> diagnostics(const std::string& text) {
  MemoryOpener opener = near_and_far();
  return compile_text(text, opener, {std::size_t{1} << 32, 1, 1, std::nullopt}).diagnostics;
}

Texts faults_of(const std::string& text) {
  MemoryOpener opener = near_and_far();
  return faults(text, opener);
}

TEST(Overlap, BoundsBesideTheInputAreAMistake) {
  EXPECT_EQ(faults_of(grid_recipe("{like: dem, bounds: [690000, 5191000, 690600, 5191300]}")),
            (Texts{"grid.bounds: output 'out' would hold nothing: its grid (x 690000 .. 690600, y 5191000 .. 5191300) does not meet 'dem' "
                   "(x 600000 .. 603000, y 5197000 .. 5200000); give bounds that do"}));
}

TEST(Overlap, OnePixelIsEnough) {
  EXPECT_EQ(faults_of(grid_recipe("{like: dem, bounds: [602970, 5199970, 700000, 5300000]}")), Texts{});
  EXPECT_EQ(faults_of(grid_recipe("{like: dem, bounds: [603000, 5199970, 700000, 5300000]}")).size(), 1u);
}

TEST(Overlap, AResampledInputIsMissedAsWell) {
  EXPECT_EQ(faults_of(grid_recipe("{crs: \"EPSG:32632\", resolution: 10, bounds: [0, 0, 100, 100]}", "s: {process: slope, data: dem}",
                                  ", resample: bilinear")),
            (Texts{"grid.bounds: output 'out' would hold nothing: its grid (x 0 .. 100, y 0 .. 100) does not meet 'dem' (x 600000 .. "
                   "603000, y 5197000 .. 5200000); give bounds that do"}));
}

TEST(Overlap, InputsThatMissEachOther) {
  EXPECT_EQ(faults_of(grid_recipe("{like: dem}", "s: {process: expression, data: [dem, far], formula: dem - far}")),
            (Texts{"grid: output 'out' would hold nothing: its grid (x 600000 .. 603000, y 5197000 .. 5200000) does not meet 'far' (x "
                   "900000 .. 900300, y 5499700 .. 5500000); choose a grid that does, or check the inputs' CRS"}));
}

TEST(Overlap, OneInputOfSeveralIsAWarning) {
  const auto found = diagnostics(grid_recipe("{like: dem}", "s: {process: slope, data: dem}, f: {process: slope, data: far}"));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_TRUE(found[0].warning);
  EXPECT_EQ(found[0].where, "inputs.far");
  EXPECT_EQ(found[0].problem, "'far' (x 900000 .. 900300, y 5499700 .. 5500000) does not overlap the grid of output 'out'");
}

}  // namespace
}  // namespace terroir::testing
