#include "tests/kernels/global/support/observed.h"

namespace terroir::test {
namespace {

TEST(MinMaxScale, ReachesBothEnds) {
  const auto process = kernel("min_max_scale");
  const auto in = row_of({3, 7, 5, nan, 4});
  const auto fitted = observed(*process, in.view());
  expect_pixels(run(*process, {in.view()}, fitted)[0].view(), {0, 1, 0.5F, nan, 0.25F});
  const auto other = kernel("min_max_scale", {set("min", "-1"), set("max", "3")});
  expect_pixels(run(*other, {in.view()}, fitted)[0].view(), {-1, 3, 1, nan, 0});
}

TEST(MinMaxScale, AConstantLayerBecomesNodata) {
  const auto process = kernel("min_max_scale");
  const auto in = row_of({4, 4});
  expect_pixels(run(*process, {in.view()}, observed(*process, in.view()))[0].view(), {nan, nan});
}

TEST(MinMaxScale, RefusesAnEmptyInterval) {
  EXPECT_EQ(complaint("min_max_scale", {set("min", "1")}), "min: min 1 is not below max 1; give a min that is below max");
}

TEST(MinMaxScale, GivesUnitOne) {
  LayerInfo metres;
  metres.unit = "m";
  EXPECT_EQ(kernel("min_max_scale")->outputs(std::vector{metres})[0].unit, "1");
}

}  // namespace
}  // namespace terroir::test
