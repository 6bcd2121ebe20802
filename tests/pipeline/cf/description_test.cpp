#include "pipeline/cf/description.h"

#include "pipeline/error.h"
#include "tiling/cells.h"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>
#include <map>

namespace terroir {
namespace {

class OnlyWgs84 final : public CrsReader {
 public:
  Crs read(const std::string& text) override { return {"GEOGCRS[\"" + text + "\"]", text, true, 1, 6378137, 1 / 298.257223563}; }
  std::vector<Attribute> cf_attributes(const Crs&) override { return {}; }
  Crs read_cf(const std::vector<Attribute>& attributes) override {
    return {"PROJCRS[\"" + attributes.at(0).text + "\"]", "", false, 1, 6378137, 0};
  }
  std::shared_ptr<const CrsOperation> operation(const Crs&, const Crs&, std::span<const MapPoint>) override { return nullptr; }
};

class FakeFile final : public CfFile {
 public:
  [[nodiscard]] const std::string& path() const noexcept override { return path_; }
  [[nodiscard]] const std::vector<CfVariable>& variables() const noexcept override { return variables_; }
  [[nodiscard]] std::vector<double> numbers(const CfVariable& v) override { return numbers_.at(v.name); }
  [[nodiscard]] std::vector<std::string> texts(const CfVariable& v) override { return texts_.count(v.name) ? texts_.at(v.name) : none_; }

  void axis(const std::string& name, std::vector<double> values, const std::string& units, std::vector<CfAttribute> more = {}) {
    if (!units.empty()) more.push_back({"units", units, {}});
    variables_.push_back({name, {name}, {static_cast<Index>(values.size())}, SampleType::float64, std::move(more)});
    numbers_[name] = std::move(values);
  }
  /// A number for each cell of (j, i), or of (i, j).
  void field(const std::string& name, std::vector<double> values, bool turned, const std::string& units) {
    const std::vector<std::string> dimensions = turned ? std::vector<std::string>{"i", "j"} : std::vector<std::string>{"j", "i"};
    const std::vector<Index> shape = turned ? std::vector<Index>{3, 2} : std::vector<Index>{2, 3};
    variables_.push_back({name, dimensions, shape, SampleType::float64, {{"units", units, {}}}});
    numbers_[name] = std::move(values);
  }
  void table(const std::string& name, std::vector<std::string> dimensions, std::vector<Index> shape, std::vector<double> values,
             std::vector<CfAttribute> more = {}) {
    variables_.push_back({name, std::move(dimensions), std::move(shape), SampleType::float64, std::move(more)});
    numbers_[name] = std::move(values);
  }
  void labels(const std::string& name, const std::string& dimension, std::vector<std::string> values) {
    variables_.push_back({name, {dimension}, {static_cast<Index>(values.size())}, std::nullopt, {}});
    texts_[name] = std::move(values);
  }
  void variable(const std::string& name, std::vector<std::string> dimensions, std::vector<Index> shape,
                std::vector<CfAttribute> more = {}) {
    variables_.push_back({name, std::move(dimensions), std::move(shape), SampleType::float32, std::move(more)});
  }

 private:
  std::string path_ = "f.nc";
  std::vector<CfVariable> variables_;
  std::map<std::string, std::vector<double>> numbers_;
  std::map<std::string, std::vector<std::string>> texts_;
  const std::vector<std::string> none_;
};

FakeFile two_by_three() {
  FakeFile file;
  file.axis("lat", {1, 2}, "degrees_north");
  file.axis("lon", {5, 6, 7}, "degrees_east");
  return file;
}

std::string complaint(FakeFile& file, const SourcePart& part = {}) {
  OnlyWgs84 crs;
  try {
    (void)describe(file, part, crs);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(CfDescription, PlacesAGridFromTheNorth) {
  FakeFile file = two_by_three();
  file.variable("t", {"lat", "lon"}, {2, 3});
  OnlyWgs84 crs;
  const CfDescription d = describe(file, {}, crs);
  EXPECT_TRUE(d.south_up);
  EXPECT_EQ(d.grid.affine(), (Affine{4.5, 1, 2.5, -1}));
  EXPECT_EQ(d.grid.crs().authority, "EPSG:4326");
  EXPECT_TRUE(d.times.is_static());
}

TEST(CfDescription, TakesAGridMappingAndKilometres) {
  FakeFile file;
  file.axis("y", {30, 20, 10}, "km", {{"standard_name", "projection_y_coordinate", {}}});
  file.axis("x", {10, 20}, "km", {{"standard_name", "projection_x_coordinate", {}}});
  file.variable("crs", {}, {}, {{"grid_mapping_name", "sinusoidal", {}}});
  file.variable("t", {"y", "x"}, {3, 2}, {{"grid_mapping", "crs: x y", {}}});
  OnlyWgs84 crs;
  const CfDescription d = describe(file, {"t", {}}, crs);
  EXPECT_EQ(d.grid.crs().wkt, "PROJCRS[\"sinusoidal\"]");
  EXPECT_EQ(d.grid.affine(), (Affine{5000, 10000, 35000, -10000}));
}

TEST(CfDescription, ASingleRowIsAsHighAsTheTransformSays) {
  const auto affine_of = [](const std::vector<double>& xs, const std::string& transform) {
    FakeFile file;
    file.axis("y", {195}, "m", {{"standard_name", "projection_y_coordinate", {}}});
    file.axis("x", xs, "m", {{"standard_name", "projection_x_coordinate", {}}});
    file.variable("crs", {}, {}, {{"grid_mapping_name", "sinusoidal", {}}, {"GeoTransform", transform, {}}});
    file.variable("t", {"y", "x"}, {1, static_cast<Index>(xs.size())}, {{"grid_mapping", "crs", {}}});
    OnlyWgs84 crs;
    return describe(file, {"t", {}}, crs).grid.affine();
  };
  EXPECT_EQ(affine_of({115, 145}, "100 30 0 200 0 -10"), (Affine{100, 30, 200, -10}));
  EXPECT_EQ(affine_of({115}, "100 30 0 200 0 -10"), (Affine{100, 30, 200, -10}));
  EXPECT_EQ(affine_of({115, 145}, "none"), (Affine{100, 30, 210, -30})) << "as the columns are wide";
}

TEST(CfDescription, PlainNumbersOfPixelsAreAGridOfPixelsWithoutCrs) {
  FakeFile file;
  file.axis("y", {0, 1}, "");
  file.axis("x", {0, 1, 2}, "");
  file.variable("t", {"y", "x"}, {2, 3});
  OnlyWgs84 crs;
  const CfDescription d = describe(file, {}, crs);
  EXPECT_FALSE(d.grid.crs().known());
  EXPECT_FALSE(d.south_up) << "the first row of an image is the upper one";
  EXPECT_EQ(d.grid.affine(), Affine{});
}

TEST(CfDescription, ATimeThatIsNoDimension) {
  FakeFile file = two_by_three();
  file.variable("t", {"lat", "lon"}, {2, 3}, {{"coordinates", "when", {}}});
  OnlyWgs84 crs;
  FakeFile with = file;
  with.axis("when", {1}, "days since 2000-01-01");
  EXPECT_EQ(to_text(from_seconds(describe(with, {"t", {}}, crs).times.seconds.at(0), Calendar::standard)), "2000-01-02");
}

/// Two days from 1 January 2000, and what their bounds are.
FakeFile two_days(std::vector<double> bounds, std::vector<CfAttribute> of_bounds = {},
                  std::vector<std::string> dimensions = {"time", "nv"}) {
  FakeFile file = two_by_three();
  file.axis("time", {0.5, 1.5}, "days since 2000-01-01", {{"bounds", "time_edges", {}}, {"calendar", "noleap", {}}});
  file.table("time_edges", std::move(dimensions), {2, 2}, std::move(bounds), std::move(of_bounds));
  file.variable("t", {"time", "lat", "lon"}, {2, 2, 3});
  return file;
}

std::vector<std::string> bounds_of(FakeFile file) {
  OnlyWgs84 crs;
  const TimeAxis times = describe(file, {"t", {}}, crs).times;
  std::vector<std::string> texts;
  for (const auto& [begin, end] : times.bounds)
    texts.push_back(to_text(from_seconds(begin, times.calendar)) + " " + to_text(from_seconds(end, times.calendar)));
  return texts;
}

TEST(CfDescription, TimesHaveTheirBounds) {
  const std::vector<std::string> days = {"2000-01-01 2000-01-02", "2000-01-02 2000-01-03"};
  EXPECT_EQ(bounds_of(two_days({0, 1, 1, 2})), days);
  EXPECT_EQ(bounds_of(two_days({24, 48, 48, 72}, {{"units", "hours since 1999-12-31", {}}})), days) << "units of their own";
  EXPECT_EQ(bounds_of(two_days({0, 0, 0, 31})), (std::vector<std::string>{"2000-01-01 2000-01-01", "2000-01-01 2000-02-01"}));
  FakeFile one = two_by_three();
  one.axis("when", {1}, "months since 2000-01-01", {{"bounds", "span", {}}});
  one.table("span", {"when", "nv"}, {1, 2}, {0, 2});
  one.variable("t", {"lat", "lon"}, {2, 3}, {{"coordinates", "when", {}}});
  EXPECT_EQ(bounds_of(one), (std::vector<std::string>{"2000-01-01 2000-03-01"}));
}

TEST(CfDescription, TimeBoundsThatCannotBeRightAreNone) {
  const std::vector<std::string> none;
  EXPECT_EQ(bounds_of(two_days({0, 1, 2, 1})), none) << "an end before its begin";
  EXPECT_EQ(bounds_of(two_days({0, 1, 1, -9}, {{"_FillValue", "", {-9}}})), none);
  EXPECT_EQ(bounds_of(two_days({-9, -9, 1, 2}, {{"_FillValue", "", {-9}}})), none);
  EXPECT_EQ(bounds_of(two_days({0, 1, 1, std::numeric_limits<double>::quiet_NaN()})), none);
  EXPECT_EQ(bounds_of(two_days({0, 1, 1, 2}, {}, {"nv", "time"})), none) << "another order";
  EXPECT_EQ(bounds_of(two_days({0, 1, 1, 2}, {{"calendar", "360_day", {}}})), none);
  EXPECT_EQ(bounds_of(two_days({0, 0.5, 0.5, 2}, {{"units", "months since 2000-01-01", {}}, {"calendar", "noleap", {}}})), none);
  FakeFile without = two_by_three();
  without.axis("time", {0.5, 1.5}, "days since 2000-01-01", {{"bounds", "elsewhere", {}}});
  without.variable("t", {"time", "lat", "lon"}, {2, 2, 3});
  EXPECT_EQ(bounds_of(without), none);
  without.table("elsewhere", {"time"}, {2}, {0, 1});
  EXPECT_EQ(bounds_of(without), none);
}

TEST(CfDescription, Levels) {
  FakeFile file = two_by_three();
  file.axis("plev", {85000, 50000}, "Pa");
  file.variable("t", {"plev", "lat", "lon"}, {2, 2, 3});
  EXPECT_EQ(complaint(file),
            "f.nc: variable 't': it has several levels along 'plev' (Pa); give select: {level: NUMBER}, one of 85000 or 50000");
  EXPECT_EQ(complaint(file, {"", 7}),
            "f.nc: variable 't': it has no level 7 along 'plev' (Pa); give select: {level: NUMBER}, one of 85000 or 50000");
  OnlyWgs84 crs;
  EXPECT_EQ(describe(file, {"", 50000}, crs).fixed, (std::vector<Index>{1, 0, 0}));
}

TEST(CfDescription, ADimensionOfNamesMakesBands) {
  FakeFile file = two_by_three();
  file.labels("feature", "feature", {"slope", "ratio"});
  file.labels("feature_units", "feature", {"degree", "1"});
  file.labels("feature_long_name", "feature", {"steepness", ""});
  file.variable("t", {"feature", "lat", "lon"}, {2, 2, 3}, {{"units", "K", {}}});
  OnlyWgs84 crs;
  const CfDescription d = describe(file, {"t", {}}, crs);
  EXPECT_EQ(d.labels, 0U);
  ASSERT_EQ(d.bands.size(), 2U);
  EXPECT_EQ(d.bands[0].label, "slope");
  EXPECT_EQ(d.bands[0].unit, "degree");
  EXPECT_EQ(d.bands[0].description, "steepness");
  EXPECT_EQ(d.bands[1].label, "ratio");
  EXPECT_EQ(d.bands[1].unit, "1");
}

TEST(CfDescription, NamesThatAreNotOneForEachPlaceMakeNoBands) {
  FakeFile file = two_by_three();
  file.labels("feature", "feature", {"slope", "ratio", "more"});
  file.variable("t", {"feature", "lat", "lon"}, {2, 2, 3});
  EXPECT_EQ(complaint(file, {"t", {}}),
            "f.nc: variable 't': its dimension 'feature' (2) is neither time nor a level with coordinates; cut out one part first, as by "
            "ncks -d feature,0 IN OUT");
}

TEST(CfDescription, WhatCannotBeRead) {
  FakeFile file = two_by_three();
  EXPECT_EQ(complaint(file), "f.nc: it has no variable on rows and columns; name another file");
  FakeFile unwritten = two_by_three();
  unwritten.variable("t", {"time", "lat", "lon"}, {0, 2, 3});
  EXPECT_EQ(complaint(unwritten), "f.nc: 't' has no steps along 'time'; remove the file, or narrow the path");
  file.variable("t", {"lat", "lon"}, {2, 3});
  EXPECT_EQ(complaint(file, {"tas", {}}), "f.nc: it has no variable 'tas'; use t");
  EXPECT_EQ(complaint(file, {"t", 3}), "f.nc: variable 't': it has no levels; leave out select.level");
  file.variable("u", {"lat", "lon"}, {2, 3});
  EXPECT_EQ(complaint(file), "f.nc: it has several variables; give variable: t or u");
  FakeFile lost;
  lost.axis("lat", {1, 5, 3}, "degrees_north");
  lost.axis("lon", {5, 6, 7}, "degrees_east");
  lost.variable("t", {"lat", "lon"}, {3, 3});
  EXPECT_EQ(complaint(lost),
            "f.nc: variable 't': its coordinate 'lat' neither ascends nor descends, or is missing in places; correct the file's "
            "coordinates");
}

/// Two rows and three columns whose longitudes and latitudes stand in the file; `turned`: column by column.
FakeFile bent(const std::string& coordinates, bool turned = false) {
  FakeFile file;
  using Values = std::vector<double>;
  file.field("lat", turned ? Values{50, 48, 51, 49, 52, 50} : Values{50, 51, 52, 48, 49, 50}, turned, "degrees_north");
  file.field("lon", turned ? Values{5, 6, 7, 8, 9, 10} : Values{5, 7, 9, 6, 8, 10}, turned, "degrees_east");
  std::vector<CfAttribute> attributes;
  if (!coordinates.empty()) attributes.push_back({"coordinates", coordinates, {}});
  file.variable("t", {"j", "i"}, {2, 3}, attributes);
  return file;
}

TEST(CfDescription, CellsByTwoDimensionalCoordinates) {
  OnlyWgs84 crs;
  for (FakeFile file : {bent("lat lon"), bent(""), bent("lon lat", true)}) {
    const CfDescription d = describe(file, {}, crs);
    ASSERT_NE(d.grid.cells(), nullptr);
    EXPECT_TRUE(d.grid.cells()->curvilinear());
    EXPECT_EQ(d.grid.cells()->at(1, 2).x, 10);
    EXPECT_EQ(d.grid.cells()->at(0, 1).y, 51);
    EXPECT_FALSE(d.grid.crs().known()) << "of the rows and columns themselves";
    EXPECT_FALSE(d.south_up);
  }
}

TEST(CfDescription, CoordinatesWithoutAnyPlace) {
  FakeFile file;
  file.field("lat", {999, 999, 999, 999, 999, 999}, false, "degrees_north");
  file.field("lon", {1, 2, 3, 1, 2, 3}, false, "degrees_east");
  file.variable("t", {"j", "i"}, {2, 3});
  EXPECT_EQ(complaint(file), "f.nc: its two-dimensional 'lat' and 'lon' hold no place in degrees; correct the file's coordinates");
}

TEST(CfDescription, AGridMappingCountsMoreThanTwoDimensionalCoordinates) {
  FakeFile file = bent("lat lon");
  file.axis("j", {-1, 1}, "degrees", {{"standard_name", "grid_latitude", {}}});
  file.axis("i", {3, 4, 5}, "degrees", {{"standard_name", "grid_longitude", {}}});
  OnlyWgs84 crs;
  const CfDescription without = describe(file, {"t", {}}, crs);
  ASSERT_NE(without.grid.cells(), nullptr);
  EXPECT_EQ(without.grid.affine(), (Affine{2.5, 1, 2, -2})) << "for whoever knows the CRS";
  EXPECT_TRUE(without.south_up);
  EXPECT_EQ(without.grid.cells()->at(0, 0).y, 48) << "rows from the north, as those of the axes";
  file.variable("rotated", {}, {}, {{"grid_mapping_name", "rotated_latitude_longitude", {}}});
  file.variable("u", {"j", "i"}, {2, 3}, {{"coordinates", "lat lon", {}}, {"grid_mapping", "rotated", {}}});
  EXPECT_EQ(describe(file, {"u", {}}, crs).grid.cells(), nullptr);
}

TEST(CfDescription, GaussianLatitudes) {
  FakeFile file;
  file.axis("lat", {-80, -30, 30, 80}, "degrees_north");
  file.axis("lon", {0, 90, 180, 270}, "degrees_east");
  file.variable("t", {"lat", "lon"}, {4, 4});
  OnlyWgs84 crs;
  const CfDescription d = describe(file, {}, crs);
  ASSERT_NE(d.grid.cells(), nullptr);
  EXPECT_TRUE(d.south_up);
  EXPECT_EQ(d.grid.cells()->rows.edges, (std::vector<double>{90, 55, 0, -55, -90}));
  EXPECT_TRUE(d.grid.cells()->around);
  EXPECT_EQ(d.grid.cells()->crs.authority, "EPSG:4326");
}

}  // namespace
}  // namespace terroir
