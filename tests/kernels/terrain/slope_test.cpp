#include "tests/kernels/terrain/support/definition.h"
#include "tests/kernels/terrain/support/tables.h"

namespace terroir::test {
namespace {

TEST(Slope, APlaneHasTheSlopeThatItWasMadeWith) {
  const std::vector<std::vector<float>> plane = {{100, 103, 106}, {104, 107, 110}, {108, 111, 114}};  // 3 to the east, 4 to the south
  EXPECT_FLOAT_EQ(centre("slope", {set("unit", "percent")}, plane, 10, 10), 50);
  EXPECT_FLOAT_EQ(centre("slope", {}, plane, 5, 5), 45);
  EXPECT_FLOAT_EQ(centre("slope", {set("unit", "radian")}, plane, 5, 5), std::numbers::pi_v<float> / 4);
  EXPECT_FLOAT_EQ(centre("slope", {set("unit", "percent"), set("method", "zevenbergen_thorne")}, plane, 10, 10), 50);
  EXPECT_FLOAT_EQ(centre("slope", {set("unit", "percent"), set("z_factor", "0.5")}, plane, 10, 10), 25);
  EXPECT_FLOAT_EQ(centre("slope", {set("unit", "percent")}, plane, 3, 4), 141.421356f);
}

TEST(Slope, EachRowHasItsOwnGroundSize) {
  const OwnedBlock in = raster({{0, 3, 6}, {0, 3, 6}, {0, 3, 6}, {0, 3, 6}}, one);
  const auto out = run_focal(*kernel("slope", {set("unit", "percent")}), in.view(), {30, 20, 10, 5}, {30, 30, 30, 30});
  EXPECT_FLOAT_EQ(out[0](0, 1, 1), 15);
  EXPECT_FLOAT_EQ(out[0](0, 2, 1), 30);
}

TEST(Slope, OfHighRoughGroundAgreesWithTheDefinitionInDouble) {
  expect_definition(
      "slope", {}, [](const Nine& w) { return degrees(std::atan(std::hypot(horn_east(w), horn_south(w)))); }, 2e-5);
  expect_definition(
      "slope", {set("method", "zevenbergen_thorne"), set("unit", "percent")},
      [](const Nine& w) { return 100 * std::hypot((w.f - w.d) / 50, (w.h - w.b) / 62); }, 1e-4);
}

TEST(Slope, AgreesWithQgisInside) {
  expect_table("slope", {}, elevation,
               {{nan, nan, nan, nan, nan, nan},
                {nan, nan, nan, nan, nan, nan},
                {nan, 88.56143F, 89.45366F, 89.50229F, 88.82584F, nan},
                {nan, 89.61588F, 89.47127F, 89.24196F, 88.385376F, nan},
                {nan, 89.61132F, 89.59183F, 89.56854F, 88.90889F, nan},
                {nan, 89.42886F, 89.25054F, 89.60963F, 89.71719F, nan},
                {nan, 89.75693F, 89.67336F, 89.502174F, 89.24611F, nan},
                {nan, nan, nan, nan, nan, nan}},
               2e-5F);
}

TEST(Slope, AgreesWithGdaldemInside) {
  expect_table("slope", {set("unit", "percent")}, elevation,
               {{nan, nan, nan, nan, nan, nan},
                {nan, nan, nan, nan, nan, nan},
                {nan, 3981.99854F, 10486.8027F, 11511.583F, 4879.07568F, nan},
                {nan, 14915.7812F, 10836.0254F, 7557.98438F, 3547.6106F, nan},
                {nan, 14740.8398F, 14037.125F, 13279.1602F, 5250.48926F, nan},
                {nan, 10031.4951F, 7644.48975F, 14676.9629F, 20259.4766F, nan},
                {nan, 23571.418F, 17540.7148F, 11508.9551F, 7599.55908F, nan},
                {nan, nan, nan, nan, nan, nan}},
               0.02F);
  expect_table("slope", {set("method", "zevenbergen_thorne")}, elevation,
               {{nan, nan, nan, nan, nan, nan},
                {nan, nan, nan, nan, nan, nan},
                {nan, 88.2529755F, 89.8619461F, 89.7951202F, 89.7836761F, nan},
                {nan, 89.7521667F, 89.6807251F, 89.822403F, 89.8527908F, nan},
                {nan, 89.495842F, 89.7009277F, 89.7246704F, 88.4000244F, nan},
                {nan, 89.1855621F, 89.4852066F, 89.6627808F, 89.7936096F, nan},
                {nan, 89.7999496F, 89.732338F, 89.2699432F, 89.4289551F, nan},
                {nan, nan, nan, nan, nan, nan}},
               2e-5F);
}

TEST(Slope, AgreesWithGdaldemAtTheEdges) {
  expect_table("slope", {set("edges", "extrapolate")}, with_gap,
               {{89.8183899F, 89.7000656F, 89.8006821F, 89.7779617F, 89.5999985F, 89.9161835F},
                {89.7598801F, 88.5614319F, 89.4536591F, 89.5022888F, 88.8258514F, 89.8367844F},
                {89.7846222F, 89.5674515F, 89.7301331F, 89.4554749F, 88.385376F, 89.8508911F},
                {89.7840576F, 89.7704544F, nan, 89.6961746F, 88.9088821F, 89.7649155F},
                {89.7754669F, 89.2602692F, 89.1570282F, 89.6205521F, 89.7171936F, 89.72686F},
                {89.852211F, 89.7569275F, 89.6733627F, 89.5021744F, 89.246109F, 89.2495422F},
                {89.6881332F, 89.8005371F, 89.3561707F, 89.4626617F, 89.5441666F, 89.827507F}},
               2e-5F);
  expect_table("slope", {set("edges", "extrapolate"), set("method", "zevenbergen_thorne")}, with_gap,
               {{89.8920135F, 89.9028473F, 89.8106003F, 89.9196625F, 89.9098969F, 89.9444427F},
                {89.9069824F, 88.2529755F, 89.8619461F, 89.7951202F, 89.7836761F, 89.9305878F},
                {89.3692398F, 89.7521667F, 89.8155594F, 89.822403F, 89.8527908F, 89.8649979F},
                {89.9117203F, 89.8256073F, nan, 89.838501F, 88.4000244F, 89.9185867F},
                {89.6232758F, 89.1855621F, 89.4509125F, 89.6627808F, 89.7936096F, 89.7668533F},
                {89.9146576F, 89.7999496F, 89.732338F, 89.2699432F, 89.4289551F, 89.8579941F},
                {89.734108F, 89.8340302F, 89.8499222F, 89.8916702F, 89.7834625F, 89.8852615F}},
               2e-5F);
}

TEST(Slope, ParametersHaveRanges) {
  EXPECT_EQ(complaint("slope", {set("z_factor", "0")}), "z_factor: 0 is too small; give more than 0");
  EXPECT_EQ(complaint("slope", {set("unit", "degrees")}),
            "unit: 'degrees' is not a choice; did you mean 'degree'? Choices: degree, percent or radian");
}

}  // namespace
}  // namespace terroir::test
