#include "tests/pipeline/run/support/whole_run.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace terroir::testing {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// The rasters that the recipes of tests/plans name; their pixels are never read.
MemoryOpener inputs() {
  const auto flat = [](Index, Index) { return 1.0F; };
  MemoryOpener opener;
  opener.add("dem.tif", raster({2000, 1500}, {512, 512}, flat));
  for (const std::string date : {"20240105", "20240115", "20240125", "20240204"})
    for (const std::string band : {"B04", "B08", "SCL"})
      opener.add("scenes/" + date + "_" + band + ".tif", raster({1024, 1024}, {512, 512}, flat));
  for (int day = 1; day <= 31; ++day) {
    char name[40];
    std::snprintf(name, sizeof name, "climate/tas_202401%02d.tif", day);
    opener.add(name, raster({40, 40}, {40, 40}, flat, {597000, 5203000}, 1000));
  }
  return opener;
}

class GoldenPlan : public ::testing::TestWithParam<std::string> {};

// The plan is text, so a change of planning shows as a difference. TERROIR_UPDATE_PLANS=1 writes the files anew.
TEST_P(GoldenPlan, IsWhatTheFileSays) {
  const fs::path folder = fs::path(TERROIR_SOURCE_DIR) / "tests/plans";
  MemoryOpener opener = inputs();
  Resources resources;
  resources.memory = std::size_t{2} << 30;
  resources.ranks = 2;
  resources.scratch.folder = "/scratch";
  const Plan plan = compiled(text_of(folder / (GetParam() + ".yml")), opener, resources);
  std::string text = explain(plan);
  // The hash changes with the program's version; compile_test.cpp tests it.
  text.erase(text.find(" ("), text.find(")\n") - text.find(" (") + 1);
  const fs::path golden = folder / (GetParam() + ".plan");
  if (std::getenv("TERROIR_UPDATE_PLANS") != nullptr) std::ofstream(golden) << text;
  EXPECT_EQ(text, text_of(golden));
}

INSTANTIATE_TEST_SUITE_P(Plans, GoldenPlan, ::testing::Values("terrain", "composite", "mixed_grids", "wide"),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace terroir::testing
