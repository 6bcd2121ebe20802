#include "pipeline/plan/elevation_units.h"

#include "tests/pipeline/run/support/whole_run.h"

#include <gtest/gtest.h>

namespace terroir::testing {
namespace {

using Texts = std::vector<std::string>;

/// What a step over a layer in a unit is warned of.
Texts warnings(const std::string& unit, const std::string& step, const std::string& wish = "") {
  MemoryOpener opener;
  auto heights = raster({8, 8}, {8, 8}, hills);
  heights->bands[0].unit = unit;
  opener.add("dem.tif", heights);
  const std::string recipe =
      "version: 1\ninputs: {dem: {path: dem.tif" + wish + "}}\nsteps: {s: {data: dem, " + step + "}}\noutputs: {out: {path: o}}\n";
  Texts texts;
  for (const auto& d : compile_text(recipe, opener, {std::size_t{1} << 32, 1, 1, std::nullopt}).diagnostics)
    texts.push_back(d.where + ": " + d.problem + "; " + d.remedy);
  return texts;
}

TEST(ElevationUnits, FeetAreNoMetres) {
  const Texts told{
      "steps.s.data: 'dem' is in 'ft', and slope takes its numbers for metres; give the input unit: m, which converts it, or "
      "the step z_factor: 0.3048"};
  EXPECT_EQ(warnings("ft", "process: slope"), told);
  EXPECT_EQ(warnings("ft", "process: slope, z_factor: 0.3048"), Texts{});
  EXPECT_EQ(warnings("ft", "process: slope", ", unit: m"), Texts{});
}

TEST(ElevationUnits, KelvinsCannotBecomeMetres) {
  EXPECT_EQ(warnings("K", "process: hillshade"),
            (Texts{"steps.s.data: 'dem' is in 'K', and hillshade takes its numbers for metres; connect a layer of elevation, or say with "
                   "unit_as what its numbers are"}));
}

TEST(ElevationUnits, NothingIsSaidWhereNothingIsKnownOrSetAgainstMetres) {
  for (const std::string unit : {"m", "", "no unit at all"}) EXPECT_EQ(warnings(unit, "process: slope"), Texts{});
  EXPECT_EQ(warnings("ft", "process: tpi"), Texts{}) << "whose result is in feet as well";
}

}  // namespace
}  // namespace terroir::testing
