#include "pipeline/plan/target_grid.h"

#include "tests/pipeline/run/support/whole_run.h"

#include <gtest/gtest.h>

namespace terroir::testing {
namespace {

using Texts = std::vector<std::string>;

/// What is wrong with a recipe of this grid and one input of the whole Earth, in degrees.
Texts faults_of_grid(const std::string& grid) {
  MemoryOpener opener;
  auto earth = raster({18, 36}, {18, 36}, hills);
  Crs crs;
  crs.wkt = crs.authority = "EPSG:4326";
  crs.geographic = true;
  earth->grid = Grid(crs, {-180, 10, 90, -10}, {18, 36});
  opener.add("earth.tif", earth);
  return faults("version: 1\ngrid: " + grid + "\ninputs: {t: {path: earth.tif}}\nsteps: {c: {process: clip, data: t, min: 0}}\n" +
                    "outputs: {out: {path: o}}\n",
                opener);
}

TEST(TargetGrid, MayEndOnePixelBeyondAPole) {
  EXPECT_EQ(faults_of_grid("{like: t, bounds: [-185, -95, 185, 95]}"), Texts{}) << "latitudes -100 to 100, in pixels of 10";
}

TEST(TargetGrid, EndsAtThePoles) {
  EXPECT_EQ(
      faults_of_grid("{like: t, bounds: [-180, -90, 180, 101]}"),
      (Texts{"grid: the grid reaches beyond a pole, or more than twice around the Earth: longitudes -180 to 180, latitudes -90 to 110; "
             "check its bounds, which are in degrees in this CRS"}));
  EXPECT_EQ(faults_of_grid("{like: t, bounds: [-180, -101, 180, 90]}").size(), 1u);
}

TEST(TargetGrid, OfTheOnlyInputIsToldThere) {
  MemoryOpener opener;
  opener.add("t.tif", raster({4, 4}, {4, 4}, hills, {600030, 5200030}));
  EXPECT_EQ(faults("version: 1\ninputs: {t: {path: t.tif, crs: \"EPSG:4326\"}}\nsteps: {c: {process: clip, data: t, min: 0}}\n"
                   "outputs: {out: {path: o}}\n",
                   opener),
            (Texts{"inputs.t: the grid reaches beyond a pole, or more than twice around the Earth: longitudes 600030 to 600150, latitudes "
                   "5199910 to 5200030; check inputs.t.crs, or the CRS of the file: it is in degrees"}));
}

TEST(TargetGrid, GoesTwiceAroundTheEarthAtMost) {
  EXPECT_EQ(faults_of_grid("{like: t, bounds: [-360, -90, 360, 90]}"), Texts{});
  EXPECT_EQ(faults_of_grid("{like: t, bounds: [-360, -90, 371, 90]}").size(), 1u);
}

TEST(TargetGrid, HasNoMorePixelsThanCanBeWritten) {
  EXPECT_EQ(
      faults_of_grid("{crs: \"EPSG:32632\", resolution: 1e-6, bounds: [0, 0, 3000, 1]}"),
      (Texts{"grid: the grid would have 1000000 x 3000000000 pixels, more than can be written; check the resolution and bounds, which "
             "are in units of the grid's CRS"}));
  EXPECT_EQ(faults_of_grid("{crs: \"EPSG:32632\", resolution: 1, bounds: [0, 0, 1e300, 1]}"),
            (Texts{"grid: its bounds are too far away to be counted in pixels of this size; correct the grid"}));
}

}  // namespace
}  // namespace terroir::testing
