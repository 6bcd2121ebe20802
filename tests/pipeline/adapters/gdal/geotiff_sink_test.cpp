#include "pipeline/adapters/gdal/geotiff_sink.h"

#include "tests/pipeline/adapters/file_output.h"
#include "tests/pipeline/adapters/gdal/raster_file.h"

#include <gmock/gmock.h>

#include <cmath>

namespace terroir::test {
namespace {

using testing::ElementsAre;

constexpr float nan = std::numeric_limits<float>::quiet_NaN();

/// A file that GDAL has opened.
class ReadBack {
 public:
  explicit ReadBack(const std::string& path) {
    GDALAllRegister();
    dataset_ = GDALOpen(path.c_str(), GA_ReadOnly);
    if (dataset_ == nullptr) throw std::runtime_error("GDAL cannot open " + path);
  }
  ~ReadBack() { GDALClose(dataset_); }
  ReadBack(const ReadBack&) = delete;
  ReadBack& operator=(const ReadBack&) = delete;

  [[nodiscard]] int bands() const { return GDALGetRasterCount(dataset_); }
  [[nodiscard]] GDALRasterBandH band(int number) const { return GDALGetRasterBand(dataset_, number); }
  [[nodiscard]] std::vector<double> transform() const {
    std::vector<double> out(6);
    GDALGetGeoTransform(dataset_, out.data());
    return out;
  }
  /// Stored numbers.
  [[nodiscard]] std::vector<double> numbers(int number) const {
    const int cols = GDALGetRasterXSize(dataset_), rows = GDALGetRasterYSize(dataset_);
    std::vector<double> out(static_cast<std::size_t>(cols * rows));
    EXPECT_EQ(GDALRasterIO(band(number), GF_Read, 0, 0, cols, rows, out.data(), cols, rows, GDT_Float64, 0, 0), CE_None);
    return out;
  }

 private:
  GDALDatasetH dataset_ = nullptr;
};

class GeotiffSink : public testing::Test {
 protected:
  Sink& open(const std::string& file_name) {
    sink_ = make_geotiff_sink(plan_, 0, store_, file_name);
    return *sink_;
  }
  ReadBack read(const std::string& name) {
    bring(store_, name, folder_ / name);
    return ReadBack(folder_ / name);
  }

  Plan plan_ = small_plan(Format::geotiff, "out.tif");
  MemoryStore store_;
  TempFolder folder_;
  std::unique_ptr<Sink> sink_;
};

float count(Index t, Index r, Index c) { return static_cast<float>(100 * t + 10 * r + c); }

TEST_F(GeotiffSink, OneFileHasALayerInEachBand) {
  add_array(plan_, "height");
  add_array(plan_, "slope");
  open("out.tif");
  write_tiles(*sink_, plan_, 0, count);
  write_tiles(*sink_, plan_, 1, [](Index, Index r, Index c) { return r == 2 && c == 4 ? nan : -static_cast<float>(r + c); });
  publish(*sink_, plan_, store_);
  const ReadBack file = read("out.tif");
  ASSERT_EQ(file.bands(), 2);
  EXPECT_THAT(file.transform(), ElementsAre(100, 10, 0, 200, 0, -10));
  EXPECT_STREQ(GDALGetDescription(file.band(1)), "height");
  EXPECT_STREQ(GDALGetDescription(file.band(2)), "slope");
  EXPECT_STREQ(GDALGetRasterUnitType(file.band(1)), "m");
  EXPECT_TRUE(std::isnan(GDALGetRasterNoDataValue(file.band(1), nullptr)));
  const auto height = file.numbers(1), slope = file.numbers(2);
  for (std::size_t i = 0; i < height.size(); ++i) EXPECT_EQ(height[i], static_cast<double>(10 * (i / 5) + i % 5));
  for (std::size_t i = 0; i + 1 < slope.size(); ++i) EXPECT_EQ(slope[i], -static_cast<double>(i / 5 + i % 5));
  EXPECT_TRUE(std::isnan(slope.back()));
}

TEST_F(GeotiffSink, AFolderHasAFileForEachLayer) {
  add_array(plan_, "height");
  add_array(plan_, "slope");
  open("");
  EXPECT_THAT(sink_->names(), ElementsAre("height.tif", "slope.tif"));
  write_tiles(*sink_, plan_, 0, count);
  write_tiles(*sink_, plan_, 1, [](Index, Index, Index) { return 7.0F; });
  publish(*sink_, plan_, store_);
  EXPECT_EQ(read("height.tif").numbers(1).back(), 24);
  const ReadBack slope = read("slope.tif");
  EXPECT_EQ(slope.bands(), 1);
  EXPECT_EQ(slope.numbers(1).back(), 7);
}

TEST_F(GeotiffSink, TimesAreBandsWithTheirDates) {
  add_array(plan_, "tas", 3);
  write_tiles(open("out.tif"), plan_, 0, count);
  publish(*sink_, plan_, store_);
  const ReadBack file = read("out.tif");
  ASSERT_EQ(file.bands(), 3);
  EXPECT_TRUE(std::string(GDALGetDescription(file.band(3))).starts_with("1970-01-03"));
  EXPECT_EQ(file.numbers(3).front(), 200);
  EXPECT_EQ(file.numbers(2).back(), 124);
}

TEST_F(GeotiffSink, PacksAsTheEncodingSays) {
  ArrayPlan& array = add_array(plan_, "height");
  array.encoding.dtype = "uint8";
  array.encoding.scale_factor = 2;
  array.encoding.add_offset = 50;
  array.encoding.nodata = 255;
  write_tiles(open("out.tif"), plan_, 0, [](Index, Index r, Index c) { return r == 0 ? nan : 50 + static_cast<float>(4 * c); });
  publish(*sink_, plan_, store_);
  const ReadBack file = read("out.tif");
  EXPECT_EQ(GDALGetRasterDataType(file.band(1)), GDT_Byte);
  EXPECT_EQ(GDALGetRasterScale(file.band(1), nullptr), 2);
  EXPECT_EQ(GDALGetRasterOffset(file.band(1), nullptr), 50);
  EXPECT_THAT(file.numbers(1), ElementsAre(255, 255, 255, 255, 255, 0, 2, 4, 6, 8, 0, 2, 4, 6, 8));
}

}  // namespace
}  // namespace terroir::test
