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

std::string fault_of(const std::string& text) {
  try {
    const PathPattern pattern(text);
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

TEST(PathPattern, ABandIsNamedOnce) {
  EXPECT_EQ(fault_of("{band}_{band}.tif"), "the path pattern '{band}_{band}.tif' has {band} twice; write * for one of them");
  EXPECT_EQ(fault_of("{band}/{time:%Y}/{time:%Y%m%d}_*.tif"), "") << "the year again, in the name of a folder";
}

TEST(PathPattern, BracesAreClosedBeforeTheNextOpens) {
  EXPECT_EQ(fault_of("{time:%Y_{band}.tif"), "the path pattern '{time:%Y_{band}.tif' has a '{' without a '}'");
}

TEST(PathPattern, TimesHaveAYearAndNoGaps) {
  const auto told = [](const std::string& field) {
    const std::string start = "the times of the path pattern '" + field + "' ", text = fault_of(field);
    return text.rfind(start, 0) == 0 ? text.substr(start.size()) : text;
  };
  EXPECT_EQ(told("{time:%m%d}"), "have no year; give %Y, as {time:%Y%m%d}");
  EXPECT_EQ(told("{time:}"), "have no year; give %Y, as {time:%Y%m%d}");
  EXPECT_EQ(told("{time:%Y%d}"), "have days without months; give %m, as {time:%Y%m%d}, or days of the year by %j");
  EXPECT_EQ(told("{time:%Y%M}"), "have hours without days; give %d, as {time:%Y%m%dT%H%M}; months are %m, minutes are %M");
  EXPECT_EQ(told("{time:%Y%m%dT%M}"), "have minutes without hours, or seconds without minutes; give %H%M");
  for (const std::string right : {"{time:%Y}", "{time:%y%m}", "{time:%Y%j}", "{time:%d%m%Y}", "{time:%Y%m%dT%H}", "{time:%Y%m%d%H%M%S}"})
    EXPECT_EQ(told(right), "");
}

TEST(PathPattern, DigitsThatAreNoDate) {
  const PathPattern days("{time:%Y%m%d}.tif"), of_year("{time:%Y%j}.tif");
  EXPECT_TRUE(days.has_no_date("20240230.tif"));
  EXPECT_FALSE(days.has_no_date("20240229.tif"));
  EXPECT_FALSE(days.has_no_date("2024.tif")) << "another form";
  for (const std::string none : {"2023366.tif", "2024000.tif", "2024999.tif"}) {
    EXPECT_TRUE(of_year.has_no_date(none)) << none;
    EXPECT_FALSE(of_year.match(none)) << none;
  }
  EXPECT_TRUE(of_year.match("2024366.tif"));
}

TEST(PathPattern, FieldsThatContradictEachOtherAreNoDate) {
  const PathPattern folders("{time:%Y}/{time:%y%m%d}.tif"), both("{time:%Y%m%d_%j}.tif");
  EXPECT_TRUE(folders.has_no_date("2023/240101.tif"));
  EXPECT_EQ(folders.match("2024/240101.tif")->time, (DateTime{2024, 1, 1, 0, 0, 0}));
  EXPECT_TRUE(both.has_no_date("20240201_031.tif")) << "day 31 is the last one of January";
  EXPECT_EQ(both.match("20240201_032.tif")->time, (DateTime{2024, 2, 1, 0, 0, 0}));
}

}  // namespace
}  // namespace terroir
