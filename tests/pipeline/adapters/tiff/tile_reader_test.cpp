#include "pipeline/adapters/tiff/tile_reader.h"
#include "pipeline/error.h"
#include "pipeline/ports/decode.h"
#include "tests/pipeline/adapters/gdal/raster_file.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <thread>

namespace terroir {
namespace {

using test::RasterFile;
using test::RasterSpec;
using test::terrain;

class TileReaderTest : public ::testing::Test {
 protected:
  std::unique_ptr<TileReader> open(const std::string& name) { return TileReader::open(folder_ / name, files_); }

  void make(const std::string& name, const RasterSpec& spec) {
    const RasterFile file(folder_ / name, spec);
    for (int b = 1; b <= spec.bands; ++b) file.write(b, terrain(spec, static_cast<unsigned>(b)));
  }

  /// Bands (from 0) of a window, one read for all.
  static std::vector<std::vector<float>> read(TileReader& reader, const std::vector<int>& bands, const Window& window,
                                              const Decoding& decoding = {}, double fill = 0) {
    const auto area = static_cast<std::size_t>(window.shape().area());
    std::vector<std::vector<double>> numbers(bands.size(), std::vector<double>(area));  // as wide as any number, and aligned
    std::vector<std::byte*> out;
    for (auto& plane : numbers) out.push_back(reinterpret_cast<std::byte*>(plane.data()));
    const std::vector<double> fills(bands.size(), fill);
    reader.read(bands, fills, window, {out, window.cols});
    expect_fetched(reader, bands, window, numbers);
    std::vector<std::vector<float>> planes(bands.size(), std::vector<float>(area));
    for (std::size_t b = 0; b < bands.size(); ++b)
      decode(reader.layout().type, decoding, out[b], static_cast<Index>(area), planes[b].data());
    return planes;
  }

  /// What is fetched, inflated and finished is what is read.
  static void expect_fetched(TileReader& reader, const std::vector<int>& bands, const Window& window,
                             const std::vector<std::vector<double>>& expected) {
    std::vector<std::vector<double>> numbers(expected.size(), std::vector<double>(expected[0].size()));
    std::vector<std::byte*> out;
    for (auto& plane : numbers) out.push_back(reinterpret_cast<std::byte*>(plane.data()));
    const auto fetched = reader.fetch(bands, window, {out, window.cols});
    if (!fetched) return;
    ASSERT_TRUE(inflate_zlib(fetched->stream().in, fetched->stream().out));
    fetched->finish();
    for (std::size_t b = 0; b < expected.size(); ++b)
      EXPECT_EQ(std::memcmp(numbers[b].data(), expected[b].data(), expected[b].size() * sizeof(double)), 0);
  }

  static std::vector<float> whole(TileReader& reader, int band, const Decoding& decoding = {}, double fill = 0) {
    const Shape image = reader.layout().image;
    return read(reader, {band}, {0, 0, image.rows, image.cols}, decoding, fill)[0];
  }

  test::TempFolder folder_;
  std::shared_ptr<LocalFiles> files_ = std::make_shared<LocalFiles>(4);
};

/// Bit for bit, NaN included.
::testing::AssertionResult same_bits(const std::vector<float>& got, const std::vector<double>& want) {
  if (got.size() != want.size()) return ::testing::AssertionFailure() << got.size() << " pixels, not " << want.size();
  for (std::size_t i = 0; i < got.size(); ++i) {
    const float expected = static_cast<float>(want[i]);
    if (std::memcmp(&got[i], &expected, sizeof(float)) != 0)
      return ::testing::AssertionFailure() << got[i] << " at " << i << ", not " << expected;
  }
  return ::testing::AssertionSuccess();
}

TEST_F(TileReaderTest, FetchesWhatIsOneStreamOnly) {
  int files = 0;
  const auto fetches = [&](const std::vector<std::string>& options, const Window& window, int bands = 1) {
    const std::string name = std::to_string(++files) + ".tif";
    RasterSpec spec;
    spec.bands = bands;
    spec.options = options;
    make(name, spec);
    std::vector<double> pixels(static_cast<std::size_t>(window.shape().area()));
    const std::vector<std::byte*> out(static_cast<std::size_t>(bands), reinterpret_cast<std::byte*>(pixels.data()));
    std::vector<int> all;
    for (int b = 0; b < bands; ++b) all.push_back(b);
    return open(name)->fetch(all, window, {out, window.cols}) != nullptr;
  };
  const std::vector<std::string> tiles{"COMPRESS=DEFLATE", "TILED=YES", "BLOCKXSIZE=32", "BLOCKYSIZE=32"};
  EXPECT_TRUE(fetches(tiles, {32, 32, 32, 32}));
  EXPECT_TRUE(fetches(tiles, {64, 96, 6, 4})) << "a tile at the corner";
  EXPECT_FALSE(fetches(tiles, {32, 32, 32, 33})) << "two tiles";
  EXPECT_FALSE(fetches({"COMPRESS=LZW"}, {0, 0, 1, 100}));
  auto apart = tiles;
  apart.push_back("INTERLEAVE=BAND");
  EXPECT_FALSE(fetches(apart, {32, 32, 32, 32}, 3)) << "a tile for each band";
}

/// Where the numbers of a file stand, and how they are compressed.
struct FileLayout {
  const char* name;
  std::vector<std::string> options;
};

class TileReaderLayouts : public TileReaderTest, public ::testing::WithParamInterface<GDALDataType> {
 protected:
  void expect_all_bands(const std::string& label, RasterSpec spec, bool known) {
    for (const std::string interleave : {"PIXEL", "BAND"})
      for (const int bands : {1, 3, 5}) {
        RasterSpec one = spec;
        one.bands = bands;
        one.options.push_back("INTERLEAVE=" + interleave);
        one.options.push_back("PHOTOMETRIC=MINISBLACK");
        const std::string name = std::to_string(number_++) + ".tif";
        make(name, one);
        const auto reader = open(name);
        ASSERT_EQ(reader != nullptr, known) << label;
        for (int b = 0; known && b < bands; ++b)
          EXPECT_TRUE(same_bits(whole(*reader, b), test::gdal_values(folder_ / name, b + 1))) << label << ", " << interleave;
      }
  }

 private:
  int number_ = 0;
};

TEST_P(TileReaderLayouts, HoldWhatGdalReads) {
  const GDALDataType type = GetParam();
  const std::vector<FileLayout> layouts = {{"tiles", {"TILED=YES", "BLOCKXSIZE=48", "BLOCKYSIZE=32"}}, {"strips", {"BLOCKYSIZE=13"}}};
  std::vector<FileLayout> codecs = {{"plain", {}},
                                    {"deflate", {"COMPRESS=DEFLATE"}},
                                    {"deflate and predictor 2", {"COMPRESS=DEFLATE", "PREDICTOR=2"}},
                                    {"lzw", {"COMPRESS=LZW"}},
                                    {"lzw and predictor 2", {"COMPRESS=LZW", "PREDICTOR=2"}},
                                    {"zstd and predictor 2", {"COMPRESS=ZSTD", "PREDICTOR=2"}}};
  if (GDALDataTypeIsFloating(type) != 0) codecs.push_back({"deflate and predictor 3", {"COMPRESS=DEFLATE", "PREDICTOR=3"}});
  for (const auto& layout : layouts)
    for (const auto& codec : codecs) {
      RasterSpec spec{.cols = 101, .rows = 67, .type = type, .options = layout.options};
      spec.options.insert(spec.options.end(), codec.options.begin(), codec.options.end());
      const std::string label = std::string(layout.name) + ", " + codec.name;
      const bool wide_predictor = type == GDT_Float64 && label.find("predictor") != std::string::npos;
      expect_all_bands(label, spec, !wide_predictor);
    }
}

INSTANTIATE_TEST_SUITE_P(Types, TileReaderLayouts,
                         ::testing::Values(GDT_Byte, GDT_UInt16, GDT_Int16, GDT_UInt32, GDT_Int32, GDT_Float32, GDT_Float64),
                         [](const auto& type) { return GDALGetDataTypeName(type.param); });

TEST_F(TileReaderTest, FloatsOfAnySize) {
  RasterSpec spec{.cols = 130,
                  .rows = 40,
                  .type = GDT_Float32,
                  .options = {"COMPRESS=DEFLATE", "PREDICTOR=3", "TILED=YES", "BLOCKXSIZE=64", "BLOCKYSIZE=16"}};
  std::vector<double> values;
  std::mt19937 random(1);
  for (int i = 0; i < spec.cols * spec.rows; ++i) {
    const auto bits = static_cast<std::uint32_t>(random());
    float value;
    std::memcpy(&value, &bits, sizeof value);
    values.push_back(std::isnan(value) ? 0 : value);
  }
  RasterFile(folder_ / "floats.tif", spec).write(1, values);
  const auto reader = open("floats.tif");
  ASSERT_NE(reader, nullptr);
  EXPECT_TRUE(same_bits(whole(*reader, 0), values));
}

TEST_F(TileReaderTest, BigTiffIsReadAndBigEndianIsNot) {
  const RasterSpec spec{.type = GDT_Int16, .options = {"BIGTIFF=YES", "COMPRESS=DEFLATE", "TILED=YES"}};
  make("big.tif", spec);
  const auto reader = open("big.tif");
  ASSERT_NE(reader, nullptr);
  EXPECT_TRUE(same_bits(whole(*reader, 0), terrain(spec, 1)));
  make("swapped.tif", {.type = GDT_Int16, .options = {"ENDIANNESS=BIG"}});
  EXPECT_EQ(open("swapped.tif"), nullptr);
}

TEST_F(TileReaderTest, LeavesToOthersWhatItDoesNotKnow) {
  make("jpeg.tif", {.type = GDT_Byte, .options = {"COMPRESS=JPEG"}});
  make("packbits.tif", {.type = GDT_Byte, .options = {"COMPRESS=PACKBITS"}});
  make("bits.tif", {.type = GDT_UInt16, .options = {"NBITS=12"}});
  make("half.tif", {.type = GDT_Float32, .options = {"NBITS=16"}});
  std::ofstream(folder_ / "text.tif") << "a text that is long enough to hold a header";
  std::ofstream(folder_ / "empty.tif");
  for (const std::string name : {"jpeg.tif", "packbits.tif", "bits.tif", "half.tif", "text.tif", "empty.tif"})
    EXPECT_EQ(open(name), nullptr) << name;
}

TEST_F(TileReaderTest, AnyWindow) {
  const RasterSpec spec{.cols = 100,
                        .rows = 70,
                        .bands = 2,
                        .type = GDT_UInt16,
                        .options = {"COMPRESS=DEFLATE", "PREDICTOR=2", "TILED=YES", "BLOCKXSIZE=32", "BLOCKYSIZE=32"}};
  make("window.tif", spec);
  const auto reader = open("window.tif");
  const Window window{20, 33, 47, 66};
  const auto planes = read(*reader, {1, 0, 1}, window);
  for (std::size_t i = 0; i < planes.size(); ++i) {
    const auto all = terrain(spec, i == 1 ? 1 : 2);
    for (Index r = 0; r < window.rows; ++r)
      for (Index c = 0; c < window.cols; ++c)
        ASSERT_EQ(planes[i][static_cast<std::size_t>(r * window.cols + c)],
                  all[static_cast<std::size_t>((window.row + r) * 100 + window.col + c)]);
  }
}

TEST_F(TileReaderTest, BlocksNeverWrittenHoldTheNodataValue) {
  RasterSpec spec{.cols = 64,
                  .rows = 64,
                  .type = GDT_Byte,
                  .options = {"SPARSE_OK=YES", "TILED=YES", "BLOCKXSIZE=32", "BLOCKYSIZE=32", "COMPRESS=DEFLATE"}};
  for (const double nodata : {7.0, -9999.0, 300.0}) {
    {
      const RasterFile file(folder_ / "sparse.tif", spec);
      GDALSetRasterNoDataValue(file.band(1), nodata);
      std::vector<std::uint8_t> tile(32 * 32, 5);
      ASSERT_EQ(GDALRasterIO(file.band(1), GF_Write, 32, 0, 32, 32, tile.data(), 32, 32, GDT_Byte, 0, 0), CE_None);
    }
    files_ = std::make_shared<LocalFiles>(4);
    const auto reader = open("sparse.tif");
    ASSERT_NE(reader, nullptr);
    EXPECT_TRUE(same_bits(whole(*reader, 0, {}, nodata), test::gdal_values(folder_ / "sparse.tif", 1))) << nodata;
    Decoding decoding;
    decoding.nodata = nodata;
    const auto pixels = whole(*reader, 0, decoding, nodata);
    EXPECT_EQ(pixels[32], 5);
    EXPECT_EQ(std::isnan(pixels[0]), nodata == 7.0);
  }
}

TEST_F(TileReaderTest, TruncatedAndDamagedBlocksAreErrors) {
  const RasterSpec spec{
      .cols = 64, .rows = 64, .type = GDT_Int16, .options = {"TILED=YES", "BLOCKXSIZE=32", "BLOCKYSIZE=32", "COMPRESS=DEFLATE"}};
  make("short.tif", spec);
  std::filesystem::resize_file(folder_ / "short.tif", std::filesystem::file_size(folder_ / "short.tif") - 40);
  const auto reader = open("short.tif");
  ASSERT_NE(reader, nullptr);
  EXPECT_NO_THROW(read(*reader, {0}, {0, 0, 32, 32}));
  try {
    read(*reader, {0}, {32, 32, 32, 32});
    ADD_FAILURE() << "nothing was thrown";
  } catch (const Error& e) {
    EXPECT_EQ(e.fault(), Fault::data);
    const std::string text = e.what();
    for (const std::string word : {"short.tif", "band 1", "rows 32 to 63", "columns 32 to 63"})
      EXPECT_NE(text.find(word), std::string::npos) << text;
  }
}

TEST_F(TileReaderTest, NoDamageMakesItCrash) {
  std::mt19937 random(2);
  int opened = 0, failed = 0;
  for (const std::string compress : {"COMPRESS=NONE", "COMPRESS=DEFLATE", "COMPRESS=ZSTD", "COMPRESS=LZW"}) {
    RasterSpec spec{
        .cols = 80, .rows = 60, .bands = 2, .type = GDT_UInt16, .options = {compress, "TILED=YES", "BLOCKXSIZE=32", "BLOCKYSIZE=16"}};
    make("good.tif", spec);
    std::ifstream in(folder_ / "good.tif", std::ios::binary);
    const std::string good((std::istreambuf_iterator<char>(in)), {});
    for (int round = 0; round < 800; ++round) {
      std::string bad = good;
      // The header and the directory are hit as often as the pixels.
      const std::size_t range = round % 2 == 0 ? std::min<std::size_t>(bad.size(), 400) : bad.size();
      for (unsigned i = 0; i <= random() % 4; ++i) bad[random() % range] = static_cast<char>(random());
      if (round % 5 == 0) bad.resize(random() % bad.size());
      std::ofstream(folder_ / "bad.tif", std::ios::binary) << bad;
      files_ = std::make_shared<LocalFiles>(4);
      const auto reader = open("bad.tif");
      if (!reader || reader->layout().image.area() > 1000000 || reader->layout().samples > 8) continue;
      ++opened;
      try {
        for (int b = 0; b < reader->layout().samples; ++b) whole(*reader, b);
      } catch (const Error& e) {
        EXPECT_EQ(e.fault(), Fault::data) << e.what();
        ++failed;
      }
    }
  }
  EXPECT_GT(opened, 500);
  EXPECT_GT(failed, 100);
}

TEST_F(TileReaderTest, FilesBeyondTheLimitAreOpenedAgain) {
  const RasterSpec spec{.type = GDT_Byte, .options = {"COMPRESS=DEFLATE"}};
  std::vector<std::unique_ptr<TileReader>> readers;
  for (int i = 0; i < 7; ++i) {
    make(std::to_string(i) + ".tif", spec);
    readers.push_back(open(std::to_string(i) + ".tif"));
  }
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t)
    threads.emplace_back([&] {
      for (const auto& reader : readers) EXPECT_TRUE(same_bits(whole(*reader, 0), terrain(spec, 1)));
    });
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace terroir
