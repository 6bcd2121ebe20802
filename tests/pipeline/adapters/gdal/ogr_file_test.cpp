#include "pipeline/adapters/gdal/ogr_file.h"

#include "pipeline/adapters/proj/proj_crs_reader.h"
#include "pipeline/error.h"
#include "tests/pipeline/adapters/gdal/raster_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace terroir::test {
namespace {

using ::testing::HasSubstr;

class OgrFileTest : public ::testing::Test {
 protected:
  void SetUp() override { start_gdal(); }

  std::string write(const std::string& name, const std::string& features) {
    std::ofstream(folder_ / name) << R"({"type": "FeatureCollection", "features": [)" << features << "]}";
    return folder_ / name;
  }

  /// What opening a file, and reading its first layer, is told.
  std::string told(const std::string& path) {
    try {
      const auto file = open_vectors(path, crs_);
      file->read(file->layers().at(0), {}, [](const Feature&) {});
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }

  ProjCrsReader crs_;
  TempFolder folder_;
};

constexpr const char* square = R"({"type": "Feature", "properties": {"crop": "wheat", "id": 3, "height": 2.5, "tags": ["a"]},
  "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [4, 0], [4, 4], [0, 0]], [[2, 1], [3, 1], [3, 2], [2, 1]]]}})";
constexpr const char* two_parts = R"({"type": "Feature", "properties": {"crop": null, "id": 4},
  "geometry": {"type": "MultiPolygon", "coordinates": [[[[8, 0], [9, 0], [9, 1], [8, 0]]], [[[8, 5], [9, 5], [9, 6], [8, 5]]]]}})";
constexpr const char* nowhere = R"({"type": "Feature", "properties": {"id": 5}, "geometry": null})";
constexpr const char* line =
    R"({"type": "Feature", "properties": {"id": 6}, "geometry": {"type": "LineString", "coordinates": [[0, 0], [1, 1]]}})";

TEST_F(OgrFileTest, TellsWhatTheHeaderHolds) {
  const auto file = open_vectors(write("it.geojson", square), crs_);
  ASSERT_EQ(file->layers().size(), 1U);
  const VectorLayer& layer = file->layers()[0];
  EXPECT_EQ(layer.name, "it");
  EXPECT_EQ(layer.crs.authority, "EPSG:4326");
  EXPECT_TRUE(layer.polygonal);
  EXPECT_EQ(layer.features, 1);
  EXPECT_THAT(layer.bounds, testing::ElementsAre(0, 0, 4, 4));
  EXPECT_EQ(layer.find("crop")->kind, VectorAttribute::Kind::text);
  EXPECT_EQ(layer.find("id")->kind, VectorAttribute::Kind::integer);
  EXPECT_EQ(layer.find("height")->kind, VectorAttribute::Kind::real);
  EXPECT_EQ(layer.find("tags")->kind, VectorAttribute::Kind::other);
  EXPECT_EQ(layer.find("Crop"), nullptr);
}

TEST_F(OgrFileTest, ShowsRingsAndValuesAndLeavesOutWhatHasNoPlace) {
  const auto file = open_vectors(write("it.geojson", std::string(square) + "," + nowhere + "," + two_parts), crs_);
  std::vector<Feature> seen;
  file->read(file->layers()[0], {"id", "crop"}, [&](const Feature& feature) { seen.push_back(feature); });
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0].values[0]->number, 3);
  EXPECT_EQ(seen[0].values[0]->text, "3");
  EXPECT_EQ(seen[0].values[1]->text, "wheat");
  ASSERT_EQ(seen[0].rings.size(), 2U);
  EXPECT_FALSE(seen[0].rings[0].hole);
  EXPECT_TRUE(seen[0].rings[1].hole);
  EXPECT_EQ(seen[0].rings[1].points[2].x, 3);
  EXPECT_EQ(seen[0].rings[1].points[2].y, 2);
  EXPECT_FALSE(seen[1].values[1].has_value());
  ASSERT_EQ(seen[1].rings.size(), 2U);
  EXPECT_FALSE(seen[1].rings[1].hole);
}

TEST_F(OgrFileTest, RefusesWhatIsNoPolygon) {
  EXPECT_THAT(told(write("it.geojson", std::string(square) + "," + line)), HasSubstr("feature 6: it is a LINESTRING and no polygon; "));
}

TEST_F(OgrFileTest, OpensFilesByTheirFirstBytesAndNeverOverTheNetwork) {
  EXPECT_THAT(told(write("it.txt", square)), HasSubstr("it is no file of polygons that is read here"));
  std::ofstream(folder_ / "fake.gpkg") << "SQLite format 3";
  EXPECT_THAT(told(folder_ / "fake.gpkg"), HasSubstr("it cannot be read as polygons"));
  EXPECT_THAT(told("/vsicurl/https://localhost/it.gpkg"), HasSubstr("polygons are read from folders only"));
  std::ofstream(folder_ / "fake.gpkg-wal") << "changes";
  EXPECT_THAT(told(folder_ / "fake.gpkg"), HasSubstr("close the program that has it open"));
  EXPECT_FALSE(looks_like_vectors(write("it.txt", square)));
  EXPECT_TRUE(looks_like_vectors(write("it.geojson", square)));
}

TEST_F(OgrFileTest, AsksNoServerForACrs) {
  const std::string path = folder_ / "it.geojson";
  std::ofstream(path) << R"({"type": "FeatureCollection", "crs": {"type": "link", "properties": {"href": "http://127.0.0.1:9/crs"}},
    "features": [)" << square
                      << "]}";
  EXPECT_THAT(told(path), HasSubstr("it names its CRS by the address of a server, which is not asked; convert it"));
}

}  // namespace
}  // namespace terroir::test
