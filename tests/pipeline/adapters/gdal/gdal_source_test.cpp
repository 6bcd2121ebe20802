#include "pipeline/adapters/gdal/gdal_source.h"
#include "pipeline/adapters/gdal/gdal_opener.h"
#include "pipeline/error.h"
#include "tests/pipeline/adapters/gdal/raster_file.h"
#include "tests/pipeline/adapters/gdal/read_all.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <thread>

namespace terroir {
namespace {

using test::RasterFile;
using test::RasterSpec;
using test::terrain;

/// Takes any text for a system: GDAL's part ends there.
class PlainCrs final : public CrsReader {
 public:
  Crs read(const std::string& text) override {
    Crs crs;
    crs.wkt = text;
    return crs;
  }
  std::vector<Attribute> cf_attributes(const Crs&) override { return {}; }
  Crs read_cf(const std::vector<Attribute>&) override { return {}; }
  std::shared_ptr<const CrsOperation> operation(const Crs&, const Crs&, std::span<const MapPoint>) override { return nullptr; }
};

class GdalSourceTest : public ::testing::Test {
 protected:
  std::string make(const std::string& name, const RasterSpec& spec, double limit = 120) {
    const RasterFile file(folder_ / name, spec);
    for (int b = 1; b <= spec.bands; ++b) file.write(b, terrain(spec, static_cast<unsigned>(b), limit));
    return folder_ / name;
  }
  std::unique_ptr<Source> open(const std::string& path) { return opener_.open(path); }

  void expect_error(const std::function<void()>& call, Fault fault, const std::vector<std::string>& words) {
    try {
      call();
      ADD_FAILURE() << "nothing was thrown";
    } catch (const Error& e) {
      EXPECT_EQ(e.fault(), fault) << e.what();
      for (const auto& word : words) EXPECT_NE(std::string(e.what()).find(word), std::string::npos) << word << " is not in: " << e.what();
    }
  }

  test::TempFolder folder_;
  PlainCrs crs_;
  GdalOpener opener_{crs_};
};

void expect_pixels(const std::vector<float>& got, const std::vector<double>& want) {
  ASSERT_EQ(got.size(), want.size());
  for (std::size_t i = 0; i < got.size(); ++i) ASSERT_EQ(got[i], static_cast<float>(want[i])) << i;
}

TEST_F(GdalSourceTest, TellsTheFacts) {
  RasterSpec spec{.bands = 2, .type = GDT_Int16, .options = {"TILED=YES", "BLOCKXSIZE=64", "BLOCKYSIZE=32", "INTERLEAVE=BAND"}};
  {
    const RasterFile file(folder_ / "facts.tif", spec);
    GDALSetDescription(file.band(1), "elevation");
    GDALSetRasterUnitType(file.band(1), "m");
    GDALSetRasterNoDataValue(file.band(1), -32768);
    GDALSetRasterScale(file.band(2), 0.5);
    GDALSetRasterOffset(file.band(2), 10);
  }
  const auto source = open(folder_ / "facts.tif");
  EXPECT_EQ(source->path(), folder_ / "facts.tif");
  EXPECT_EQ(source->grid().affine(), (Affine{600000, 30, 5200000, -30}));
  EXPECT_EQ(source->grid().shape(), (Shape{70, 100}));
  EXPECT_NE(source->grid().crs().wkt.find("WGS 84 / UTM zone 32N"), std::string::npos);
  EXPECT_TRUE(source->times().is_static());
  ASSERT_EQ(source->bands().size(), 2u);
  EXPECT_EQ(source->bands()[0].description, "elevation");
  EXPECT_EQ(source->bands()[0].dtype, "int16");
  EXPECT_EQ(source->bands()[0].unit, "m");
  EXPECT_EQ(source->bands()[0].nodata, -32768);
  EXPECT_EQ(source->bands()[1].scale, 0.5);
  EXPECT_EQ(source->bands()[1].offset, 10);
  EXPECT_FALSE(source->bands()[0].masked);
  EXPECT_FALSE(source->interleaved());
  EXPECT_EQ(source->chunk().shape, (Shape{96, 128})) << "whole blocks that cover the small image";
}

TEST_F(GdalSourceTest, ReadsEveryTypeAndLayout) {
  const std::vector<std::vector<std::string>> layouts = {{}, {"TILED=YES", "BLOCKXSIZE=32", "BLOCKYSIZE=16"}, {"BLOCKYSIZE=7"}};
  int number = 0;
  for (const auto type : {GDT_Byte, GDT_UInt16, GDT_Int16, GDT_UInt32, GDT_Int32, GDT_Float32, GDT_Float64})
    for (const auto& layout : layouts)
      for (const std::string interleave : {"INTERLEAVE=PIXEL", "INTERLEAVE=BAND"}) {
        RasterSpec spec{.cols = 301, .rows = 290, .bands = 3, .type = type, .options = layout};
        spec.options.push_back(interleave);
        spec.options.push_back("COMPRESS=LZW");
        const auto source = open(make(std::to_string(number++) + ".tif", spec));
        EXPECT_EQ(source->interleaved(), interleave == "INTERLEAVE=PIXEL");
        const auto all = test::read_bands(*source, {2, 0}, {Decoding{}, Decoding{}});
        expect_pixels(all[0], terrain(spec, 3));
        expect_pixels(all[1], terrain(spec, 1));
      }
}

TEST_F(GdalSourceTest, SignedBytesAreSigned) {
  RasterSpec spec{.cols = 4, .rows = 1, .type = GDT_Byte, .options = {"PIXELTYPE=SIGNEDBYTE"}};
  RasterFile(folder_ / "signed.tif", spec).write(1, {0, 127, 128, 255});
  const auto source = open(folder_ / "signed.tif");
  EXPECT_EQ(source->bands()[0].dtype, "int8");
  EXPECT_EQ(test::read_band(*source, 0), (std::vector<float>{0, 127, -128, -1}));
}

TEST_F(GdalSourceTest, NodataScaleAndOffset) {
  RasterSpec spec{.cols = 4, .rows = 1, .type = GDT_Int16};
  {
    const RasterFile file(folder_ / "packed.tif", spec);
    file.write(1, {-32768, 0, 100, -10});
    GDALSetRasterNoDataValue(file.band(1), -32768);
    GDALSetRasterScale(file.band(1), 0.01);
    GDALSetRasterOffset(file.band(1), 273.15);
  }
  const auto source = open(folder_ / "packed.tif");
  const auto pixels = test::read_band(*source, 0);
  EXPECT_TRUE(std::isnan(pixels[0]));
  EXPECT_EQ(pixels[1], 273.15f);
  EXPECT_EQ(pixels[2], 274.15f);
  EXPECT_EQ(pixels[3], 273.05f);
}

TEST_F(GdalSourceTest, MasksAndAlphaHidePixels) {
  RasterSpec spec{.cols = 4, .rows = 1, .bands = 2, .type = GDT_Byte};
  {
    CPLSetConfigOption("GDAL_TIFF_INTERNAL_MASK", "YES");
    const RasterFile file(folder_ / "mask.tif", spec);
    GDALCreateDatasetMaskBand(file.get(), GMF_PER_DATASET);
    file.write(1, {1, 2, 3, 4});
    file.write(2, {5, 6, 7, 8});
    file.write_mask({255, 0, 255, 0});
  }
  RasterSpec with_alpha = spec;
  with_alpha.options = {"ALPHA=YES"};
  {
    const RasterFile file(folder_ / "alpha.tif", with_alpha);
    file.write(1, {1, 2, 3, 4});
    file.write(2, {255, 0, 1, 0});
  }
  const auto masked = open(folder_ / "mask.tif");
  EXPECT_TRUE(masked->bands()[0].masked);
  const auto both = test::read_bands(*masked, {0, 1}, {Decoding{}, Decoding{}});
  for (const auto& pixels : both)
    EXPECT_TRUE(!std::isnan(pixels[0]) && std::isnan(pixels[1]) && !std::isnan(pixels[2]) && std::isnan(pixels[3]));
  EXPECT_EQ(both[1][2], 7);

  const auto alpha = open(folder_ / "alpha.tif");
  ASSERT_EQ(alpha->bands().size(), 1u) << "the alpha band is no data";
  const auto pixels = test::read_band(*alpha, 0);
  EXPECT_TRUE(pixels[0] == 1 && std::isnan(pixels[1]) && pixels[2] == 3 && std::isnan(pixels[3]));
}

TEST_F(GdalSourceTest, AMaskBesideTheFileCounts) {
  RasterSpec spec{.cols = 2, .rows = 1, .type = GDT_Byte};
  {
    CPLSetConfigOption("GDAL_TIFF_INTERNAL_MASK", "NO");
    const RasterFile file(folder_ / "beside.tif", spec);
    GDALCreateDatasetMaskBand(file.get(), GMF_PER_DATASET);
    file.write(1, {1, 2});
    file.write_mask({0, 255});
  }
  ASSERT_TRUE(std::filesystem::exists(folder_ / "beside.tif.msk"));
  const auto source = open(folder_ / "beside.tif");
  const auto pixels = test::read_band(*source, 0);
  EXPECT_TRUE(std::isnan(pixels[0]));
  EXPECT_EQ(pixels[1], 2);
}

TEST_F(GdalSourceTest, SouthUpIsFlipped) {
  for (const int rows : {70, 300}) {
    RasterSpec spec{.rows = rows, .type = GDT_Int16, .options = {"BLOCKYSIZE=8"}, .transform = {100, 10, 0, 200, 0, 10}};
    const auto source = open(make("south.tif", spec));
    EXPECT_EQ(source->grid().affine(), (Affine{100, 10, 200.0 + 10 * rows, -10}));
    const auto stored = terrain(spec, 1);
    const auto pixels = test::read_band(*source, 0);
    for (int r = 0; r < rows; ++r)
      for (int c = 0; c < spec.cols; ++c)
        ASSERT_EQ(pixels[static_cast<std::size_t>(r * spec.cols + c)], stored[static_cast<std::size_t>((rows - 1 - r) * spec.cols + c)]);
  }
}

TEST_F(GdalSourceTest, RotatedGridsAreRefused) {
  make("rotated.tif", {.transform = {0, 1, 0.5, 0, 0.5, -1}});
  make("mirrored.tif", {.transform = {0, -1, 0, 0, 0, -1}});
  for (const std::string name : {"rotated.tif", "mirrored.tif"})
    expect_error([&] { open(folder_ / name); }, Fault::mistake, {name, "rotated", "gdalwarp"});
}

TEST_F(GdalSourceTest, NoGridNoSystem) {
  const auto source = open(make("plain.tif", {.transform = {0, 1, 0, 0, 0, 1}, .epsg = 0}));
  EXPECT_FALSE(source->grid().crs().known());
  EXPECT_EQ(source->grid().affine(), Affine{});
}

TEST_F(GdalSourceTest, WhatCannotBeOpenedSaysWhy) {
  expect_error([&] { open(folder_ / "none.tif"); }, Fault::mistake, {"none.tif", "there is no such file", "check the path"});
  expect_error([&] { open(std::filesystem::path(folder_ / "x").parent_path()); }, Fault::mistake, {"is a folder", "*.tif"});
  std::ofstream(folder_ / "notes.tif") << "no raster";
  expect_error([&] { open(folder_ / "notes.tif"); }, Fault::mistake, {"notes.tif", "format", "gdal_translate"});
  std::ofstream(folder_ / "empty.tif");
  expect_error([&] { open(folder_ / "empty.tif"); }, Fault::mistake, {"empty.tif"});
  std::ofstream(folder_ / "all.vrt") << "<VRTDataset rasterXSize=\"1\" rasterYSize=\"1\"></VRTDataset>";
  expect_error([&] { open(folder_ / "all.vrt"); }, Fault::mistake, {"all.vrt", "VRT", "TERROIR_ALLOW_VRT"});
  make("complex.tif", {.type = GDT_CFloat32});
  expect_error([&] { open(folder_ / "complex.tif"); }, Fault::mistake, {"band 1", "CFloat32"});
}

TEST_F(GdalSourceTest, VrtIsReadWhereItIsAllowed) {
  const RasterSpec spec{.type = GDT_Byte};
  make("one.tif", spec);
  std::ofstream(folder_ / "one.vrt")
      << R"(<VRTDataset rasterXSize="100" rasterYSize="70"><VRTRasterBand dataType="Byte" band="1"><SimpleSource>)"
      << R"(<SourceFilename relativeToVRT="1">one.tif</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>)";
  GdalOptions options;
  options.allow_vrt = true;
  GdalOpener opener(crs_, options);
  const auto source = opener.open(folder_ / "one.vrt");
  expect_pixels(test::read_band(*source, 0), terrain(spec, 1));
}

TEST_F(GdalSourceTest, DamagedPixelsNameThemselves) {
  RasterSpec spec{.cols = 512,
                  .rows = 512,
                  .bands = 2,
                  .type = GDT_Int16,
                  .options = {"TILED=YES", "COMPRESS=DEFLATE", "BLOCKXSIZE=256", "BLOCKYSIZE=256", "INTERLEAVE=BAND"}};
  const std::string path = make("damaged.tif", spec);
  const auto size = std::filesystem::file_size(path);
  std::filesystem::resize_file(path, size - 200);  // the last tile of the last band
  const auto source = open(path);
  const auto read = [&](Index row, Index col) { test::read_chunk(*source, {1}, {{}}, {0, row, col}); };
  EXPECT_NO_THROW(read(0, 0));
  expect_error([&] { read(1, 1); }, Fault::data, {"damaged.tif", "band 2", "rows 256 to 511", "columns 256 to 511"});
  EXPECT_NO_THROW(read(0, 1)) << "the other tiles stay readable";
}

TEST_F(GdalSourceTest, TellsTheBytesThatItRead) {
  RasterSpec spec{.cols = 64, .rows = 32, .type = GDT_Int16};
  const auto source = open(make("plain.tif", spec));
  std::vector<std::int16_t> numbers(static_cast<std::size_t>(source->chunk().area()));
  const std::array<std::byte*, 1> out = {reinterpret_cast<std::byte*>(numbers.data())};
  const std::array<int, 1> band = {0};
  EXPECT_EQ(source->read_chunk(band, {0, 0, 0}, out), 64u * 32 * 2) << "a file without compression";
}

TEST_F(GdalSourceTest, BitsOfWideIntegers) {
  RasterSpec spec{.cols = 2, .rows = 1, .type = GDT_Int32};
  RasterFile(folder_ / "large.tif", spec).write(1, {16777216, 16777217});
  const auto source = open(folder_ / "large.tif");
  EXPECT_EQ(source->stored_type(0), SampleType::int32);
  Decoding low_bits;
  low_bits.bits = {0, 15};
  EXPECT_EQ(test::read_bands(*source, {0}, {low_bits})[0], (std::vector<float>{0, 1}));
}

TEST_F(GdalSourceTest, FingerprintsTellContentsApart) {
  const std::string a = make("a.tif", {}), b = make("b.tif", {}, 100);
  std::filesystem::copy(a, folder_ / "copy.tif");
  EXPECT_EQ(open(a)->fingerprint(), open(folder_ / "copy.tif")->fingerprint());
  EXPECT_FALSE(open(a)->fingerprint() == open(b)->fingerprint());
  EXPECT_EQ(open(a)->fingerprint().size, std::filesystem::file_size(a));
}

TEST_F(GdalSourceTest, ManySourcesShareFewHandles) {
  GdalOptions options;
  options.open_handles = 2;
  GdalOpener opener(crs_, options);
  std::vector<std::unique_ptr<Source>> sources;
  const RasterSpec spec{.type = GDT_Byte};
  for (int i = 0; i < 5; ++i) sources.push_back(opener.open(make(std::to_string(i) + ".tif", spec)));
  const auto links = [&] {
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
      std::error_code gone;
      if (std::filesystem::read_symlink(entry, gone).string().find(std::filesystem::path(folder_ / "x").parent_path().string()) == 0)
        ++count;
    }
    return count;
  };
  for (int round = 0; round < 2; ++round)
    for (const auto& source : sources) {
      expect_pixels(test::read_band(*source, 0), terrain(spec, 1));
      EXPECT_LE(links(), 2);
    }
}

TEST_F(GdalSourceTest, ThreadsReadTheSameFile) {
  const RasterSpec spec{.cols = 700, .rows = 600, .bands = 2, .type = GDT_UInt16, .options = {"TILED=YES", "COMPRESS=DEFLATE"}};
  const auto source = open(make("threads.tif", spec));
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] { expect_pixels(test::read_band(*source, t % 2), terrain(spec, static_cast<unsigned>(1 + t % 2))); });
  for (auto& thread : threads) thread.join();
}

TEST_F(GdalSourceTest, GlobMatchesInEveryPart) {
  for (const std::string folder : {"2019", "2020", "other"}) std::filesystem::create_directory(folder_ / folder);
  for (const std::string name :
       {"2019/b2.tif", "2019/b10.tif", "2020/b2.tif", "2020/b2.txt", "other/b2.tif", "2020/.b3.tif", "2020/[b].tif"})
    std::ofstream(folder_ / name);
  const auto paths = [&](const std::vector<std::string>& names) {
    std::vector<std::string> list;
    for (const auto& name : names) list.push_back(folder_ / name);
    return list;
  };
  EXPECT_EQ(opener_.glob(folder_ / "20?"
                                   "?/b*.tif"),
            paths({"2019/b10.tif", "2019/b2.tif", "2020/b2.tif"}));
  EXPECT_EQ(opener_.glob(folder_ / "*/b2.tif"), paths({"2019/b2.tif", "2020/b2.tif", "other/b2.tif"}));
  EXPECT_EQ(opener_.glob(folder_ / "2020/[b]*.tif"), paths({"2020/[b].tif"})) << "brackets are themselves";
  EXPECT_EQ(opener_.glob(folder_ / "2021/*"), paths({}));
  EXPECT_EQ(opener_.glob(folder_ / "2020/b2.tif"), paths({"2020/b2.tif"}));
  expect_error([&] { (void)opener_.glob("/vsizip/" + folder_ / "none.zip/*.tif"); }, Fault::mistake, {"may not be used"});
}

}  // namespace
}  // namespace terroir
