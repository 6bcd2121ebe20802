#include "tests/kernels/terrain/support/definition.h"

namespace terroir::test {
namespace {

double shade_by_definition(const Nine& w) {
  const double x = 2 * horn_east(w), y = 2 * horn_south(w), azimuth = std::numbers::pi / 3, altitude = std::numbers::pi / 6;
  const double cosine = (std::sin(altitude) - x * std::sin(azimuth) * std::cos(altitude) + y * std::cos(azimuth) * std::cos(altitude)) /
                        std::sqrt(1 + x * x + y * y);
  return 1 + 254 * std::max(0.0, cosine);
}

TEST(Hillshade, OfTheHorizontalIsTheSineOfTheAltitude) {
  const std::vector<std::vector<float>> flat(3, std::vector<float>(3, 250));
  EXPECT_NEAR(centre("hillshade", {}, flat), 1 + 254 * std::sqrt(0.5), 1e-4);
  EXPECT_EQ(centre("hillshade", {set("altitude", "90")}, flat), 255);
  EXPECT_EQ(centre("hillshade", {set("altitude", "0")}, flat), 1);
  // A slope of 45 degrees towards the sun, and one away from it.
  EXPECT_NEAR(centre("hillshade", {set("azimuth", "180")}, {{2, 2, 2}, {1, 1, 1}, {0, 0, 0}}), 255, 1e-4);
  EXPECT_EQ(centre("hillshade", {set("azimuth", "0"), set("altitude", "30")}, {{2, 2, 2}, {1, 1, 1}, {0, 0, 0}}), 1);
  EXPECT_NEAR(centre("hillshade", {set("azimuth", "90"), set("z_factor", "2")}, {{1, .5, 0}, {1, .5, 0}, {1, .5, 0}}), 255, 1e-4);
}

TEST(Hillshade, OfHighRoughGroundAgreesWithTheDefinitionInDouble) {
  expect_definition("hillshade", {set("azimuth", "60"), set("altitude", "30"), set("z_factor", "2")}, shade_by_definition, 2e-4);
}

TEST(Hillshade, ParametersHaveRanges) {
  EXPECT_EQ(complaint("hillshade", {set("altitude", "91")}), "altitude: 91 is too large; give at most 90 degree");
}

}  // namespace
}  // namespace terroir::test
