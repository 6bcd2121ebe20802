#include "tests/kernels/spectral/support/bands.h"

namespace terroir::test {
namespace {

TEST(NormalizedDifference, HandValues) {
  const auto process = kernel("normalized_difference", {set("x", "N"), set("y", "R")});
  EXPECT_EQ(process->bands(), (std::vector<std::string>{"N", "R"}));
  const auto n = row_of({5, 1, 1, 0, 1, nan, 3}), r = row_of({3, 1, 0, 0, -1, 1, nan});
  expect_pixels(run(*process, {n.view(), r.view()})[0].view(), {0.25F, 0, 1, nan, nan, nan, nan});
}

TEST(NormalizedDifference, IsNdvi) {
  const auto process = kernel("normalized_difference", {set("x", "N"), set("y", "R")});
  expect_pixels(compute(*process, {{"N", nir}, {"R", red}})[0].view(), expected_ndvi, 1e-6F);
}

TEST(NormalizedDifference, NeedsTwoLayers) {
  EXPECT_EQ(complaint("normalized_difference", {set("x", "N"), set("y", "N")}), "y: x and y both name 'N'; name two different layers");
}

}  // namespace
}  // namespace terroir::test
