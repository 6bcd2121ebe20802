#include "pipeline/adapters/units/udunits_converter.h"

#include <gtest/gtest.h>

namespace terroir {
namespace {

TEST(Udunits, StraightLines) {
  UdunitsConverter units;
  const auto celsius = units.map("K", "degC");
  ASSERT_TRUE(celsius);
  EXPECT_DOUBLE_EQ(celsius->scale, 1);
  EXPECT_DOUBLE_EQ(celsius->offset, -273.15);
  const auto fahrenheit = units.map("degF", "degC");
  ASSERT_TRUE(fahrenheit);
  EXPECT_NEAR(212 * fahrenheit->scale + fahrenheit->offset, 100, 1e-9);
  EXPECT_DOUBLE_EQ(units.map("mm s-1", "mm d-1")->scale, 86400);
  EXPECT_DOUBLE_EQ(units.map("mm/m", "1")->scale, 0.001);
  EXPECT_DOUBLE_EQ(units.map("Pa", "hPa")->scale, 0.01);
}

TEST(Udunits, NoStraightLine) {
  UdunitsConverter units;
  EXPECT_FALSE(units.map("K", "m"));
  EXPECT_FALSE(units.map("kg m-2 s-1", "mm d-1"));
  EXPECT_FALSE(units.map("lg(re 1 mW)", "W")) << "a logarithm bends";
  EXPECT_FALSE(units.map("furball", "m"));
  EXPECT_FALSE(units.knows("furball"));
  EXPECT_TRUE(units.knows("µm"));
}

}  // namespace
}  // namespace terroir
