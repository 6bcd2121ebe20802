#include "tests/kernels/local/run_process.h"

namespace terroir::test {
namespace {

TEST(LinearScale, MultipliesThenAdds) {
  const auto in = row_of({0, 1, -2.5F, nan, 40});
  const auto out = run(*kernel("linear_scale", {set("factor", "2"), set("offset", "10")}), {in.view()});
  expect_pixels(out[0].view(), {10, 12, 5, nan, 90});
}

TEST(LinearScale, DoesNotClip) {
  const auto in = row_of({1.12F});
  const auto out = run(*kernel("linear_scale", {set("factor", "255")}), {in.view()});
  expect_pixels(out[0].view(), {285.6F}, 1e-4F);
}

TEST(LinearScale, RoundsOnce) {
  // 300.15 as a float is 300.149993896484375; less 273.15 it is 26.999993896484397, whose nearest float is 26.99999427795410.
  const auto in = row_of({300.15F});
  const auto out = run(*kernel("linear_scale", {set("offset", "-273.15")}), {in.view()});
  expect_pixels(out[0].view(), {26.9999943F});
}

TEST(LinearScale, DropsTheUnitThatNoLongerHolds) {
  LayerInfo kelvin;
  kelvin.unit = "K";
  EXPECT_EQ(kernel("linear_scale", {set("offset", "-273.15")})->outputs(std::vector{kelvin})[0].unit, "");
  EXPECT_EQ(kernel("linear_scale")->outputs(std::vector{kelvin})[0].unit, "K");
}

}  // namespace
}  // namespace terroir::test
