#include "tests/kernels/local/run_process.h"

namespace terroir::test {
namespace {

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
