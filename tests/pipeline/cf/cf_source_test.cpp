#include "pipeline/cf/cf_source.h"

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

TEST(CfDescription, WhatCannotBeRead) {
  FakeFile file = two_by_three();
  EXPECT_EQ(complaint(file), "f.nc: it has no variable on rows and columns; name another file");
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
  using Numbers = std::vector<double>;
  file.field("lat", turned ? Numbers{50, 48, 51, 49, 52, 50} : Numbers{50, 51, 52, 48, 49, 50}, turned, "degrees_north");
  file.field("lon", turned ? Numbers{5, 6, 7, 8, 9, 10} : Numbers{5, 7, 9, 6, 8, 10}, turned, "degrees_east");
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

/// An array whose number at (i, j, ...) tells its place: i * 1000 + j * 100 + ...
class Counting final : public StoredArray {
 public:
  Counting(std::vector<Index> shape, std::vector<Index> chunk) : shape_(std::move(shape)), chunk_(std::move(chunk)) {}
  [[nodiscard]] const std::vector<Index>& chunk() const noexcept override { return chunk_; }
  std::size_t read(std::span<const Index> place, std::span<std::byte> out) override {
    const std::size_t rank = chunk_.size();
    std::vector<Index> at(rank, 0);
    for (std::size_t n = 0; n < out.size() / sizeof(float); ++n) {
      float value = 0;
      for (std::size_t d = 0; d < rank; ++d) value = value * 10 + static_cast<float>(place[d] * chunk_[d] + at[d]);
      std::memcpy(out.data() + n * sizeof(float), &value, sizeof value);
      for (std::size_t d = rank; d-- > 0 && ++at[d] == chunk_[d];) at[d] = 0;
    }
    return 1;
  }
  [[nodiscard]] std::unique_ptr<FetchedChunk> fetch(std::span<const Index> place, std::span<std::byte> out) override {
    class Later final : public FetchedChunk {
     public:
      Later(Counting& array, std::span<const Index> place, std::span<std::byte> out)
          : array_(array), place_(place.begin(), place.end()), out_(out) {}
      [[nodiscard]] ZlibStream stream() const noexcept override { return {}; }
      void finish() override { (void)array_.read(place_, out_); }

     private:
      Counting& array_;
      std::vector<Index> place_;
      std::span<std::byte> out_;
    };
    return std::make_unique<Later>(*this, place, out);
  }

 private:
  std::vector<Index> shape_, chunk_;
};

std::vector<float> chunk_of(const CfDescription& about, std::vector<Index> chunk, const ChunkPlace& place) {
  CfSource source("f.nc", about, std::make_unique<Counting>(about.shape, std::move(chunk)), {});
  std::vector<float> out(static_cast<std::size_t>(source.chunk().area()), -1);
  std::byte* bytes = reinterpret_cast<std::byte*>(out.data());
  const int band = 0;
  (void)source.read_chunk({&band, 1}, place, {&bytes, 1});
  // What is fetched and finished is what is read.
  std::vector<float> later(out.size(), -1);
  bytes = reinterpret_cast<std::byte*>(later.data());
  if (const auto fetched = source.fetch_chunk({&band, 1}, place, {&bytes, 1})) {
    fetched->finish();
    EXPECT_EQ(later, out);
  }
  return out;
}

TEST(CfSource, TurnsDimensionsAroundAndSouthUp) {
  CfDescription about;
  about.shape = {3, 2, 4};  // lon, time, lat
  about.x = 0;
  about.time = 1;
  about.y = 2;
  about.fixed = {0, 0, 0};
  about.grid = Grid({}, {}, {4, 3});
  about.times.seconds = {0, 1};
  // Element (lon i, time t, lat j) is i * 100 + t * 10 + j.
  EXPECT_EQ(chunk_of(about, {3, 2, 4}, {}), (std::vector<float>{0,  100, 200, 1,  101, 201, 2,  102, 202, 3,  103, 203,  //
                                                                10, 110, 210, 11, 111, 211, 12, 112, 212, 13, 113, 213}));
  about.south_up = true;
  EXPECT_EQ(chunk_of(about, {3, 1, 4}, {1, 0, 0}), (std::vector<float>{13, 113, 213, 12, 112, 212, 11, 111, 211, 10, 110, 210}));
  about.mirrored = true;
  EXPECT_EQ(chunk_of(about, {3, 1, 4}, {0, 0, 0}), (std::vector<float>{203, 103, 3, 202, 102, 2, 201, 101, 1, 200, 100, 0}));
}

TEST(CfSource, JoinsChunksThatDoNotEndWhereRowsFromTheNorthDo) {
  CfDescription about;
  about.shape = {5, 2};
  about.y = 0;
  about.x = 1;
  about.fixed = {0, 0};
  about.south_up = true;
  about.grid = Grid({}, {}, {5, 2});
  // Rows from the north: 4, 3, 2, 1, 0; the storage keeps (0, 1, 2) and (3, 4).
  EXPECT_EQ(chunk_of(about, {3, 2}, {0, 0, 0}), (std::vector<float>{40, 41, 30, 31, 20, 21}));
  EXPECT_EQ(chunk_of(about, {3, 2}, {0, 1, 0}), (std::vector<float>{10, 11, 0, 1, -1, -1}));
}

TEST(CfSource, TakesOneLevelOutOfAChunkOfSeveral) {
  CfDescription about;
  about.shape = {1, 4, 2, 2};  // time, level, lat, lon
  about.time = 0;
  about.y = 2;
  about.x = 3;
  about.fixed = {0, 3, 0, 0};
  about.grid = Grid({}, {}, {2, 2});
  about.times.seconds = {0};
  EXPECT_EQ(chunk_of(about, {1, 2, 2, 2}, {}), (std::vector<float>{300, 301, 310, 311}));
}

/// Some bands of four, of two rows and columns, in chunks of a shape; `reads` counts the chunks that were decoded.
std::vector<std::vector<float>> bands_of(std::vector<Index> chunk, std::vector<int> numbers, std::size_t* reads = nullptr) {
  CfDescription about;
  about.shape = {4, 2, 2};  // label, lat, lon
  about.labels = 0;
  about.y = 1;
  about.x = 2;
  about.fixed = {0, 0, 0};
  about.grid = Grid({}, {}, {2, 2});
  about.bands.resize(4);
  CfSource source("f.zarr", about, std::make_unique<Counting>(about.shape, chunk), {});
  EXPECT_EQ(source.interleaved(), chunk[0] == 4);
  std::vector<std::vector<float>> out(numbers.size(), std::vector<float>(4, -1));
  std::vector<std::byte*> planes;
  for (auto& plane : out) planes.push_back(reinterpret_cast<std::byte*>(plane.data()));
  const std::size_t bytes = source.read_chunk(numbers, {}, planes);
  if (reads != nullptr) *reads = bytes;
  return out;
}

TEST(CfSource, ReadsSomeBandsOfAChunkThatHoldsAllByDecodingItOnce) {
  std::size_t reads = 0;
  EXPECT_EQ(bands_of({4, 2, 2}, {3, 1}, &reads), (std::vector<std::vector<float>>{{300, 301, 310, 311}, {100, 101, 110, 111}}));
  EXPECT_EQ(reads, 1U);
  EXPECT_EQ(bands_of({2, 2, 2}, {3, 2, 0}, &reads),
            (std::vector<std::vector<float>>{{300, 301, 310, 311}, {200, 201, 210, 211}, {0, 1, 10, 11}}));
  EXPECT_EQ(reads, 2U);
  EXPECT_EQ(bands_of({1, 2, 2}, {3, 2}, &reads), (std::vector<std::vector<float>>{{300, 301, 310, 311}, {200, 201, 210, 211}}));
  EXPECT_EQ(reads, 2U);
}

}  // namespace
}  // namespace terroir
