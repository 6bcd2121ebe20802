#include "pipeline/adapters/zarr/zarr_reader.h"

#include "pipeline/adapters/memory/memory_store.h"
#include "pipeline/adapters/zarr/documents.h"
#include "pipeline/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace terroir {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Variable cube() {
  Variable v;
  v.name = "cube";
  v.dimensions = {"time", "y", "x"};
  v.shape = {5, 70, 90};
  v.chunk = {2, 16, 16};
  v.type = "int16";
  v.nodata = -7;
  v.compression = {Compression::Name::blosc, {"lz4", 5, Shuffle::bit, 2}};
  v.attributes = {{"units", "m"}};
  return v;
}

Coordinate times() {
  Coordinate out;
  out.variable.name = "time";
  out.variable.dimensions = {"time"};
  out.variable.shape = out.variable.chunk = {2};
  out.variable.type = "int64";
  out.variable.compression = {Compression::Name::gzip, {.level = 5}};
  const std::vector<std::int64_t> values{-86400, 3};
  const auto bytes = std::as_bytes(std::span(values));
  out.content.assign(bytes.begin(), bytes.end());
  return out;
}

Coordinate names() {
  Coordinate out;
  out.variable.name = "feature";
  out.variable.dimensions = {"feature"};
  out.variable.shape = out.variable.chunk = {3};
  out.variable.type = "string";
  out.variable.characters = 4;
  out.texts = {"B04", "", "\u00b0C\u20ac\U0001F30D"};
  return out;
}

void put(MemoryStore& store, const std::string& key, const std::string& text) { store.put(key, std::as_bytes(std::span(text))); }

class ZarrReader : public testing::TestWithParam<int> {
 protected:
  void write() {
    const Variable array = cube();
    const std::vector<Coordinate> coordinates{times(), names()};
    std::vector<const Variable*> all{&array};
    for (const auto& c : coordinates) {
      const auto [key, bytes] = GetParam() == 3 ? chunk_v3(c) : chunk_v2(c);
      store_.put(key, bytes);
      all.push_back(&c.variable);
    }
    const Json root = {{"title", "test"}};
    for (const auto& [key, text] : GetParam() == 3 ? documents_v3(all, root) : documents_v2(all, root)) put(store_, key, text);
  }

  MemoryStore store_;
};

TEST_P(ZarrReader, FindsWhatWasWritten) {
  write();
  const auto zarr = read_zarr(store_).value();
  EXPECT_TRUE(zarr.committed);
  EXPECT_EQ(zarr.format, GetParam());
  EXPECT_EQ(zarr.attributes["title"], "test");
  ASSERT_EQ(zarr.variables.size(), 3u);
  const Variable& v = *zarr.find("cube");
  EXPECT_THAT(v.dimensions, ElementsAre("time", "y", "x"));
  EXPECT_THAT(v.shape, ElementsAre(5, 70, 90));
  EXPECT_THAT(v.chunk, ElementsAre(2, 16, 16));
  EXPECT_EQ(v.type, "int16");
  EXPECT_EQ(v.nodata, -7.0);
  EXPECT_EQ(v.attributes["units"], "m");
  EXPECT_EQ(compression_text(v.compression), "blosc (lz4 5, bit shuffle)");
  EXPECT_THAT(read_numbers(store_, zarr, *zarr.find("time")), ElementsAre(-86400.0, 3.0));
  EXPECT_THAT(read_texts(store_, zarr, *zarr.find("feature")), ElementsAre("B04", "", "\u00b0C\u20ac\U0001F30D"));
  EXPECT_EQ(zarr.find("x"), nullptr);
}

TEST_P(ZarrReader, ReadsTheDocumentsOfEachArrayWithoutConsolidatedOnes) {
  write();
  store_.remove(".zmetadata");
  if (GetParam() == 3) put(store_, "zarr.json", R"({"zarr_format": 3, "node_type": "group", "attributes": {}})");
  EXPECT_EQ(read_zarr(store_)->variables.size(), 3u);
}

TEST_P(ZarrReader, SaysThatAStoreIsNotCommitted) {
  write();
  store_.remove(GetParam() == 3 ? "zarr.json" : ".zgroup");
  const auto zarr = read_zarr(store_).value();
  EXPECT_FALSE(zarr.committed);
  EXPECT_EQ(zarr.variables.size(), 3u);
}

TEST_P(ZarrReader, NamesTheDamagedObject) {
  write();
  put(store_, GetParam() == 3 ? "time/c/0" : "time/0", "no gzip");
  const auto zarr = read_zarr(store_).value();
  try {
    (void)read_numbers(store_, zarr, *zarr.find("time"));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::data);
    EXPECT_THAT(error.what(), HasSubstr("time/"));
  }
  put(store_, GetParam() == 3 ? "zarr.json" : ".zmetadata", "{\"metadata\": {");
  EXPECT_THROW((void)read_zarr(store_), Error);
  put(store_, GetParam() == 3 ? "zarr.json" : ".zmetadata",
      GetParam() == 3 ? R"({"consolidated_metadata": {"metadata": {"a": {"shape": "many"}}}})" : R"({"metadata": {"a/.zarray": {}}})");
  EXPECT_THROW((void)read_zarr(store_), Error);
}

INSTANTIATE_TEST_SUITE_P(Versions, ZarrReader, testing::Values(3, 2));

TEST(ReadZarr, FindsNothingInAnEmptyFolder) {
  MemoryStore store;
  EXPECT_EQ(read_zarr(store).has_value(), false);
}

TEST(ReadZarr, NamesATypeThatSomebodyElseHasWritten) {
  MemoryStore store;
  put(store, "zarr.json", R"({"zarr_format": 3, "node_type": "group", "attributes": {}})");
  put(store, "a/zarr.json", R"({"shape": [1], "data_type": {"name": "fixed_length_utf32"}, "fill_value": "", "codecs": [{"name": "bytes"}],
      "chunk_grid": {"configuration": {"chunk_shape": [1]}}})");
  EXPECT_EQ(read_zarr(store)->find("a")->type, "fixed_length_utf32");
}

/// Arrays as others write them: one with these members besides the usual ones.
Variable array_v3(const std::string& members) {
  MemoryStore store;
  put(store, "a/zarr.json",
      R"({"shape": [1], "data_type": "int16", "chunk_grid": {"configuration": {"chunk_shape": [1]}}, )" + members + "}");
  return *read_zarr(store)->find("a");
}
Variable array_v2(const std::string& members) {
  MemoryStore store;
  put(store, "a/.zarray", R"({"shape": [1], "chunks": [1], )" + members + "}");
  return *read_zarr(store)->find("a");
}

TEST(ReadZarr, TakesNoFillValueOfVersion3ForNodata) {
  const std::string zero = R"("fill_value": 0, "codecs": [{"name": "bytes"}])";
  EXPECT_EQ(array_v3(zero).nodata, std::nullopt);
  EXPECT_EQ(array_v3(zero + R"(, "attributes": {"_FillValue": 3, "missing_value": 4})").nodata, 3);
  EXPECT_EQ(array_v3(zero + R"(, "attributes": {"missing_value": 4})").nodata, 4);
  EXPECT_EQ(array_v3(zero + R"(, "attributes": {"_FillValue": "AAAAAADAWMA="})").nodata, -99);  // as xarray writes it for floats
  EXPECT_TRUE(std::isnan(array_v3(R"("fill_value": "NaN", "codecs": [{"name": "bytes"}])").nodata.value()));
}

TEST(ReadZarr, NamesCodecsThatItDoesNotWrite) {
  const std::string zero = R"("fill_value": 0, "dtype": "<i2", "filters": null, )";
  EXPECT_EQ(compression_text(array_v2(zero + R"("compressor": {"id": "zlib", "level": 3})")), "zlib");
  EXPECT_EQ(compression_text(array_v3(R"("fill_value": 0, "codecs": [{"name": "transpose"}, {"name": "bytes"},
      {"name": "gzip", "configuration": {"level": 6}}, {"name": "crc32c"}])")),
            "gzip 6, transpose, crc32c");
}

TEST(ReadZarr, ReadsNoCoordinateThatOthersHavePackedTheirWay) {
  MemoryStore store;
  const auto put_array = [&](const std::string& dtype, const std::string& chunks) {
    put(store, "a/.zarray",
        R"({"shape": [2], "compressor": null, "fill_value": 0, "chunks": [)" + chunks + R"(], "dtype": ")" + dtype + "\"}");
    const auto zarr = read_zarr(store).value();
    return read_numbers(store, zarr, *zarr.find("a"));
  };
  const std::int16_t numbers[] = {1, 256};
  store.put("a/0", std::as_bytes(std::span(numbers)));
  EXPECT_THAT(put_array("<i2", "2"), ElementsAre(1, 256));
  EXPECT_THAT(put_array(">i2", "2"), ElementsAre());
  EXPECT_THAT(put_array("<i2", "1"), ElementsAre());
  const auto zarr = read_zarr(store).value();
  EXPECT_THAT(read_texts(store, zarr, *zarr.find("a")), ElementsAre());
  EXPECT_EQ(compression_text(array_v3(R"("fill_value": 0, "codecs": [{"name": "bytes", "configuration": {"endian": "big"}}])")),
            "big-endian");
}

TEST(ReadZarr, TakesDimensionsWithoutNames) {
  EXPECT_THAT(array_v3(R"("fill_value": 0, "codecs": [{"name": "bytes"}], "dimension_names": [null])").dimensions, ElementsAre(""));
}

TEST(ReadZarr, KnowsTheOtherTypesOfVersion2) {
  const auto array = [](const std::string& dtype, const std::string& fill) {
    return array_v2(R"("compressor": null, "fill_value": )" + fill + R"(, "dtype": ")" + dtype + R"(", "filters": [{"id": "vlen-utf8"}])");
  };
  EXPECT_EQ(array("|b1", "false").type, "bool");
  EXPECT_EQ(array("|b1", "false").nodata, 0);
  EXPECT_EQ(array("|O", "null").type, "string");
  EXPECT_EQ(array("<M8[ns]", "0").type, "M8[ns]");
}

TEST(Base64, IsThatOfRfc4648) {
  const auto encoded = [](std::string_view text) { return base64(std::as_bytes(std::span(text))); };
  EXPECT_EQ(encoded(""), "");
  EXPECT_EQ(encoded("f"), "Zg==");
  EXPECT_EQ(encoded("fo"), "Zm8=");
  EXPECT_EQ(encoded("foo"), "Zm9v");
  EXPECT_EQ(encoded("foobar"), "Zm9vYmFy");
}

}  // namespace
}  // namespace terroir
