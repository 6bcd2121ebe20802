#include "pipeline/adapters/gdal/gdal_setup.h"

#include <cpl_conv.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace terroir {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::IsSubsetOf;

TEST(GdalSetup, IsLockedDown) {
  const GdalSetup setup = gdal_setup();
  EXPECT_THAT(setup.drivers, Contains("GTiff"));
  EXPECT_THAT(setup.drivers,
              IsSubsetOf({"GTiff", "COG", "GRIB", "GPKG", "ESRI Shapefile", "GeoJSON", "VRT"}));  // another test may have allowed VRTs
  EXPECT_THAT(setup.unlocked, IsEmpty());
  EXPECT_EQ(setup.version.loaded, setup.version.built);
}

TEST(GdalSetup, TellsOfVirtualRastersThatARunMayOpen) {
  ASSERT_EQ(setenv("TERROIR_ALLOW_VRT", "1", 1), 0);
  EXPECT_THAT(gdal_setup().drivers, Contains("VRT"));
  unsetenv("TERROIR_ALLOW_VRT");
}

TEST(GdalSetup, TellsWhatIsNotInForce) {
  CPLSetThreadLocalConfigOption("GDAL_DRIVER_PATH", "/plugins");
  EXPECT_THAT(gdal_setup().unlocked, ElementsAre("GDAL_DRIVER_PATH is '/plugins', not 'disable'"));
  CPLSetThreadLocalConfigOption("GDAL_DRIVER_PATH", nullptr);
}

}  // namespace
}  // namespace terroir
