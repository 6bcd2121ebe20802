#include "pipeline/adapters/netcdf/netcdf_sink.h"

#include "tests/pipeline/adapters/file_output.h"
#include "tests/pipeline/adapters/netcdf/netcdf_maker.h"

#include <gmock/gmock.h>

#include <cmath>

namespace terroir::test {
namespace {

using testing::ElementsAre;

constexpr float nan = std::numeric_limits<float>::quiet_NaN();

/// A file that netCDF-C has opened.
class ReadBack {
 public:
  explicit ReadBack(const std::string& path) { nc(nc_open(path.c_str(), NC_NOWRITE, &file_)); }
  ~ReadBack() { nc_close(file_); }
  ReadBack(const ReadBack&) = delete;
  ReadBack& operator=(const ReadBack&) = delete;

  [[nodiscard]] std::vector<std::size_t> shape(const std::string& name) const {
    int dimensions[NC_MAX_VAR_DIMS], count = 0;
    nc(nc_inq_var(file_, variable(name), nullptr, nullptr, &count, dimensions, nullptr));
    std::vector<std::size_t> out;
    for (int d = 0; d < count; ++d) nc(nc_inq_dimlen(file_, dimensions[d], &out.emplace_back()));
    return out;
  }
  [[nodiscard]] std::vector<double> numbers(const std::string& name) const {
    std::size_t count = 1;
    for (const std::size_t length : shape(name)) count *= length;
    std::vector<double> out(count);
    nc(nc_get_var_double(file_, variable(name), out.data()));
    return out;
  }
  [[nodiscard]] std::string text(const std::string& name, const std::string& attribute) const {
    const int id = name.empty() ? NC_GLOBAL : variable(name);
    std::size_t length = 0;
    nc(nc_inq_attlen(file_, id, attribute.c_str(), &length));
    std::string out(length, ' ');
    nc(nc_get_att_text(file_, id, attribute.c_str(), out.data()));
    return out;
  }
  [[nodiscard]] double number(const std::string& name, const std::string& attribute) const {
    double out = 0;
    nc(nc_get_att_double(file_, variable(name), attribute.c_str(), &out));
    return out;
  }

 private:
  [[nodiscard]] int variable(const std::string& name) const {
    int id = -1;
    nc(nc_inq_varid(file_, name.c_str(), &id));
    return id;
  }
  int file_ = 0;
};

class NetcdfSink : public testing::Test {
 protected:
  Sink& open() {
    sink_ = make_netcdf_sink(plan_, 0, store_, crs_reader_, "out.nc");
    return *sink_;
  }
  ReadBack read() {
    publish(*sink_, plan_, store_);
    bring(store_, "out.nc", folder_ / "out.nc");
    return ReadBack(folder_ / "out.nc");
  }

  Plan plan_ = small_plan(Format::netcdf, "out.nc");
  MemoryStore store_;
  NoCrs crs_reader_;
  NetcdfFolder folder_;
  std::unique_ptr<Sink> sink_;
};

TEST_F(NetcdfSink, AMapHasItsPixelsWhereItsCoordinatesSay) {
  add_array(plan_, "height");
  write_tiles(open(), plan_, 0, [](Index, Index r, Index c) { return r == 1 && c == 4 ? nan : static_cast<float>(10 * r + c); });
  const ReadBack file = read();
  EXPECT_THAT(file.shape("height"), ElementsAre(3, 5));
  EXPECT_THAT(file.numbers("x"), ElementsAre(105, 115, 125, 135, 145));
  EXPECT_THAT(file.numbers("y"), ElementsAre(195, 185, 175));
  const auto pixels = file.numbers("height");
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    if (i == 9)
      EXPECT_TRUE(std::isnan(pixels[i]));
    else
      EXPECT_EQ(pixels[i], static_cast<double>(10 * (i / 5) + i % 5));
  }
  EXPECT_TRUE(std::isnan(file.number("height", "_FillValue")));
  EXPECT_EQ(file.text("height", "units"), "m");
  EXPECT_EQ(file.text("", "Conventions"), "CF-1.10");
}

TEST_F(NetcdfSink, TimesStandInTheirOrderAndTheLastChunkIsCutOff) {
  add_array(plan_, "tas", 3);
  write_tiles(open(), plan_, 0, [](Index t, Index r, Index c) { return static_cast<float>(100 * t + 10 * r + c); });
  const ReadBack file = read();
  EXPECT_THAT(file.shape("tas"), ElementsAre(3, 3, 5));
  const auto pixels = file.numbers("tas");
  for (std::size_t i = 0; i < pixels.size(); ++i) EXPECT_EQ(pixels[i], static_cast<double>(100 * (i / 15) + 10 * (i / 5 % 3) + i % 5));
  EXPECT_EQ(file.text("time", "calendar"), "standard");
  const auto times = file.numbers("time");
  EXPECT_EQ(times[1] - times[0], file.text("time", "units").starts_with("days") ? 1 : 86400);
}

TEST_F(NetcdfSink, PacksAsTheEncodingSays) {
  ArrayPlan& array = add_array(plan_, "height");
  array.encoding.dtype = "int16";
  array.encoding.scale_factor = 0.5;
  array.encoding.add_offset = 100;
  array.encoding.nodata = -9;
  write_tiles(open(), plan_, 0, [](Index, Index r, Index c) { return r == 0 && c == 0 ? nan : 100 + static_cast<float>(5 * r + c); });
  const ReadBack file = read();
  const auto stored = file.numbers("height");
  EXPECT_EQ(stored[0], -9);
  for (std::size_t i = 1; i < stored.size(); ++i) EXPECT_EQ(stored[i], static_cast<double>(2 * i));
  EXPECT_EQ(file.number("height", "scale_factor"), 0.5);
  EXPECT_EQ(file.number("height", "add_offset"), 100);
  EXPECT_EQ(file.number("height", "_FillValue"), -9);
}

TEST_F(NetcdfSink, ATileWithoutPixelsIsNodata) {
  add_array(plan_, "height");
  write_tiles(open(), plan_, 0, [](Index, Index, Index c) { return c < 4 ? 1.0F : nan; });
  EXPECT_FALSE(store_.get(sink_->tile_keys(0, 0, 1).front()).has_value());
  const auto pixels = read().numbers("height");
  for (std::size_t i = 0; i < pixels.size(); ++i) EXPECT_EQ(std::isnan(pixels[i]), i % 5 == 4);
}

TEST_F(NetcdfSink, HasTheSameBytesAgain) {
  add_array(plan_, "height");
  write_tiles(open(), plan_, 0, [](Index, Index r, Index c) { return static_cast<float>(r * c); });
  publish(*sink_, plan_, store_);
  const auto first = store_.get("out.nc");
  publish(*sink_, plan_, store_);
  EXPECT_EQ(store_.get("out.nc"), first);
}

}  // namespace
}  // namespace terroir::test
