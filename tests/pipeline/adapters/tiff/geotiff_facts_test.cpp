#include "pipeline/adapters/tiff/geotiff_facts.h"

#include "pipeline/adapters/gdal/gdal_opener.h"
#include "pipeline/adapters/gdal/gdal_source.h"
#include "pipeline/adapters/proj/proj_crs_reader.h"
#include "tests/pipeline/adapters/gdal/raster_file.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>

namespace terroir {
namespace {

using test::RasterFile;
using test::RasterSpec;

// GDAL is the reference: what is read here without it must be what it finds.
class GeotiffFacts : public ::testing::Test {
 protected:
  using Change = std::function<void(const RasterFile&)>;

  std::string make(const RasterSpec& spec, const Change& change = {}) {
    const std::string path = folder_ / (std::to_string(number_++) + ".tif");
    const RasterFile file(path, spec);
    if (change) change(file);
    file.write(1, test::terrain(spec, 1));
    return path;
  }
  std::optional<SourceFacts> facts(const std::string& path) { return read_geotiff_facts(LocalFile(path), crs_); }

  void expect_as_gdal(const std::string& path, const std::string& what) {
    const auto here = facts(path);
    ASSERT_TRUE(here.has_value()) << what;
    const auto gdal = GdalOpener(crs_).open_file(path);
    EXPECT_TRUE(gdal->stored_plainly()) << what;
    EXPECT_EQ(here->path, path) << what;
    EXPECT_EQ(here->grid.crs().wkt, gdal->grid().crs().wkt) << what;
    EXPECT_EQ(here->grid.crs().authority, gdal->grid().crs().authority) << what;
    EXPECT_EQ(here->grid.affine(), gdal->grid().affine()) << what;
    EXPECT_EQ(here->grid.shape(), gdal->grid().shape()) << what;
    EXPECT_EQ(here->bands, gdal->bands()) << what;
    EXPECT_EQ(here->chunk, gdal->chunk()) << what;
    EXPECT_EQ(here->interleaved, gdal->interleaved()) << what;
    EXPECT_TRUE(here->times.is_static()) << what;
    for (std::size_t band = 0; band < here->types.size(); ++band)
      EXPECT_EQ(here->types[band], gdal->stored_type(static_cast<int>(band))) << what;
  }

  /// Changes the 12 bytes of a tag's entry in the directory of a classic TIFF.
  void change_entry(const std::string& path, std::uint16_t tag, const std::function<void(char*)>& change) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    std::string bytes((std::istreambuf_iterator<char>(file)), {});
    std::uint32_t directory = 0;
    std::uint16_t count = 0;
    std::memcpy(&directory, &bytes[4], sizeof directory);
    std::memcpy(&count, &bytes[directory], sizeof count);
    for (std::size_t i = 0; i < count; ++i) {
      char* const entry = &bytes[directory + 2 + 12 * i];
      if (std::memcmp(entry, &tag, sizeof tag) != 0) continue;
      change(entry);
      file.seekp(0);
      file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
      return;
    }
    FAIL() << path << " has no tag " << tag;
  }
  /// Gives a GeoKey another code.
  void replace_key(const std::string& path, std::uint16_t key, std::uint16_t code) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), {});
    const std::array<std::uint16_t, 3> begin = {key, 0, 1};
    const auto at = bytes.find(std::string(reinterpret_cast<const char*>(begin.data()), sizeof begin));
    ASSERT_NE(at, std::string::npos);
    file.seekp(static_cast<std::streamoff>(at + sizeof begin));
    file.write(reinterpret_cast<const char*>(&code), sizeof code);
  }

  test::TempFolder folder_;
  ProjCrsReader crs_;
  int number_ = 0;
};

TEST_F(GeotiffFacts, OfEveryTypeAndLayoutAreThoseOfGdal) {
  const std::vector<std::vector<std::string>> layouts = {{"TILED=YES", "COMPRESS=DEFLATE", "PREDICTOR=2"},
                                                         {"TILED=YES", "BLOCKXSIZE=64", "BLOCKYSIZE=32", "COMPRESS=LZW"},
                                                         {"COMPRESS=DEFLATE", "BLOCKYSIZE=7"},
                                                         {"COMPRESS=ZSTD", "BIGTIFF=YES"},
                                                         {"BLOCKYSIZE=70", "COMPRESS=DEFLATE"},
                                                         {"BLOCKYSIZE=35"}};
  for (const auto type : {GDT_Byte, GDT_UInt16, GDT_Int16, GDT_UInt32, GDT_Int32, GDT_Float32, GDT_Float64})
    for (const auto& options : layouts)
      for (const int bands : {1, 3}) {
        if (type == GDT_Float64 && options.size() > 2) continue;  // libtiff has no predictor 2 for 64 bits
        RasterSpec spec{.bands = bands, .type = type, .options = options};
        for (const std::string interleave : {"INTERLEAVE=PIXEL", "INTERLEAVE=BAND"}) {
          RasterSpec kept = spec;
          kept.options.insert(kept.options.end(), {interleave, "PHOTOMETRIC=MINISBLACK", "ALPHA=NO"});
          const std::string path = make(kept, [&](const RasterFile& file) { GDALSetRasterNoDataValue(file.band(1), 7); });
          expect_as_gdal(path, std::string(GDALGetDataTypeName(type)) + ", " + std::to_string(bands) + " bands, " + interleave + ", " +
                                   options.back());
        }
      }
}

TEST_F(GeotiffFacts, OfEverySystemAreThoseOfGdal) {
  // Projected: transverse Mercator, conic, azimuthal, Mercator, oblique, polar; of axes that point north first, and to the west and south.
  for (const int code : {32632, 31985, 3035, 5070, 3857, 2056, 3031, 3413, 27700, 2154, 28992, 31467, 2193})
    for (const std::string kind : {"Area", "Point"}) {
      const auto change = [&](const RasterFile& file) { GDALSetMetadataItem(file.get(), "AREA_OR_POINT", kind.c_str(), nullptr); };
      expect_as_gdal(make({.epsg = code}, change), "EPSG:" + std::to_string(code) + ", " + kind);
    }
  for (const int code : {4326, 4258, 4269, 4674, 7844})
    for (const std::string kind : {"Area", "Point"}) {
      const auto change = [&](const RasterFile& file) { GDALSetMetadataItem(file.get(), "AREA_OR_POINT", kind.c_str(), nullptr); };
      expect_as_gdal(make({.transform = {10.5, 0.1, 0, 47.25, 0, -0.05}, .epsg = code}, change),
                     "EPSG:" + std::to_string(code) + ", " + kind);
    }
}

TEST_F(GeotiffFacts, OfEveryNodataValueAreThoseOfGdal) {
  for (const double nodata : {-9999.0, 0.0, 255.0, -32768.0, 1e30, -1.5e-7, 0.1, std::nan("")})
    for (const auto type : {GDT_Float32, GDT_Float64}) {
      const std::string path = make({.type = type}, [&](const RasterFile& file) { GDALSetRasterNoDataValue(file.band(1), nodata); });
      if (!std::isnan(nodata)) expect_as_gdal(path, std::to_string(nodata));
      const auto found = facts(path);
      ASSERT_TRUE(found && found->bands[0].nodata);
      const double stored = type == GDT_Float32 ? static_cast<double>(static_cast<float>(nodata)) : nodata;
      EXPECT_TRUE(std::isnan(nodata) ? std::isnan(*found->bands[0].nodata) : *found->bands[0].nodata == stored) << nodata;
    }
  expect_as_gdal(make({}), "none");
}

TEST_F(GeotiffFacts, NodataThatAnIntegerCannotHoldIsThatOfGdal) {
  for (const double nodata : {-9999.0, 300.0, 0.5, 0.0, 255.0})
    for (const auto type : {GDT_Byte, GDT_UInt16, GDT_Int32})
      expect_as_gdal(
          make({.type = type, .options = {"TILED=YES"}}, [&](const RasterFile& file) { GDALSetRasterNoDataValue(file.band(1), nodata); }),
          std::to_string(nodata) + " in " + GDALGetDataTypeName(type));
}

// GDAL takes what has come after a code that EPSG has withdrawn: 3857 for 3785, 9311 for 2163.
TEST_F(GeotiffFacts, SystemsThatEpsgHasWithdrawnAreLeftToGdal) {
  EXPECT_FALSE(crs_.epsg(3785));
  EXPECT_FALSE(crs_.epsg(2163));
  EXPECT_FALSE(crs_.epsg(1)) << "none";
  EXPECT_EQ(crs_.epsg(3857)->authority, "EPSG:3857");
  for (const std::uint16_t code : {std::uint16_t{3785}, std::uint16_t{2163}}) {
    const std::string path = make({.epsg = 3857});
    replace_key(path, 3072, code);
    EXPECT_FALSE(facts(path).has_value()) << code;
    EXPECT_NE(GdalOpener(crs_).open_file(path)->grid().crs().authority, "EPSG:" + std::to_string(code));
  }
}

TEST_F(GeotiffFacts, TagsOfUnusualTypesAreLeftToGdal) {
  constexpr std::uint16_t byte_type = 1, undefined = 7, signed_short = 8;
  const auto nodata = [](const RasterFile& file) { GDALSetRasterNoDataValue(file.band(1), -9999); };
  for (const auto& [tag, type] : std::vector<std::pair<std::uint16_t, std::uint16_t>>{
           {42113, byte_type}, {42113, undefined}, {339, signed_short}, {34737, undefined}, {33550, undefined}}) {
    const std::string path = make({.type = GDT_Int16}, nodata);
    ASSERT_TRUE(facts(path).has_value());
    change_entry(path, tag, [type = type](char* entry) { std::memcpy(entry + 2, &type, sizeof type); });
    EXPECT_FALSE(facts(path).has_value()) << tag << " of type " << type;
  }
}

TEST_F(GeotiffFacts, TagsGivenTwiceAreLeftToGdal) {
  const std::string path = make({});
  const std::uint16_t sample_format = 339;
  change_entry(path, 284, [&](char* entry) { std::memcpy(entry, &sample_format, sizeof sample_format); });
  EXPECT_FALSE(facts(path).has_value());
}

TEST_F(GeotiffFacts, CitationsThatMayHideUnitsAreLeftToGdal) {
  const std::string path = make({});
  ASSERT_TRUE(facts(path).has_value());
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), {});
  const auto at = bytes.find("WGS 84 / UTM");
  ASSERT_NE(at, std::string::npos);
  file.seekp(static_cast<std::streamoff>(at));
  file << "LUnits = foot";
  file.close();
  EXPECT_FALSE(facts(path).has_value());
}

TEST_F(GeotiffFacts, OverviewsAreNoReasonToAskGdal) {
  const RasterSpec spec{.cols = 300, .rows = 280, .options = {"TILED=YES", "COMPRESS=DEFLATE"}};
  const std::string path = make(spec);
  const GDALDatasetH dataset = GDALOpen(path.c_str(), GA_Update);
  int levels[] = {2, 4};
  ASSERT_EQ(GDALBuildOverviews(dataset, "NEAREST", 2, levels, 0, nullptr, nullptr, nullptr), CE_None);
  GDALClose(dataset);
  expect_as_gdal(path, "with overviews");
}

TEST_F(GeotiffFacts, WhatSaysMoreIsLeftToGdal) {
  const auto left = [&](const std::string& what, const RasterSpec& spec, const Change& change = {}) {
    EXPECT_FALSE(facts(make(spec, change)).has_value()) << what;
  };
  const auto with = [](std::vector<std::string> options, int bands = 1) {
    return RasterSpec{.bands = bands, .type = GDT_Byte, .options = std::move(options)};
  };
  left("a description", {}, [](const RasterFile& file) { GDALSetDescription(file.band(1), "height"); });
  left("a scale", {}, [](const RasterFile& file) { GDALSetRasterScale(file.band(1), 0.5); });
  left("a unit", {}, [](const RasterFile& file) { GDALSetRasterUnitType(file.band(1), "m"); });
  left("the largest float", {}, [](const RasterFile& file) { GDALSetRasterNoDataValue(file.band(1), -3.4e38); });
  left("an alpha band", with({"ALPHA=YES"}, 2));
  left("colours", with({"PHOTOMETRIC=RGB"}, 3));
  left("a layout that is not known", with({"COMPRESS=PACKBITS"}));
  left("other lengths than metres", {.epsg = 2263});
  left("heights as well", {.epsg = 7415});
  left("no system", {.epsg = 0});
  left("a south-up grid", {.transform = {600000, 30, 0, 5200000, 0, 30}});
  left("a rotated grid", {.transform = {600000, 30, 5, 5200000, 5, -30}});
  left("a system without a code", {.epsg = 0}, [](const RasterFile& file) {
    const OGRSpatialReferenceH own = OSRNewSpatialReference(nullptr);
    OSRImportFromProj4(own, "+proj=laea +lat_0=11 +lon_0=12 +datum=WGS84");
    GDALSetSpatialRef(file.get(), own);
    OSRDestroySpatialReference(own);
  });
  left("colours by number", with({}), [](const RasterFile& file) {
    const GDALColorTableH table = GDALCreateColorTable(GPI_RGB);
    const GDALColorEntry red{255, 0, 0, 255};
    GDALSetColorEntry(table, 1, &red);
    GDALSetRasterColorTable(file.band(1), table);
    GDALDestroyColorTable(table);
  });
  left("a mask", with({}), [](const RasterFile& file) {
    CPLSetThreadLocalConfigOption("GDAL_TIFF_INTERNAL_MASK", "YES");
    GDALCreateMaskBand(file.band(1), GMF_PER_DATASET);
    CPLSetThreadLocalConfigOption("GDAL_TIFF_INTERNAL_MASK", nullptr);
  });
}

TEST_F(GeotiffFacts, ImagesOfOneStripThatGdalTakesForManyAreLeftToIt) {
  EXPECT_FALSE(facts(make({.options = {"BLOCKYSIZE=70"}})).has_value());
  const std::string path = make({.cols = 20, .rows = 2001, .type = GDT_Byte, .options = {"BLOCKYSIZE=2001", "COMPRESS=LZW"}});
  EXPECT_FALSE(facts(path).has_value());
  expect_as_gdal(make({.cols = 20, .rows = 2000, .type = GDT_Byte, .options = {"BLOCKYSIZE=2000", "COMPRESS=LZW"}}), "2000 rows");
}

TEST_F(GeotiffFacts, OfADamagedFileAreNone) {
  const std::string path = make({});
  std::filesystem::resize_file(path, 100);
  EXPECT_FALSE(facts(path).has_value());
}

}  // namespace
}  // namespace terroir
