#include "tests/kernels/global/support/observed.h"

namespace terroir::test {
namespace {

TEST(Standardize, HasMeanZeroAndDeviationOne) {
  const auto process = kernel("standardize");
  const auto in = row_of({2, 4, 4, 4, 5, 5, 7, 9, nan});
  const auto fitted = observed(*process, in.view());
  expect_pixels(run(*process, {in.view()}, fitted)[0].view(), {-1.5F, -0.5F, -0.5F, -0.5F, 0, 0, 1, 2, nan});
}

TEST(Standardize, SampleDeviationOnRequest) {
  const auto process = kernel("standardize", {set("ddof", "1")});
  const auto in = row_of({-1, 1, 3});  // openEO's vector: sample sd 2
  const auto fitted = observed(*process, in.view());
  expect_pixels(run(*process, {in.view()}, fitted)[0].view(), {-1, 0, 1});
}

TEST(Standardize, AConstantLayerBecomesNodata) {
  const auto process = kernel("standardize");
  const auto in = row_of({8123.46F, 8123.46F, 8123.46F});
  const auto fitted = observed(*process, in.view());
  EXPECT_EQ(fitted[moments::m2], 0);
  expect_pixels(run(*process, {in.view()}, fitted)[0].view(), {nan, nan, nan});
}

TEST(Standardize, GivesUnitOne) {
  LayerInfo metres;
  metres.unit = "m";
  EXPECT_EQ(kernel("standardize")->outputs(std::vector{metres})[0].unit, "1");
}

}  // namespace
}  // namespace terroir::test
