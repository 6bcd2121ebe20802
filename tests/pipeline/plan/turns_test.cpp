#include "pipeline/plan/turns.h"

#include <gtest/gtest.h>

namespace terroir {
namespace {

Grid degrees(double west, Index cols) { return {{"GEOGCRS[]", "EPSG:4326", true, 1, 6378137, 0}, {west, 1, 90, -1}, {180, cols}}; }

TEST(Turns, AWholeTurnCoversWhatIsWanted) {
  // Longitudes from 0 in pixels of a grid from -180.
  const Turned t = turned(degrees(-180, 360), {0, 180, 180, 360}, {0, 0, 180, 360}, 0);
  EXPECT_EQ(t.extent, (Window{0, 0, 180, 360}));
  EXPECT_EQ(t.shifts, (std::vector<Index>{-360, 0}));
}

TEST(Turns, APartOfTheGlobeIsShiftedAsAWhole) {
  // 190 to 250 east is -170 to -110.
  const Turned t = turned(degrees(-180, 360), {0, 370, 180, 60}, {0, 0, 180, 360}, 0);
  EXPECT_EQ(t.extent, (Window{0, 10, 180, 60}));
  EXPECT_EQ(t.shifts, (std::vector<Index>{-360}));
}

TEST(Turns, NothingChangesWhereNothingIsGained) {
  const Window inside{0, 20, 180, 60}, all{0, 0, 180, 360};
  EXPECT_EQ(turned(degrees(-180, 360), inside, all, 0).shifts, (std::vector<Index>{0}));
  EXPECT_EQ(turned(degrees(-180, 360), all, inside, 0).extent, all);
  Grid odd({"GEOGCRS[]", "EPSG:4326", true, 1, 6378137, 0}, {0, 0.7, 90, -0.7}, {180, 360});
  EXPECT_EQ(turned(odd, {0, 300, 180, 60}, {0, -200, 180, 60}, 0).shifts, (std::vector<Index>{0}));
}

}  // namespace
}  // namespace terroir
