#include "pipeline/adapters/gdal/gdal_setup.h"

#include <cpl_conv.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace terroir {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

void check_lock_down() {
  const GdalSetup setup = gdal_setup();
  EXPECT_THAT(setup.drivers, UnorderedElementsAre("GTiff", "COG", "GRIB", "GPKG", "ESRI Shapefile", "GeoJSON"));
  EXPECT_THAT(setup.unlocked, IsEmpty());
  EXPECT_EQ(setup.version.loaded, setup.version.built);
}

// In a process of its own: other tests of this one make files by drivers that a run does not have.
TEST(GdalSetup, IsLockedDown) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        check_lock_down();
        std::exit(HasFailure() ? 1 : 0);
      },
      ::testing::ExitedWithCode(0), "");
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
