#include "pipeline/adapters/proj/proj_setup.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace terroir {
namespace {

TEST(ProjSetup, FindsTheDatabase) {
  const ProjSetup setup = proj_setup();
  EXPECT_TRUE(std::filesystem::exists(setup.database)) << setup.database;
  EXPECT_EQ(setup.version.name, "PROJ");
  EXPECT_EQ(setup.version.loaded, setup.version.built);
}

}  // namespace
}  // namespace terroir
