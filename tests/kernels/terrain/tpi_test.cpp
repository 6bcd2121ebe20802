#include "tests/kernels/terrain/support/definition.h"
#include "tests/kernels/terrain/support/tables.h"

namespace terroir::test {
namespace {

TEST(Tpi, OfOneWindowByHand) {
  const std::vector<std::vector<float>> rows = {{1, 2, 3}, {4, 10, 6}, {7, 8, 9}};
  EXPECT_EQ(centre("tpi", {}, rows), 5);  // 10 - 40 / 8
}

TEST(Tpi, OfHighRoughGroundAgreesWithTheDefinitionInDouble) {
  expect_definition(
      "tpi", {}, [](const Nine& w) { return w.e - (w.a + w.b + w.c + w.d + w.f + w.g + w.h + w.i) / 8; }, 5e-5);
}

TEST(Tpi, AgreesWithGdaldemInside) {
  expect_table("tpi", {}, elevation,
               {{nan, nan, nan, nan, nan, nan},
                {nan, nan, nan, nan, nan, nan},
                {nan, 403.124695F, -210.511719F, -504.009399F, 335.046051F, nan},
                {nan, -230.050415F, 309.524963F, 118.454193F, 277.754944F, nan},
                {nan, 474.507294F, -133.868835F, 212.606567F, -544.70697F, nan},
                {nan, -296.960693F, -146.733185F, -178.862915F, 47.5507812F, nan},
                {nan, 413.255615F, -113.912537F, 392.728088F, -61.9616089F, nan},
                {nan, nan, nan, nan, nan, nan}},
               1e-4F);
}

TEST(Tpi, AgreesWithGdaldemAtTheEdges) {
  expect_table("tpi", {set("edges", "extrapolate")}, with_gap,
               {{173.248596F, -243.407867F, -61.2966003F, 351.425873F, -516.74408F, 296.774109F},
                {-223.471786F, 403.124695F, -210.511719F, -504.009399F, 335.046051F, -531.409302F},
                {104.116684F, -213.708252F, 257.056763F, 91.5845642F, 277.754944F, 78.2546387F},
                {-103.642731F, 418.630127F, nan, 171.489197F, -544.70697F, 210.685913F},
                {101.764023F, -267.511292F, -153.638336F, -175.285828F, 47.5507812F, -321.693146F},
                {-102.932953F, 413.255615F, -113.912537F, 392.728088F, -61.9616089F, 383.669495F},
                {-134.177673F, 53.8151245F, 227.355652F, -301.113037F, 278.330811F, -124.210876F}},
               2e-4F);
}

}  // namespace
}  // namespace terroir::test
