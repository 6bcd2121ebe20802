#include "pipeline/adapters/zarr/zarr_sink.h"

#include "pipeline/adapters/memory/memory_store.h"
#include "pipeline/codecs/crc32c.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <cstring>

namespace terroir {
namespace {

NoParts no_parts;

using Json = nlohmann::json;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr float nan = std::numeric_limits<float>::quiet_NaN();

class NoCrs final : public CrsReader {
 public:
  [[nodiscard]] Crs read(const std::string& /*text*/) override { return {}; }
  [[nodiscard]] Crs read_cf(const std::vector<Attribute>&) override { return {}; }
  [[nodiscard]] std::vector<Attribute> cf_attributes(const Crs& /*crs*/) override {
    return {{"grid_mapping_name", "transverse_mercator", {}}, {"standard_parallel", "", {10, 20}}, {"false_easting", "", {500000}}};
  }
  std::shared_ptr<const CrsOperation> operation(const Crs&, const Crs&, std::span<const MapPoint>) override { return nullptr; }
};

/// A plan of one output with one array: `times` 0 is a static one.
Plan plan_of(Shape grid, Shape chunk, Shape shard, Index features = 1, Index times = 0, Index time_chunk = 1) {
  Plan plan;
  plan.name = "test";
  plan.lattices = {Grid({}, {100, 10, 200, -10}, grid)};
  ArrayPlan array;
  array.name = "a";
  array.stacked = features > 1;
  for (Index f = 0; f < features; ++f) {
    plan.layers.push_back({});
    plan.layers.back().info.unit = "m";
    array.layers.push_back(static_cast<LayerId>(f));
    array.features.push_back("f" + std::to_string(f));
  }
  if (times > 0) {
    plan.axes = {{"time", Calendar::standard, {}}};
    for (Index t = 0; t < times; ++t) plan.axes[0].seconds.push_back(t * 86400);
    array.axis = 0;
    array.times = times;
    array.time_chunk = time_chunk;
  }
  OutputPlan output;
  output.name = "out";
  output.codec.name = CodecSpec::Name::none;
  output.layout = features > 1 ? Layout::stacked : Layout::variables;
  output.window = {0, 0, grid.rows, grid.cols};
  output.grid = plan.lattices[0];
  output.chunk = chunk;
  output.shard = shard;
  output.arrays = {array};
  plan.outputs = {output};
  return plan;
}

std::vector<LayerStatistics> no_statistics(Index layers) {
  return std::vector<LayerStatistics>(static_cast<std::size_t>(layers), LayerStatistics{0, 0, 0, 0, 0});
}

class ZarrSink : public testing::Test {
 protected:
  Sink& open(Plan plan) {
    plan_ = std::move(plan);
    sink_ = make_zarr_sink(plan_, 0, store_, crs_reader_);
    return *sink_;
  }

  Bytes encoded(const std::vector<float>& pixels) {
    Bytes out{std::byte{1}};
    std::vector<std::byte> scratch;
    sink_->encode(0, pixels, out, scratch, counts_);
    return out;
  }

  Json document(const std::string& key) {
    const auto bytes = store_.get(key).value();
    return Json::parse(reinterpret_cast<const char*>(bytes.data()), reinterpret_cast<const char*>(bytes.data()) + bytes.size());
  }

  MemoryStore store_;
  NoCrs crs_reader_;
  Plan plan_;
  std::unique_ptr<Sink> sink_;
  EncodeCounts counts_;
};

std::string hexadecimal(std::span<const std::byte> bytes) {
  constexpr const char* digits = "0123456789abcdef";
  std::string out;
  for (const std::byte b : bytes) {
    out += digits[std::to_integer<unsigned>(b) >> 4];
    out += digits[std::to_integer<unsigned>(b) & 15u];
  }
  return out;
}

// Four chunks of 2 x 2 float32, the second empty; the index was computed by hand and its checksum by zarr-python.
TEST_F(ZarrSink, ShardEndsWithAnIndexOfItsChunks) {
  Sink& sink = open(plan_of({4, 4}, {2, 2}, {4, 4}));
  const auto tile = sink.open_tile(0, 0, 0);
  for (Index i = 0; i < 4; ++i) {
    const float v = i == 1 ? nan : static_cast<float>(i);
    tile->append(0, i / 2, i % 2, encoded({v, v, v, v}));
  }
  const auto records = tile->close();
  ASSERT_THAT(store_.list(""), ElementsAre("a/c/0/0"));
  const auto object = store_.get("a/c/0/0").value();
  ASSERT_EQ(object.size(), 3u * 16 + 68);
  EXPECT_EQ(hexadecimal(std::span(object).last(68)), std::string("00000000000000001000000000000000") + std::string(32, 'f') +
                                                         "10000000000000001000000000000000" + "20000000000000001000000000000000" +
                                                         "66a8fcd7");
  EXPECT_THAT(records, ElementsAre(ObjectRecord{"a/c/0/0", object.size(), crc32c(object)}));
}

TEST_F(ZarrSink, TileOfNodataIsNoObject) {
  Sink& sink = open(plan_of({4, 4}, {2, 2}, {4, 4}));
  const auto tile = sink.open_tile(0, 0, 0);
  tile->append(0, 0, 0, encoded({nan, nan, nan, nan}));
  EXPECT_THAT(tile->close(), ElementsAre(ObjectRecord{"a/c/0/0", 0, 0}));
  EXPECT_TRUE(store_.list("").empty());
}

// Chunks come place by place with their times; in the index they stand time by time.
TEST_F(ZarrSink, IndexIsInTheOrderOfTheDimensions) {
  Sink& sink = open(plan_of({1, 2}, {1, 1}, {1, 2}, 1, 3, 2));
  EXPECT_THAT(sink.tile_keys(0, 0, 0), ElementsAre("a/c/0/0/0"));
  const auto tile = sink.open_tile(0, 0, 0);
  float value = 1;
  for (Index col = 0; col < 2; ++col) {
    for (Index time = 0; time < 2; ++time) tile->append(time, 0, col, encoded({value++, nan}));
  }
  (void)tile->close();
  const auto object = store_.get("a/c/0/0/0").value();
  const auto index = std::span(object).last(4 * 16 + 4);
  std::vector<std::uint64_t> offsets;
  for (std::size_t i = 0; i < 4; ++i) std::memcpy(&offsets.emplace_back(), index.data() + 16 * i, 8);
  EXPECT_THAT(offsets, ElementsAre(0u, 16u, 8u, 24u));
  sink.publish({no_statistics(1)}, no_parts);
  const Json array = document("a/zarr.json");
  EXPECT_EQ(array["shape"], Json({3, 1, 2}));
  EXPECT_EQ(array["dimension_names"], Json({"time", "y", "x"}));
  EXPECT_EQ(array["chunk_grid"]["configuration"]["chunk_shape"], Json({4, 1, 2}));
  EXPECT_EQ(array["codecs"][0]["configuration"]["chunk_shape"], Json({2, 1, 1}));
}

TEST_F(ZarrSink, StackedPixelsAreStoredTimeFirst) {
  open(plan_of({1, 1}, {1, 1}, {1, 1}, 3, 2, 2));
  // [feature][time]: 10 11 | 20 21 | 30 31
  const auto bytes = encoded({10, 11, 20, 21, 30, 31});
  std::vector<float> stored(6);
  std::memcpy(stored.data(), bytes.data(), 24);
  EXPECT_THAT(stored, ElementsAre(10, 20, 30, 11, 21, 31));
  sink_->publish({no_statistics(3)}, no_parts);
  EXPECT_EQ(document("a/zarr.json")["dimension_names"], Json({"time", "feature", "y", "x"}));
}

TEST_F(ZarrSink, CountsPixelsThatDoNotFit) {
  Plan plan = plan_of({1, 4}, {1, 4}, {1, 4});
  plan.outputs[0].arrays[0].encoding = {{}, "uint8", 1, 0, 255};
  open(std::move(plan));
  EXPECT_EQ(hexadecimal(encoded({1, 300, nan, -1})), "01ffffff");
  EXPECT_EQ(counts_.unfit, 2u);
  EXPECT_TRUE(encoded({300, nan, nan, nan}).empty());
}

TEST_F(ZarrSink, Version2WritesTheChunksThatTheArrayHas) {
  Plan plan = plan_of({5, 7}, {2, 2}, {4, 4}, 1, 3, 2);
  plan.outputs[0].zarr_format = 2;
  Sink& sink = open(std::move(plan));
  // The last tile has one row and two columns of chunks: 5 = 4 + 1 rows, 7 = 4 + 3 columns.
  EXPECT_THAT(sink.tile_keys(0, 1, 1), ElementsAre("a/0/2/2", "a/1/2/2", "a/0/2/3", "a/1/2/3"));
  const auto tile = sink.open_tile(0, 1, 1);
  const std::vector<float> ones(8, 1), nothing(8, nan);
  tile->append(0, 0, 0, encoded(ones));
  tile->append(1, 0, 0, encoded(nothing));
  tile->append(0, 0, 1, encoded(nothing));
  tile->append(1, 0, 1, encoded(ones));
  const std::uint32_t crc = crc32c(std::as_bytes(std::span(ones)));
  EXPECT_THAT(tile->close(), ElementsAre(ObjectRecord{"a/0/2/2", 32, crc}, ObjectRecord{"a/1/2/2", 0, 0}, ObjectRecord{"a/0/2/3", 0, 0},
                                         ObjectRecord{"a/1/2/3", 32, crc}));
  EXPECT_THAT(store_.list(""), ElementsAre("a/0/2/2", "a/1/2/3"));
}

TEST_F(ZarrSink, PublishesTheRootDocumentLast) {
  for (const int format : {3, 2}) {
    Plan plan = plan_of({4, 4}, {2, 2}, {4, 4});
    plan.outputs[0].zarr_format = format;
    Sink& sink = open(std::move(plan));
    std::vector<std::string> keys;
    store_.before_close = [&](const std::string& key) { keys.push_back(key); };
    sink.publish({no_statistics(1)}, no_parts);
    EXPECT_EQ(keys.back(), sink.root_key());
    EXPECT_EQ(std::count(keys.begin(), keys.end(), sink.root_key()), 1);
    EXPECT_THAT(keys, Contains(format == 3 ? "a/zarr.json" : "a/.zarray"));
  }
}

TEST_F(ZarrSink, PublishesTheSameBytesEachTime) {
  Sink& sink = open(plan_of({4, 4}, {2, 2}, {4, 4}, 2, 3, 1));
  const std::vector<std::vector<LayerStatistics>> statistics{{{5, 0.1, 2, -1, 3}, {5, 1.0 / 3, 2, -1, 3}}};
  sink.publish(statistics, no_parts);
  std::vector<std::vector<std::byte>> first;
  for (const auto& key : store_.list("")) first.push_back(store_.get(key).value());
  sink.publish(statistics, no_parts);
  std::vector<std::vector<std::byte>> second;
  for (const auto& key : store_.list("")) second.push_back(store_.get(key).value());
  EXPECT_EQ(first, second);
}

TEST_F(ZarrSink, TellsStatisticsButNoNumbersOfAnEmptyLayer) {
  Sink& sink = open(plan_of({4, 4}, {2, 2}, {4, 4}));
  sink.publish({{{4, 2.5, 5, 1, 4}}}, no_parts);
  Json attributes = document("a/zarr.json")["attributes"];
  EXPECT_EQ(attributes["statistics_valid_count"], 4);
  EXPECT_EQ(attributes["statistics_mean"], 2.5);
  EXPECT_EQ(attributes["statistics_standard_deviation"], std::sqrt(1.25));
  sink.publish({no_statistics(1)}, no_parts);
  attributes = document("a/zarr.json")["attributes"];
  EXPECT_EQ(attributes["statistics_valid_count"], 0);
  EXPECT_FALSE(attributes.contains("statistics_mean"));
}

TEST_F(ZarrSink, GivesTheCrsAsCfGdalAndRioxarrayWantIt) {
  Plan plan = plan_of({4, 4}, {2, 2}, {4, 4});
  Crs crs;
  crs.wkt = "PROJCRS[...]";
  plan.outputs[0].grid = Grid(crs, {100, 10, 200, -10}, {4, 4});
  open(std::move(plan)).publish({no_statistics(1)}, no_parts);
  const Json attributes = document("spatial_ref/zarr.json")["attributes"];
  EXPECT_EQ(attributes["grid_mapping_name"], "transverse_mercator");
  EXPECT_EQ(attributes["standard_parallel"], Json({10.0, 20.0}));
  EXPECT_EQ(attributes["false_easting"], 500000.0);
  EXPECT_EQ(attributes["crs_wkt"], "PROJCRS[...]");
  EXPECT_EQ(attributes["spatial_ref"], "PROJCRS[...]");
  EXPECT_EQ(attributes["GeoTransform"], "100 10 0 200 0 -10");
  EXPECT_EQ(document("a/zarr.json")["attributes"]["grid_mapping"], "spatial_ref");
  EXPECT_EQ(document("x/zarr.json")["attributes"]["standard_name"], "projection_x_coordinate");
}

TEST_F(ZarrSink, KeepsFillValuesApartFromMissingOnes) {
  Plan plan = plan_of({1, 1}, {1, 1}, {1, 1});
  plan.outputs[0].arrays[0].encoding = {{}, "float32", 1, 0, -9999};
  open(plan).publish({no_statistics(1)}, no_parts);
  // -9999 as a little-endian float64 is 00 00 00 00 80 87 c3 c0, in base64:
  EXPECT_EQ(document("a/zarr.json")["attributes"]["_FillValue"], "AAAAAICHw8A=");
  EXPECT_EQ(document("a/zarr.json")["fill_value"], -9999.0);
  plan.outputs[0].arrays[0].encoding = {{}, "int16", 0.5, 0, -7};
  open(plan).publish({no_statistics(1)}, no_parts);
  EXPECT_EQ(document("a/zarr.json")["attributes"]["_FillValue"], -7);
  EXPECT_EQ(document("a/zarr.json")["attributes"]["scale_factor"], 0.5);
  plan.outputs[0].zarr_format = 2;
  open(plan).publish({no_statistics(1)}, no_parts);
  EXPECT_EQ(document("a/.zarray")["fill_value"], -7);
  EXPECT_EQ(document("a/.zarray")["dtype"], "<i2");
  EXPECT_FALSE(document("a/.zattrs").contains("_FillValue"));
  // A fill value of a coordinate would be taken for missing: an x of 0 would become NaN.
  EXPECT_TRUE(document("x/.zarray")["fill_value"].is_null());
  EXPECT_EQ(document(".zmetadata")["metadata"]["a/.zarray"], document("a/.zarray"));
}

// Chunks of 2 times, 2 features, 2 rows and 4 columns: to GDAL 8 rows of 4, below each other for each of the 3 rows of chunks.
TEST_F(ZarrSink, ShowsAStackToGdalByItsRowsOfChunks) {
  Plan plan = plan_of({5, 6}, {2, 4}, {4, 4}, 2, 3, 2);
  plan.outputs[0].zarr_format = 2;
  Sink& sink = open(std::move(plan));
  sink.publish({no_statistics(2)}, no_parts);
  EXPECT_EQ(document("a/1/0/.zarray")["shape"], Json({24, 6}));
  EXPECT_EQ(document("a/1/0/.zarray")["chunks"], Json({8, 4}));
  EXPECT_EQ(store_.get("a/2/0/.zarray"), std::nullopt) << "the times are two chunks";
  const auto bytes = store_.get("out.vrt").value();
  const std::string vrt(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  EXPECT_THAT(vrt, HasSubstr("<VRTDataset rasterXSize=\"6\" rasterYSize=\"5\">"));
  EXPECT_THAT(vrt, HasSubstr("<GeoTransform>100, 10, 0, 200, 0, -10</GeoTransform>"));
  EXPECT_EQ(vrt.find("band=\"7\""), std::string::npos);
  // The second feature of the second day is the last plane of four in each chunk.
  const std::size_t band = vrt.find("band=\"4\""), next = vrt.find("band=\"5\"");
  const std::string fourth = vrt.substr(band, next - band);
  EXPECT_THAT(fourth, HasSubstr("<Description>1970-01-02 f1</Description>"));
  EXPECT_THAT(fourth, HasSubstr("<SourceFilename relativeToVRT=\"1\">a/0/0</SourceFilename>"));
  const auto piece = [](int from, int to, int rows) {
    const auto rectangle = [&](const std::string& name, int row) {
      return "      <" + name + " xOff=\"0\" yOff=\"" + std::to_string(row) + "\" xSize=\"6\" ySize=\"" + std::to_string(rows) + "\"/>\n";
    };
    return rectangle("SrcRect", from) + rectangle("DstRect", to);
  };
  EXPECT_THAT(fourth, HasSubstr(piece(6, 0, 2)));
  EXPECT_THAT(fourth, HasSubstr(piece(14, 2, 2)));
  EXPECT_THAT(fourth, HasSubstr(piece(22, 4, 1)));
  EXPECT_THAT(sink.names(), Contains("out.vrt"));
}

TEST(ExcludedReaders, AreNamedWithTheReason) {
  OutputPlan output;
  EXPECT_THAT(excluded_readers(output), Contains(HasSubstr("GDAL before 3.13")));
  EXPECT_THAT(excluded_readers(output), Not(Contains(HasSubstr("TensorStore"))));
  output.zarr_format = 2;
  output.layout = Layout::stacked;
  EXPECT_THAT(excluded_readers(output), Contains(HasSubstr("not the CRS")));
  EXPECT_THAT(excluded_readers(output), Contains(HasSubstr("TensorStore")));
}

}  // namespace
}  // namespace terroir
