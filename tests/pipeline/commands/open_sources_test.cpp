#include "pipeline/commands/open_sources.h"

#include "pipeline/adapters/proj/proj_crs_reader.h"
#include "pipeline/error.h"
#include "tests/pipeline/adapters/gdal/raster_file.h"
#include "tests/pipeline/adapters/gdal/read_all.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <fstream>

namespace terroir {
namespace {

using test::RasterFile;
using test::RasterSpec;
using test::terrain;

class OpenSources : public ::testing::Test {
 protected:
  std::unique_ptr<Source> make(const RasterSpec& spec) {
    const std::string path = folder_ / (std::to_string(number_++) + ".tif");
    {
      const RasterFile file(path, spec);
      for (int b = 1; b <= spec.bands; ++b) file.write(b, terrain(spec, static_cast<unsigned>(b)));
    }
    return opener_->open(path);
  }

  test::TempFolder folder_;
  ProjCrsReader crs_;
  std::unique_ptr<SourceOpener> opener_ = make_source_opener(crs_);
  int number_ = 0;
};

void expect_terrain(Source& source, const RasterSpec& spec) {
  for (int b = 0; b < spec.bands; ++b) {
    const auto pixels = test::read_band(source, b);
    const auto want = terrain(spec, static_cast<unsigned>(b + 1));
    for (std::size_t i = 0; i < want.size(); ++i) ASSERT_EQ(pixels[i], static_cast<float>(want[i])) << i;
  }
}

TEST_F(OpenSources, PixelsAreTheSameWhoeverReadsThem) {
  const std::vector<std::vector<std::string>> kinds = {
      {"TILED=YES", "COMPRESS=DEFLATE", "PREDICTOR=2"},  // direct
      {"COMPRESS=DEFLATE", "BLOCKYSIZE=7"},              // direct, strips merged into chunks
      {"COMPRESS=LZW", "TILED=YES"},                     // direct
      {"COMPRESS=PACKBITS"},                             // GDAL
      {},                                                // plain strips
  };
  for (const auto& options : kinds)
    for (const std::string interleave : {"INTERLEAVE=PIXEL", "INTERLEAVE=BAND"}) {
      RasterSpec spec{.cols = 300, .rows = 530, .bands = 3, .type = GDT_UInt16, .options = options};
      spec.options.push_back(interleave);
      const auto source = make(spec);
      EXPECT_EQ(source->grid().crs().authority, "EPSG:32632");
      expect_terrain(*source, spec);
    }
}

// What another process found is all that is needed, but for the fingerprint, which is that of the file that is read here.
TEST_F(OpenSources, MadeAgainFromFactsTheyHaveTheSamePixels) {
  for (const std::string compression : {"COMPRESS=DEFLATE", "COMPRESS=PACKBITS"}) {  // direct, and by GDAL
    const RasterSpec spec{.cols = 300, .rows = 530, .bands = 2, .type = GDT_Int16, .options = {compression}};
    const auto source = make(spec);
    ASSERT_TRUE(source->reopens());
    const SampleType type = source->stored_type(0);
    const auto again = make_source_opener(crs_);
    const auto same = again->reopen({source->path(),
                                     source->grid(),
                                     source->times(),
                                     source->bands(),
                                     {type, type},
                                     source->chunk(),
                                     source->interleaved(),
                                     0,
                                     {1, 2, 3}});
    expect_terrain(*same, spec);
    EXPECT_EQ(same->fingerprint(), source->fingerprint());
  }
}

// What GDAL reads of another file would not fit its place: here twice the bytes of a number.
TEST_F(OpenSources, ThatBecameOthersAreNotRead) {
  const RasterSpec narrow{.cols = 300, .rows = 530, .type = GDT_Byte, .options = {"COMPRESS=PACKBITS"}};
  RasterSpec wide = narrow;
  wide.type = GDT_UInt16;
  const auto source = make(wide);
  for (const SampleType told : {SampleType::uint16, SampleType::uint8}) {
    const auto again = make_source_opener(crs_);
    const auto other = again->reopen(
        {source->path(), source->grid(), source->times(), source->bands(), {told}, source->chunk(), source->interleaved(), 0, {}});
    if (told == SampleType::uint16) {
      expect_terrain(*other, wide);
      continue;
    }
    try {
      (void)test::read_band(*other, 0);
      ADD_FAILURE() << "nothing was thrown";
    } catch (const Error& error) {
      EXPECT_EQ(error.fault(), Fault::data);
      EXPECT_NE(std::string(error.what()).find("is not the file whose header was read before"), std::string::npos) << error.what();
    }
  }
}

TEST_F(OpenSources, ThatAreNotThereAreNotMadeFromFacts) {
  SourceFacts facts;
  facts.path = folder_ / "none.tif";
  try {
    (void)opener_->reopen(facts);
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::mistake);
    EXPECT_NE(std::string(error.what()).find("none.tif"), std::string::npos) << error.what();
  }
}

TEST_F(OpenSources, OneStripForTheWholeImage) {
  const RasterSpec spec{.cols = 300, .rows = 530, .type = GDT_Float32, .options = {"BLOCKYSIZE=530", "COMPRESS=DEFLATE", "PREDICTOR=3"}};
  const auto source = make(spec);
  expect_terrain(*source, spec);
}

TEST_F(OpenSources, SouthUpAndMaskedFilesGoToGdal) {
  const RasterSpec south{.type = GDT_Byte, .options = {"COMPRESS=DEFLATE"}, .transform = {100, 10, 0, 200, 0, 10}};
  const auto flipped = make(south);
  EXPECT_FALSE(flipped->reopens());
  const auto stored = terrain(south, 1);
  EXPECT_EQ(test::read_band(*flipped, 0)[0], stored[69 * 100]) << "the first row is the northern one";

  const RasterSpec spec{.cols = 2, .rows = 1, .type = GDT_Byte, .options = {"COMPRESS=DEFLATE"}};
  {
    CPLSetConfigOption("GDAL_TIFF_INTERNAL_MASK", "YES");
    const RasterFile file(folder_ / "mask.tif", spec);
    GDALCreateDatasetMaskBand(file.get(), GMF_PER_DATASET);
    file.write(1, {1, 2});
    file.write_mask({0, 255});
  }
  const auto pixels = test::read_band(*opener_->open(folder_ / "mask.tif"), 0);
  EXPECT_TRUE(std::isnan(pixels[0]));
  EXPECT_EQ(pixels[1], 2);
}

// Of files with one header GDAL is asked about the first; what lies beside one of them counts all the same.
TEST_F(OpenSources, FilesWithOneHeaderDifferInPixelsAndInWhatLiesBesideThem) {
  const RasterSpec spec{.cols = 300, .rows = 530, .type = GDT_Int16, .options = {"TILED=YES", "COMPRESS=DEFLATE"}};
  for (const unsigned seed : {1U, 2U, 3U}) {
    const RasterFile file(folder_ / ("date" + std::to_string(seed) + ".tif"), spec);
    file.write(1, terrain(spec, seed));
  }
  std::ofstream(folder_ / "date3.tif.aux.xml")
      << R"(<PAMDataset><PAMRasterBand band="1"><NoDataValue>7</NoDataValue></PAMRasterBand></PAMDataset>)";
  for (const unsigned seed : {1U, 2U, 3U}) {
    const auto source = opener_->open(folder_ / ("date" + std::to_string(seed) + ".tif"));
    EXPECT_EQ(source->grid().crs().authority, "EPSG:32632");
    EXPECT_EQ(source->grid().affine(), (Affine{600000, 30, 5200000, -30}));
    EXPECT_EQ(source->bands()[0].nodata, seed == 3 ? std::optional(7.0) : std::nullopt);
    const auto pixels = test::read_band(*source, 0);
    const auto want = terrain(spec, seed);
    for (std::size_t i = 0; i < want.size(); ++i) {
      if (seed == 3 && want[i] == 7)
        ASSERT_TRUE(std::isnan(pixels[i])) << i;
      else
        ASSERT_EQ(pixels[i], static_cast<float>(want[i])) << i;
    }
  }
}

TEST_F(OpenSources, ACutOffFileIsReportedWithItsPlace) {
  const RasterSpec spec{.cols = 512, .rows = 512, .type = GDT_Int16, .options = {"TILED=YES", "COMPRESS=DEFLATE"}};
  {
    const auto source = make(spec);
    std::filesystem::resize_file(source->path(), std::filesystem::file_size(source->path()) - 100);
  }
  const auto source = opener_->open(folder_ / "0.tif");
  try {
    test::read_band(*source, 0);
    ADD_FAILURE() << "nothing was thrown";
  } catch (const Error& e) {
    EXPECT_EQ(e.fault(), Fault::data);
    EXPECT_NE(std::string(e.what()).find("0.tif: band 1, rows 256 to 511, columns 256 to 511"), std::string::npos) << e.what();
  }
}

// GDAL takes the bytes that inflate to something, whatever their checksum says.
TEST_F(OpenSources, AWrongChecksumIsDamage) {
  const RasterSpec spec{.cols = 256, .rows = 256, .type = GDT_Int16, .options = {"TILED=YES", "COMPRESS=DEFLATE"}};
  std::string path;
  {
    const auto source = make(spec);
    path = source->path();
  }
  // The file's one tile ends with the four bytes of its Adler-32.
  const auto size = static_cast<std::streamoff>(std::filesystem::file_size(path));
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(size - 1);
  file.put('\x55');
  file.close();
  EXPECT_THROW(test::read_band(*opener_->open(path), 0), Error);
}

/// Public rasters that may lie beside the project.
class RealRasters : public OpenSources {
 protected:
  void SetUp() override {
    folder_path_ = std::filesystem::path(TERROIR_SOURCE_DIR) / ".." / "shared" / "real-data";
    if (!std::filesystem::exists(folder_path_)) GTEST_SKIP() << "the real rasters are not beside the source folder";
  }
  std::unique_ptr<Source> open(const std::string& name) { return opener_->open((folder_path_ / name).string()); }
  [[nodiscard]] std::vector<double> by_gdal(const std::string& name, int band) const {
    return test::gdal_values((folder_path_ / name).string(), band);
  }

 private:
  std::filesystem::path folder_path_;
};

TEST_F(RealRasters, ADemWithHoles) {
  const auto source = open("dem_vinschgau.tif");
  EXPECT_EQ(source->grid().crs().authority, "EPSG:32632");
  EXPECT_EQ(source->grid().affine(), (Affine{598250, 250, 5193000, -250}));
  const auto pixels = test::read_band(*source, 0);
  const auto stored = by_gdal("dem_vinschgau.tif", 1);
  std::size_t valid = 0;
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    if (stored[i] < -1e38) {
      ASSERT_TRUE(std::isnan(pixels[i]));
      continue;
    }
    ASSERT_EQ(pixels[i], static_cast<float>(stored[i]));
    ++valid;
  }
  EXPECT_GT(valid, 20000u);
}

TEST_F(RealRasters, SixBandsInterleavedByPixel) {
  const auto source = open("landsat7_etm.tif");
  ASSERT_EQ(source->bands().size(), 6u);
  EXPECT_TRUE(source->interleaved());
  EXPECT_EQ(source->grid().crs().authority, "EPSG:31985");
  const auto all = test::read_bands(*source, {0, 1, 2, 3, 4, 5}, std::vector<Decoding>(6));
  for (int b = 0; b < 6; ++b) {
    const auto stored = by_gdal("landsat7_etm.tif", b + 1);
    for (std::size_t i = 0; i < stored.size(); ++i) ASSERT_EQ(all[static_cast<std::size_t>(b)][i], static_cast<float>(stored[i]));
  }
}

TEST_F(RealRasters, ADamagedFileEndsInOneError) {
  const auto source = open("corrupt.tif");
  EXPECT_EQ(source->grid().crs().authority, "EPSG:3857");
  EXPECT_NO_THROW(test::read_chunk(*source, {0}, {{}}, {0, 0, 0}));
  try {
    test::read_chunk(*source, {0}, {{}}, {0, 1, 1});
    ADD_FAILURE() << "nothing was thrown";
  } catch (const Error& e) {
    EXPECT_EQ(e.fault(), Fault::data);
    EXPECT_NE(std::string(e.what()).find("corrupt.tif: band 1, rows 512 to 1023, columns 512 to 1023"), std::string::npos) << e.what();
  }
}

}  // namespace
}  // namespace terroir
