#include "pipeline/adapters/zarr/input_array.h"

#include "pipeline/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

namespace terroir {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Kind = ChunkCodec::Kind;

InputJson json(const char* text) { return InputJson::parse(text); }

InputJson sharded() {
  return json(R"({"zarr_format": 3, "node_type": "array", "shape": [365, 100, 90], "data_type": "int16", "fill_value": -7,
      "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [10, 64, 96]}},
      "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
      "codecs": [{"name": "sharding_indexed", "configuration": {"chunk_shape": [5, 32, 32], "index_location": "start",
          "codecs": [{"name": "transpose", "configuration": {"order": [2, 0, 1]}},
                     {"name": "bytes", "configuration": {"endian": "big"}}, {"name": "zstd"}, {"name": "crc32c"}],
          "index_codecs": [{"name": "bytes", "configuration": {"endian": "little"}}, {"name": "crc32c"}]}}],
      "attributes": {"units": "K"}, "dimension_names": ["time", null, "x"], "storage_transformers": []})");
}

InputJson plain_v2() {
  return json(R"({"zarr_format": 2, "shape": [20, 30], "chunks": [7, 8], "dtype": ">f4", "fill_value": "NaN", "order": "F",
      "filters": null, "compressor": {"id": "blosc", "cname": "lz4", "clevel": 5, "shuffle": 1}})");
}

template <class T>
T number(const std::vector<std::byte>& bytes) {
  T out{};
  EXPECT_EQ(bytes.size(), sizeof out);
  std::memcpy(&out, bytes.data(), sizeof out);
  return out;
}

std::string complaint_v3(const InputJson& document) {
  try {
    return "unreadable: " + input_array_v3("a", document).unreadable;
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::mistake);
    return error.what();
  }
}

TEST(InputArray, ReadsShardsOfVersion3) {
  const InputArray array = input_array_v3("g/a", sharded());
  EXPECT_THAT(array.shape, ElementsAre(365, 100, 90));
  EXPECT_THAT(array.chunk, ElementsAre(5, 32, 32));
  EXPECT_THAT(array.shard, ElementsAre(10, 64, 96));
  EXPECT_THAT(array.chunks_per_object(), ElementsAre(2, 2, 3));
  EXPECT_EQ(array.type, SampleType::int16);
  EXPECT_TRUE(array.swapped);
  EXPECT_TRUE(array.index_first);
  EXPECT_TRUE(array.index_checked);
  EXPECT_THAT(array.order, ElementsAre(2, 0, 1));
  EXPECT_THAT(array.codecs, ElementsAre(ChunkCodec{Kind::zstd, 1}, ChunkCodec{Kind::crc32c, 1}));
  EXPECT_EQ(number<std::int16_t>(array.fill), -7);
  EXPECT_EQ(array.missing, std::nullopt) << "in version 3 an attribute tells what is missing";
  EXPECT_THAT(array.dimensions, ElementsAre("time", "", "x"));
  EXPECT_EQ(array.key({36, 1, 0}), "g/a/c/36/1/0");
  EXPECT_THAT(array.unreadable, IsEmpty());
}

TEST(InputArray, ReadsVersion2) {
  const InputArray array = input_array_v2("a", plain_v2(), json(R"({"_ARRAY_DIMENSIONS": ["y", "x"], "units": "m"})"));
  EXPECT_THAT(array.chunk, ElementsAre(7, 8));
  EXPECT_THAT(array.shard, IsEmpty());
  EXPECT_EQ(array.type, SampleType::float32);
  EXPECT_TRUE(array.swapped);
  EXPECT_THAT(array.order, ElementsAre(1, 0));
  EXPECT_THAT(array.codecs, ElementsAre(ChunkCodec{Kind::blosc, 1}));
  EXPECT_TRUE(std::isnan(number<float>(array.fill)));
  EXPECT_TRUE(std::isnan(array.missing.value()));
  EXPECT_EQ(array.key({2, 3}), "a/2.3");
  InputJson nested = plain_v2();
  nested["dimension_separator"] = "/";
  EXPECT_EQ(input_array_v2("a", nested, {}).key({2, 3}), "a/2/3");
}

TEST(InputArray, KeysOfArraysWithoutDimensions) {
  InputJson scalar = plain_v2();
  scalar["shape"] = scalar["chunks"] = InputJson::array();
  EXPECT_EQ(input_array_v2("a", scalar, {}).key({}), "a/0");
  InputJson v3 = sharded();
  v3["shape"] = v3["chunk_grid"]["configuration"]["chunk_shape"] = v3["dimension_names"] = InputJson::array();
  v3["codecs"] = json(R"([{"name": "bytes"}])");
  EXPECT_EQ(input_array_v3("a", v3).key({}), "a/c");
}

TEST(InputArray, FillValuesKeepEveryDigit) {
  InputJson document = sharded();
  document["data_type"] = "uint64";
  document["fill_value"] = 18446744073709551615U;
  EXPECT_EQ(number<std::uint64_t>(input_array_v3("a", document).fill), 18446744073709551615U);
  document["data_type"] = "int64";
  EXPECT_THAT(complaint_v3(document), HasSubstr("unreadable: its fill value 18446744073709551615 is no number of its type"));
  document["fill_value"] = -9223372036854775807;
  EXPECT_EQ(number<std::int64_t>(input_array_v3("a", document).fill), -9223372036854775807);
  document["data_type"] = "float32";
  document["fill_value"] = "0x7fc00001";
  EXPECT_EQ(number<std::uint32_t>(input_array_v3("a", document).fill) & 0x7fffffU, 0x400001U);
  document["data_type"] = "float16";
  document["fill_value"] = "-Infinity";
  EXPECT_EQ(number<float>(input_array_v3("a", document).fill), -std::numeric_limits<float>::infinity());
  document["data_type"] = "uint8";
  document["fill_value"] = -1;
  EXPECT_THAT(complaint_v3(document), HasSubstr("its fill value -1 is no number of its type"));
  document["fill_value"] = 1.5;
  EXPECT_THAT(complaint_v3(document), HasSubstr("its fill value 1.5 is no number of its type"));
}

TEST(InputArray, WhatIsNotKnownIsNamed) {
  InputJson document = sharded();
  document["codecs"][0]["configuration"]["codecs"][2]["name"] = "lz77";
  EXPECT_EQ(complaint_v3(document), "unreadable: its codec 'lz77' is not known here; write it again with blosc, zstd, gzip or none");
  document = sharded();
  document["codecs"].push_back({{"name", "gzip"}});
  EXPECT_THAT(complaint_v3(document), HasSubstr("unreadable: it has other codecs around its shards"));
  document = sharded();
  document["codecs"][0]["configuration"]["codecs"].push_back({{"name", "gzip"}});
  EXPECT_THAT(complaint_v3(document), HasSubstr("unreadable: it is compressed twice"));
  document = sharded();
  document["codecs"][0]["configuration"]["index_codecs"].push_back({{"name", "gzip"}});
  EXPECT_THAT(complaint_v3(document), HasSubstr("unreadable: the index of its shards has the codec 'gzip'"));
  document = sharded();
  document["data_type"] = json(R"({"name": "numpy.datetime64", "configuration": {"unit": "s"}})");
  EXPECT_THAT(complaint_v3(document), HasSubstr("unreadable: its type 'numpy.datetime64' is none of numbers"));
  InputJson filtered = plain_v2();
  filtered["filters"] = json(R"([{"id": "delta", "dtype": ">f4"}])");
  EXPECT_THAT(input_array_v2("a", filtered, {}).unreadable, HasSubstr("its filter 'delta' is not known here"));
  InputJson swapped = plain_v2();
  swapped["dtype"] = ">i2";
  swapped["filters"] = json(R"([{"id": "delta", "dtype": ">i2"}])");
  EXPECT_THAT(input_array_v2("a", swapped, {}).unreadable, HasSubstr("its filter 'delta' of big-endian numbers is not known here"));
  filtered["filters"] = json(R"([{"id": "shuffle", "elementsize": 3}])");
  EXPECT_THAT(input_array_v2("a", filtered, {}).unreadable, HasSubstr("its filter 'shuffle' is not known here"));
}

TEST(InputArray, DamagedMetadataAreRefused) {
  const auto with = [](const char* key, InputJson value) {
    InputJson document = sharded();
    document[key] = std::move(value);
    return complaint_v3(document);
  };
  EXPECT_THAT(with("shape", "many"), HasSubstr("array 'a': its 'shape' is no list of whole numbers; get a fresh copy"));
  EXPECT_THAT(with("shape", {1, 2.5, 3}), HasSubstr("its 'shape' is no list of whole numbers"));
  EXPECT_THAT(with("shape", {1, 2, -3}), HasSubstr("its 'shape' has -3, which is too small"));
  EXPECT_THAT(with("shape", {1, 2, 18446744073709551615U}), HasSubstr("its 'shape' has 18446744073709551615, and at most 2147483647"));
  const InputJson flat = json(R"({"name": "regular", "configuration": {"chunk_shape": [10, 64]}})");
  EXPECT_THAT(with("chunk_grid", flat), HasSubstr("its chunks have not as many dimensions as its shape"));
  EXPECT_THAT(with("shape", InputJson(std::vector<int>(40, 1))), HasSubstr("its 'shape' has more than 32 dimensions"));
  EXPECT_THAT(with("data_type", nullptr), HasSubstr("it has no 'data_type'"));
  EXPECT_THAT(with("codecs", 7), HasSubstr("its 'codecs' are no list"));
  InputJson document = sharded();
  document["codecs"][0]["configuration"]["chunk_shape"] = {5, 32, 33};
  EXPECT_THAT(complaint_v3(document), HasSubstr("its shards are no whole number of chunks"));
  document["codecs"][0]["configuration"]["chunk_shape"] = {5, 0, 32};
  EXPECT_THAT(complaint_v3(document), HasSubstr("its 'chunk_shape' has 0, which is too small"));
  document = sharded();
  document["chunk_grid"]["configuration"]["chunk_shape"] = {2147483000, 2147483584, 2147483616};
  EXPECT_THAT(complaint_v3(document), HasSubstr("its shards have more than 1048576 chunks"));
  document = sharded();
  document["codecs"][0]["configuration"]["codecs"][0]["configuration"]["order"] = {0, 1, 1};
  EXPECT_THAT(complaint_v3(document), HasSubstr("its transpose is no order of its dimensions"));
}

TEST(JsonDocument, HasLimits) {
  const auto complaint = [](const std::string& text) {
    try {
      (void)parse_document(std::as_bytes(std::span(text)), "s/zarr.json");
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_EQ(complaint(R"({"a": "[[[[ {{{{ \" ["})"), "");
  EXPECT_THAT(complaint("[1]"), HasSubstr("s/zarr.json: it is no JSON document"));
  EXPECT_THAT(complaint("{\"a\": "), HasSubstr("it is no JSON document"));
  EXPECT_THAT(complaint("{\"a\":" + std::string(100, '[') + std::string(100, ']') + "}"), HasSubstr("nested deeper than 64"));
  EXPECT_THAT(complaint("{\"a\": \"" + std::string(largest_document, 'x') + "\"}"), HasSubstr("larger than 16 MiB"));
}

}  // namespace
}  // namespace terroir
