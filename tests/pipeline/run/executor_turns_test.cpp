#include "tests/pipeline/run/support/whole_run.h"

#include <gtest/gtest.h>

#include <cmath>

namespace terroir::testing {
namespace {

/// What stands at a longitude, whichever meridian it is counted from; a degree changes it by up to 0.035.
double field(double longitude) { return 2 * std::cos((longitude - 40) / 57.29577951308232); }

/// Cells of 2 degrees between two longitudes and 40 and 60 degrees north.
std::shared_ptr<MemoryRaster> belt(double west, double east) {
  auto made = std::make_shared<MemoryRaster>();
  const auto cols = static_cast<Index>((east - west) / 2);
  made->grid = Grid(wgs84(), {west, 2, 60, -2}, {10, cols});
  made->chunk = {1, {4, 8}};
  MemoryRaster::Band band;
  for (Index r = 0; r < 10; ++r)
    for (Index c = 0; c < cols; ++c) band.pixels.push_back(static_cast<float>(field(west + 2 * static_cast<double>(c) + 1)));
  made->bands.push_back(band);
  return made;
}

struct Case {
  const char* name;
  double west, east;   ///< of the source
  double first, last;  ///< of the grid
};

class Turns : public ::testing::TestWithParam<Case> {};

/// Whether a longitude lies between two, in any turn, by `margin` degrees.
bool between(double longitude, double west, double east, double margin) {
  for (const double turn : {-720.0, -360.0, 0.0, 360.0, 720.0})
    if (longitude + turn > west + margin && longitude + turn < east - margin) return true;
  return false;
}

/// An input that is read onto the grid, and a step that brings it there, by all kinds of methods: the same values as the field has.
TEST_P(Turns, LongitudesAreTheSameWhicheverMeridianTheyAreCountedFrom) {
  const Case& c = GetParam();
  MemoryOpener opener;
  opener.add("belt.tif", belt(c.west, c.east));
  std::string recipe = "version: 1\ngrid: {crs: \"EPSG:4326\", resolution: 1, bounds: [" + std::to_string(c.first) + ", 44, " +
                       std::to_string(c.last) + ", 56]}\ninputs:\n  belt: {path: belt.tif}\n";
  std::string steps = "steps:\n", layers;
  for (const std::string method : {"nearest", "bilinear", "cubic", "average", "max", "conservative"}) {
    recipe += "  in_" + method + ": {path: belt.tif, resample: " + method + "}\n";
    steps += "  step_" + method + ": {process: resample, data: belt, method: " + method + "}\n";
    layers += (layers.empty() ? "" : ", ") + ("in_" + method) + ", step_" + method;
  }
  const WholeRun run = whole_run(recipe + steps + "outputs: {out: {path: o, layers: [" + layers + "], chunk: 16}}\n", opener);
  for (const auto& [name, stored] : run.arrays)
    for (Index col = 0; col < stored.shape.cols; ++col) {
      const double longitude = c.first + static_cast<double>(col) + 0.5;
      const float got = stored.at(5, col);
      if (between(longitude, c.west, c.east, 3.1)) {
        ASSERT_NEAR(got, field(longitude), 0.04) << name << " at " << longitude;
      } else if (!between(longitude, c.west, c.east, -3.1)) {
        ASSERT_TRUE(std::isnan(got)) << name << " at " << longitude;
      }
    }
}

INSTANTIATE_TEST_SUITE_P(
    Belts, Turns,
    ::testing::Values(Case{"GlobeFrom0OntoOneFromMinus180", 0, 360, -180, 180}, Case{"GlobeFrom0OntoAPartBeforeGreenwich", 0, 360, -40, 30},
                      Case{"GlobeOntoMoreThanATurn", -180, 180, -190, 190}, Case{"PartBeyond180", 200, 260, -180, 180},
                      Case{"PartOverGreenwich", 330, 390, -60, 60}, Case{"PartOnBothEndsOfTheGrid", 160, 220, -180, 180},
                      Case{"PartFromMinus180OntoOneFrom0", -100, -20, 0, 360}, Case{"PartOntoASmallerOneATurnAway", 190, 270, -150, -110}),
    [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace terroir::testing
