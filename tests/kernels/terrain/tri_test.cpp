#include "tests/kernels/terrain/support/definition.h"
#include "tests/kernels/terrain/support/tables.h"

namespace terroir::test {
namespace {

TEST(Tri, OfOneWindowByHand) {
  const std::vector<std::vector<float>> rows = {{1, 2, 3}, {4, 10, 6}, {7, 8, 9}};
  EXPECT_FLOAT_EQ(centre("tri", {}, rows), std::sqrt(81.0F + 64 + 49 + 36 + 16 + 9 + 4 + 1));
  EXPECT_EQ(centre("tri", {set("method", "wilson")}, rows), 5);  // (9 + 8 + 7 + 6 + 4 + 3 + 2 + 1) / 8
}

TEST(Tri, OfHighRoughGroundAgreesWithTheDefinitionInDouble) {
  expect_definition(
      "tri", {},
      [](const Nine& w) {
        double sum = 0;
        for (const double d : drops(w)) sum += d * d;
        return std::sqrt(sum);
      },
      1e-4);
  expect_definition(
      "tri", {set("method", "wilson")},
      [](const Nine& w) {
        double sum = 0;
        for (const double d : drops(w)) sum += std::abs(d);
        return sum / 8;
      },
      5e-5);
}

TEST(Tri, AgreesWithGdaldemInside) {
  expect_table("tri", {}, elevation,
               {{nan, nan, nan, nan, nan, nan},
                {nan, nan, nan, nan, nan, nan},
                {nan, 1283.88025F, 973.270508F, 1567.81482F, 1327.11243F, nan},
                {nan, 990.84137F, 1153.30261F, 917.386597F, 1190.20117F, nan},
                {nan, 1447.98608F, 779.028748F, 882.886292F, 1587.71338F, nan},
                {nan, 1084.73254F, 867.075867F, 879.810486F, 860.18158F, nan},
                {nan, 1330.24036F, 810.87262F, 1218.13232F, 696.042664F, nan},
                {nan, nan, nan, nan, nan, nan}},
               3e-4F);
  expect_table("tri", {set("method", "wilson")}, elevation,
               {{nan, nan, nan, nan, nan, nan},
                {nan, nan, nan, nan, nan, nan},
                {nan, 403.124725F, 284.692902F, 504.00943F, 375.994934F, nan},
                {nan, 255.22464F, 318.571808F, 282.639771F, 310.636261F, nan},
                {nan, 474.507294F, 232.606079F, 236.592468F, 544.707031F, nan},
                {nan, 297.821625F, 254.216797F, 256.077332F, 249.042007F, nan},
                {nan, 418.518463F, 232.74826F, 392.728088F, 214.178589F, nan},
                {nan, nan, nan, nan, nan, nan}},
               1e-4F);
}

TEST(Tri, AgreesWithGdaldemAtTheEdges) {
  expect_table("tri", {set("edges", "extrapolate")}, with_gap,
               {{1486.88062F, 1377.67163F, 1469.51587F, 1793.50647F, 2550.02637F, 2508.99731F},
                {1365.0127F, 1283.88025F, 973.270508F, 1567.81482F, 1327.11243F, 2442.54932F},
                {1292.1427F, 982.178406F, 1074.20691F, 891.84729F, 1190.20117F, 1782.73303F},
                {1009.96863F, 1377.25781F, nan, 819.321228F, 1587.71338F, 1287.47766F},
                {1378.61902F, 1058.83887F, 865.314453F, 879.344971F, 860.18158F, 1611.5033F},
                {1147.74414F, 1330.24036F, 810.87262F, 1218.13232F, 696.042664F, 1487.34619F},
                {718.6604F, 949.263F, 1228.18909F, 1392.67932F, 1405.67102F, 1163.49609F}},
               4e-4F);
}

}  // namespace
}  // namespace terroir::test
