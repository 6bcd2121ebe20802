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

TEST(Clip, LimitsBothSides) {
  const auto in = row_of({-1, 0, 0.5F, 1, 2, nan, infinity, -infinity});
  const auto out = run(*kernel("clip", {set("min", "0"), set("max", "1")}), {in.view()});
  expect_pixels(out[0].view(), {0, 0, 0.5F, 1, 1, nan, 1, 0});
}

TEST(Clip, TakesOneBoundAlone) {
  const auto in = row_of({-1, 5});
  expect_pixels(run(*kernel("clip", {set("min", "0")}), {in.view()})[0].view(), {0, 5});
  expect_pixels(run(*kernel("clip", {set("max", "0")}), {in.view()})[0].view(), {-1, 0});
}

TEST(Clip, NeedsABoundAndTheirOrder) {
  EXPECT_EQ(complaint("clip", {}), "min: neither min nor max is given; give at least one of them");
  EXPECT_EQ(complaint("clip", {set("min", "2"), set("max", "1")}), "min: min 2 is above max 1; give a min that is at most max");
}

TEST(MaskValues, DropsListedClassesAndWhereTheMaskIsMissing) {
  const auto data = row_of({10, 20, 30, nan, 50, 60});
  const auto mask = row_of({4, 3, 8, 4, nan, 5});
  const auto out = run(*kernel("mask_values", {set("values", words({"0", "3", "8"}))}), {data.view(), mask.view()});
  expect_pixels(out[0].view(), {10, nan, nan, nan, nan, 60});
}

TEST(MaskValues, InvertKeepsOnlyListedClasses) {
  const auto data = row_of({10, 20, 30, nan, 50, 60});
  const auto mask = row_of({4, 3, 8, 4, nan, 5});
  const auto out = run(*kernel("mask_values", {set("values", words({"4", "5"})), set("invert", "true")}), {data.view(), mask.view()});
  expect_pixels(out[0].view(), {10, nan, nan, nan, nan, 60});
}

TEST(MaskValues, AStaticMaskStandsForEveryTime) {
  const auto data = times_of({{1, 2}, {3, 4}, {5, 6}});
  const auto mask = row_of({0, 1});
  const Block<const float> wide = mask.view();
  const auto out = run(*kernel("mask_values", {set("values", "1")}), {data.view(), wide.broadcast(3)});
  expect_pixels(out[0].view(), {1, nan, 3, nan, 5, nan});
}

TEST(MaskValues, AgreesWithALoopOnWideRows) {
  constexpr Index cols = 700;
  OwnedBlock data(2, {3, cols}), mask(2, {3, cols});
  for (Index t = 0; t < 2; ++t)
    for (Index r = 0; r < 3; ++r)
      for (Index c = 0; c < cols; ++c) {
        data(t, r, c) = static_cast<float>(c + 1000 * r);
        mask(t, r, c) = static_cast<float>((c * 7 + r + t) % 11);
      }
  const auto out = run(*kernel("mask_values", {set("values", words({"2", "9"}))}), {data.view(), mask.view()});
  for (Index t = 0; t < 2; ++t)
    for (Index r = 0; r < 3; ++r)
      for (Index c = 0; c < cols; ++c) {
        const Index value = (c * 7 + r + t) % 11;
        EXPECT_TRUE(same(out[0](t, r, c), value == 2 || value == 9 ? nan : data(t, r, c))) << t << " " << r << " " << c;
      }
}

TEST(MaskValues, NeedsValues) {
  EXPECT_EQ(complaint("mask_values", {}),
            "values: parameter 'values' is missing; give values: values of the mask that make a pixel nodata");
}

}  // namespace
}  // namespace terroir::test
