#include "tests/kernels/local/run_process.h"

namespace terroir::test {
namespace {

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

}  // namespace
}  // namespace terroir::test
