#include "pipeline/plan/pattern.h"

#include "pipeline/error.h"

#include <gtest/gtest.h>

namespace terroir {
namespace {

TEST(PathPattern, TimeAndBandOfAName) {
  const PathPattern pattern("/data/scenes/{time:%Y%m%d}_{band}.tif");
  EXPECT_EQ(pattern.glob(), "/data/scenes/*_*.tif");
  EXPECT_EQ(pattern.base(), "/data/scenes/");
  const auto match = pattern.match("/data/scenes/20240601_B8A.tif");
  ASSERT_TRUE(match);
  EXPECT_EQ(match->band, "B8A");
  EXPECT_EQ(*match->time, (DateTime{2024, 6, 1, 0, 0, 0}));
  EXPECT_FALSE(pattern.match("/data/scenes/2024061_B8A.tif"));
  EXPECT_FALSE(pattern.match("/data/scenes/20241301_B8A.tif")) << "no month 13";
  EXPECT_FALSE(pattern.match("/data/scenes/20240601_B8A.tif.aux.xml"));
}

TEST(PathPattern, FieldsMayBeSplitOverFolders) {
  const PathPattern pattern("d/{time:%Y}/{time:%j}/x_{time:%H%M}.tif");
  const auto match = pattern.match("d/2024/061/x_1830.tif");
  ASSERT_TRUE(match);
  EXPECT_EQ(*match->time, (DateTime{2024, 3, 1, 18, 30, 0})) << "day 61 of a leap year";
}

TEST(PathPattern, WildcardsStayInTheirFolder) {
  const PathPattern pattern("a/*/dem_?.tif");
  EXPECT_TRUE(pattern.match("a/b/dem_1.tif"));
  EXPECT_FALSE(pattern.match("a/b/c/dem_1.tif"));
  EXPECT_FALSE(pattern.match("a/b/dem_12.tif"));
}

TEST(PathPattern, APlainPathMatchesItself) {
  const PathPattern pattern("dem.tif");
  EXPECT_FALSE(pattern.is_pattern());
  EXPECT_TRUE(pattern.match("dem.tif"));
  EXPECT_FALSE(pattern.match("dem.tiff"));
}

TEST(PathPattern, TwoDigitYears) {
  const PathPattern pattern("{time:%y%m%d}.tif");
  EXPECT_EQ(pattern.match("990101.tif")->time->year, 1999);
  EXPECT_EQ(pattern.match("240101.tif")->time->year, 2024);
}

TEST(PathPattern, UnknownFieldsAreRefused) {
  EXPECT_THROW(PathPattern("{date}.tif"), Error);
  EXPECT_THROW(PathPattern("{time:%Q}.tif"), Error);
  EXPECT_THROW(PathPattern("{time:%Y.tif"), Error);
}

}  // namespace
}  // namespace terroir
