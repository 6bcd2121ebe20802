#include "tests/kernels/terrain/support/definition.h"
#include "tests/kernels/terrain/support/tables.h"

namespace terroir::test {
namespace {

TEST(Aspect, IsTheWayDownInCompassDegrees) {
  const auto facing = [](double east, double south, double width = 1, double height = 1) {
    std::vector<std::vector<float>> rows(3, std::vector<float>(3));
    for (int r = 0; r < 3; ++r)
      for (int c = 0; c < 3; ++c) rows[r][c] = static_cast<float>(500 - c * east - r * south);
    return centre("aspect", {}, rows, width, height);
  };
  EXPECT_EQ(facing(0, -1), 0);
  EXPECT_FLOAT_EQ(facing(1, -1), 45);
  EXPECT_EQ(facing(1, 0), 90);
  EXPECT_FLOAT_EQ(facing(1, 1), 135);
  EXPECT_EQ(facing(0, 1), 180);
  EXPECT_FLOAT_EQ(facing(-1, 1), 225);
  EXPECT_EQ(facing(-1, 0), 270);
  EXPECT_FLOAT_EQ(facing(-1, -1), 315);
  // 1 m up for 30 m to the east and for 10 m to the south: the way down is 1 west for 3 north.
  EXPECT_NEAR(facing(-1, -1, 30, 10), 360 - 18.4349488, 1e-4);
}

TEST(Aspect, StaysBelow360) {
  // So little to the west that the angle rounds to a full turn.
  EXPECT_EQ(centre("aspect", {}, {{0, 0, 1e-7f}, {100, 100, 100}, {200, 200, 200}}), 0);
}

TEST(Aspect, OfHighRoughGroundAgreesWithTheDefinitionInDouble) {
  expect_definition(
      "aspect", {},
      [](const Nine& w) {
        const double t = degrees(std::atan2(-horn_east(w), horn_south(w)));
        return t < 0 ? t + 360 : t;
      },
      4e-5);
}

TEST(Aspect, AgreesWithQgisInside) {
  expect_table("aspect", {}, elevation,
               {{nan, nan, nan, nan, nan, nan},
                {nan, nan, nan, nan, nan, nan},
                {nan, 278.358F, 45.18813F, 306.6476F, 358.34296F, nan},
                {nan, 274.42487F, 11.035832F, 357.9641F, 129.98279F, nan},
                {nan, 238.47426F, 196.37103F, 149.25227F, 187.85748F, nan},
                {nan, 271.05124F, 312.09726F, 348.89136F, 351.618F, nan},
                {nan, 314.11356F, 345.76315F, 327.5568F, 339.5455F, nan},
                {nan, nan, nan, nan, nan, nan}},
               1.5e-4F);
}

TEST(Aspect, AgreesWithGdaldemAtTheEdges) {
  expect_table("aspect", {set("edges", "extrapolate")}, with_gap,
               {{132.929031F, 46.0176353F, 249.252502F, 152.783203F, 225.638382F, 215.370499F},
                {221.137024F, 278.358002F, 45.1881332F, 306.647614F, 358.342957F, 134.002411F},
                {265.565979F, 267.908386F, 5.60677338F, 13.2882614F, 129.982788F, 20.3181076F},
                {265.417542F, 252.01326F, nan, 127.241882F, 187.857483F, 264.132324F},
                {265.79895F, 293.828308F, 303.425354F, 347.820923F, 351.618011F, 305.931641F},
                {267.466797F, 314.113556F, 345.763153F, 327.556763F, 339.545502F, 302.002106F},
                {283.141785F, 275.238037F, 86.7001495F, 185.112976F, 198.498306F, 150.093124F}},
               1.5e-4F);
}

}  // namespace
}  // namespace terroir::test
