#include "tests/kernels/local/run_process.h"

namespace terroir::test {
namespace {

TEST(Saturate, IsHalfWayAtHalf) {
  const OwnedBlock rain = row_of({0, 10, 30, 90});
  const auto out = run(*kernel("saturate", {set("half", "10")}), {rain.view()});
  expect_pixels(out[0].view(), {0, 0.5f, 0.75f, 0.9f});
}

TEST(Saturate, KeepsNodataAndHasNoneOfNegativeAmounts) {
  const OwnedBlock rain = row_of({nan, -1, 1});
  const auto out = run(*kernel("saturate"), {rain.view()});
  expect_pixels(out[0].view(), {nan, nan, 0.5f});
}

TEST(Saturate, YieldsAShareOfWhatCameIn) {
  LayerInfo rain;
  rain.unit = "mm";
  rain.long_name = "rain";
  const LayerInfo out = kernel("saturate")->outputs({&rain, 1})[0];
  EXPECT_EQ(out.unit, "1");
  EXPECT_EQ(out.long_name, "saturation of rain");
}

TEST(Saturate, RefusesAHalfOfNothing) { EXPECT_EQ(complaint("saturate", {set("half", "0")}), "half: 0 is too small; give more than 0"); }

}  // namespace
}  // namespace terroir::test
