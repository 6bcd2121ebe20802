#include "pipeline/adapters/tiff/tiff_directory.h"

#include "tests/pipeline/adapters/gdal/raster_file.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace terroir {
namespace {

using test::RasterFile;
using test::RasterSpec;
using test::terrain;

class TiffDirectoryTest : public ::testing::Test {
 protected:
  /// `change`: what is said of the file beside its pixels.
  std::string make(const std::string& name, const RasterSpec& spec, unsigned seed = 1, void (*change)(const RasterFile&) = nullptr) {
    const RasterFile file(folder_ / name, spec);
    if (change != nullptr) change(file);
    for (int b = 1; b <= spec.bands; ++b) file.write(b, terrain(spec, seed));
    return folder_ / name;
  }
  std::optional<std::string> text(const std::string& path) { return geotiff_text(LocalFile(path)); }

  test::TempFolder folder_;
  RasterSpec tiled_{.cols = 300, .rows = 530, .bands = 2, .type = GDT_Int16, .options = {"TILED=YES", "COMPRESS=DEFLATE"}};
};

TEST_F(TiffDirectoryTest, ReadsTheEntriesOfBothKinds) {
  for (const std::string big : {"BIGTIFF=NO", "BIGTIFF=YES"}) {
    RasterSpec spec = tiled_;
    spec.options.push_back(big);
    const LocalFile file(make(big + ".tif", spec));
    const auto directories = read_tiff_directories(file, 8);
    ASSERT_EQ(directories.list.size(), 1u);
    EXPECT_TRUE(directories.complete);
    const auto& entries = directories.list[0];
    const auto width = std::find_if(entries.begin(), entries.end(), [](const auto& e) { return e.tag == 256; });
    ASSERT_NE(width, entries.end());
    EXPECT_EQ(width->count, 1u);
    std::array<std::byte, 2> number{};
    file.read(width->offset, number);
    EXPECT_EQ(little_endian(number.data(), 2), 300u);
    const auto bits = std::find_if(entries.begin(), entries.end(), [](const auto& e) { return e.tag == 258; });
    ASSERT_NE(bits, entries.end());
    EXPECT_EQ(bits->count * bits->value_bytes(), 4u) << "two bands, a SHORT for each";
  }
}

TEST_F(TiffDirectoryTest, FollowsTheListOfDirectories) {
  RasterSpec spec = tiled_;
  const std::string path = make("overviews.tif", spec);
  const GDALDatasetH dataset = GDALOpen(path.c_str(), GA_Update);
  int levels[] = {2, 4};
  ASSERT_EQ(GDALBuildOverviews(dataset, "NEAREST", 2, levels, 0, nullptr, nullptr, nullptr), CE_None);
  GDALClose(dataset);
  EXPECT_EQ(read_tiff_directories(LocalFile(path), 8).list.size(), 3u);
  const auto two = read_tiff_directories(LocalFile(path), 2);
  EXPECT_EQ(two.list.size(), 2u);
  EXPECT_FALSE(two.complete);
}

TEST_F(TiffDirectoryTest, OtherPixelsLeaveTheTextAsItIs) {
  const std::string one = make("one.tif", tiled_, 1), other = make("other.tif", tiled_, 2);
  EXPECT_NE(std::filesystem::file_size(one), std::filesystem::file_size(other)) << "blocks lie elsewhere";
  ASSERT_TRUE(text(one));
  EXPECT_EQ(text(one), text(other));
}

TEST_F(TiffDirectoryTest, WhatIsSaidOfThemDoesNot) {
  const auto plain = text(make("plain.tif", tiled_));
  const auto changed = [&](const std::string& name, const RasterSpec& spec, void (*change)(const RasterFile&) = nullptr) {
    const auto said = text(make(name, spec, 1, change));
    EXPECT_TRUE(said) << name;
    EXPECT_NE(said, plain) << name;
  };
  RasterSpec spec = tiled_;
  spec.epsg = 32633;
  changed("zone.tif", spec);
  spec = tiled_;
  spec.transform[0] += 1;
  changed("moved.tif", spec);
  spec = tiled_;
  spec.type = GDT_UInt16;
  changed("type.tif", spec);
  changed("nodata.tif", tiled_, [](const RasterFile& file) { GDALSetRasterNoDataValue(file.band(1), -1); });
  changed("scale.tif", tiled_, [](const RasterFile& file) { GDALSetRasterScale(file.band(2), 0.5); });
  changed("name.tif", tiled_, [](const RasterFile& file) { GDALSetDescription(file.band(1), "height"); });
}

// What a file beside it may say of its place or its mask is not in the header.
TEST_F(TiffDirectoryTest, AnImageThatDoesNotSayItsPlaceHasNoText) {
  RasterSpec spec = tiled_;
  spec.epsg = 0;
  EXPECT_FALSE(text(make("no_crs.tif", spec)));
  EXPECT_FALSE(text(make("big_endian.tif", [&] {
    RasterSpec big = tiled_;
    big.options.emplace_back("ENDIANNESS=BIG");
    return big;
  }())));
  const std::string cut = make("cut.tif", tiled_);
  std::filesystem::resize_file(cut, 40);
  EXPECT_FALSE(text(cut));
}

}  // namespace
}  // namespace terroir
