#include "tests/kernels/terrain/support/definition.h"
#include "tests/kernels/terrain/support/tables.h"

namespace terroir::test {
namespace {

TEST(Roughness, OfOneWindowByHand) {
  const std::vector<std::vector<float>> rows = {{1, 2, 3}, {4, 10, 6}, {7, 8, 9}};
  EXPECT_EQ(centre("roughness", {}, rows), 9);
}

TEST(Roughness, OfHighRoughGroundAgreesWithTheDefinitionInDouble) {
  expect_definition(
      "roughness", {},
      [](const Nine& w) {
        return std::max({w.a, w.b, w.c, w.d, w.e, w.f, w.g, w.h, w.i}) - std::min({w.a, w.b, w.c, w.d, w.e, w.f, w.g, w.h, w.i});
      },
      0);
}

TEST(Roughness, AgreesWithGdaldemInside) {
  expect_table("roughness", {}, elevation,
               {{nan, nan, nan, nan, nan, nan},
                {nan, nan, nan, nan, nan, nan},
                {nan, 589.180359F, 739.251404F, 744.400269F, 952.413818F, nan},
                {nan, 648.669067F, 757.607361F, 771.284424F, 788.618347F, nan},
                {nan, 682.612122F, 682.612122F, 757.219849F, 703.342102F, nan},
                {nan, 686.055908F, 825.624817F, 927.504211F, 949.529114F, nan},
                {nan, 692.216492F, 825.624817F, 618.646729F, 640.671631F, nan},
                {nan, nan, nan, nan, nan, nan}},
               1e-4F);
}

TEST(Roughness, AgreesWithGdaldemAtTheEdges) {
  expect_table("roughness", {set("edges", "extrapolate")}, with_gap,
               {{1513.17261F, 1513.17261F, 1814.53296F, 1917.57336F, 2371.41357F, 2371.41357F},
                {1528.84558F, 589.180359F, 739.251404F, 744.400269F, 952.413818F, 2532.42969F},
                {1297.33813F, 648.669067F, 757.607361F, 771.284424F, 788.618347F, 2212.63647F},
                {1297.33813F, 682.612122F, nan, 757.219849F, 703.342102F, 1406.68433F},
                {1357.22095F, 686.055908F, 825.624817F, 927.504211F, 949.529114F, 1406.68433F},
                {1342.32996F, 692.216492F, 825.624817F, 618.646729F, 640.671631F, 1203.77502F},
                {671.164978F, 1063.5022F, 1292.10083F, 1292.10083F, 1201.39343F, 1063.90308F}},
               3e-4F);
}

}  // namespace
}  // namespace terroir::test
