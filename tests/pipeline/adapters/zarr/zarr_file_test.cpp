#include "pipeline/adapters/zarr/zarr_file.h"

#include "pipeline/codecs/crc32c.h"
#include "pipeline/codecs/zstd.h"
#include "pipeline/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace terroir {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using Octets = std::vector<std::byte>;

template <class T>
Octets bytes_of(const std::vector<T>& numbers) {
  const auto bytes = std::as_bytes(std::span(numbers));
  return {bytes.begin(), bytes.end()};
}

Octets joined(std::initializer_list<Octets> parts) {
  Octets out;
  for (const Octets& part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}

Octets with_checksum(const Octets& bytes) { return joined({bytes, bytes_of<std::uint32_t>({crc32c(bytes)})}); }

Octets by_zstd(const Octets& bytes) {
  Octets out(zstd_bound(bytes.size()));
  out.resize(zstd_compress(bytes, 3, out));
  return out;
}

/// A store in a folder of its own, written by hand.
class ZarrFileTest : public testing::Test {
 protected:
  ZarrFileTest() {
    std::string name = (std::filesystem::temp_directory_path() / "zarr-file-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    put("zarr.json", R"({"zarr_format": 3, "node_type": "group", "attributes": {}})");
  }
  ~ZarrFileTest() override { std::filesystem::remove_all(folder_); }

  void put(const std::string& key, const std::string& text) { put(key, bytes_of(std::vector<char>(text.begin(), text.end()))); }
  void put(const std::string& key, const Octets& bytes) {
    const std::filesystem::path path = std::filesystem::path(folder_) / key;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }

  /// An array `a` of two dimensions.
  void describe(const std::string& type, const std::string& shape, const std::string& chunk, const std::string& fill,
                const std::string& codecs) {
    put("a/zarr.json", R"({"zarr_format": 3, "node_type": "array", "shape": )" + shape + R"(, "data_type": ")" + type +
                           R"(", "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": )" + chunk +
                           R"(}}, "chunk_key_encoding": {"name": "default"}, "fill_value": )" + fill + R"(, "codecs": )" + codecs + "}");
  }

  [[nodiscard]] std::vector<double> numbers(const std::string& name = "a") const {
    ZarrFile file(folder_, std::make_shared<ZarrHandles>());
    return file.numbers(*file.find(name));
  }
  [[nodiscard]] std::string complaint() const {
    try {
      (void)numbers();
    } catch (const Error& error) {
      EXPECT_EQ(error.fault(), Fault::mistake);
      return error.what();
    }
    return "";
  }

  std::string folder_;
};

TEST_F(ZarrFileTest, ReadsChunksThatGoBeyondTheEdgeAndFillsThoseThatAreNotThere) {
  describe("int16", "[3, 3]", "[2, 2]", "-1", R"([{"name": "bytes", "configuration": {"endian": "little"}}])");
  put("a/c/0/0", bytes_of<std::int16_t>({1, 2, 3, 4}));
  put("a/c/1/1", bytes_of<std::int16_t>({5, 99, 99, 99}));
  EXPECT_THAT(numbers(), ElementsAre(1, 2, -1, 3, 4, -1, -1, -1, 5));
}

TEST_F(ZarrFileTest, PutsTransposedBigEndianHalvesInOrder) {
  describe("float16", "[2, 3]", "[2, 3]", "0", R"([{"name": "transpose", "configuration": {"order": [1, 0]}},
      {"name": "bytes", "configuration": {"endian": "big"}}, {"name": "zstd"}])");
  // 1, -2, 0.5, 65504, the least of all halves and infinity, column by column.
  put("a/c/0/0", by_zstd(bytes_of<std::uint8_t>({0x3c, 0, 0xc0, 0, 0x38, 0, 0x7b, 0xff, 0, 1, 0x7c, 0})));
  EXPECT_THAT(numbers(), ElementsAre(1, 0.5, std::ldexp(1.0, -24), -2, 65504, std::numeric_limits<double>::infinity()));
}

const std::string shards = R"([{"name": "sharding_indexed", "configuration": {"chunk_shape": [1, 2], "index_location": "LOCATION",
    "codecs": [{"name": "bytes"}, {"name": "crc32c"}],
    "index_codecs": [{"name": "bytes", "configuration": {"endian": "little"}}, {"name": "crc32c"}]}}])";

std::string shards_with_index(const std::string& location) { return std::string(shards).replace(shards.find("LOCATION"), 8, location); }

TEST_F(ZarrFileTest, FindsChunksByTheIndexOfTheirShard) {
  constexpr std::uint64_t none = ~std::uint64_t{0};
  const Octets first = with_checksum(bytes_of<std::uint8_t>({1, 2})), second = with_checksum(bytes_of<std::uint8_t>({3, 4}));
  describe("uint8", "[2, 4]", "[2, 4]", "7", shards_with_index("end"));
  put("a/c/0/0", joined({second, first, with_checksum(bytes_of<std::uint64_t>({6, 6, none, none, none, none, 0, 6}))}));
  EXPECT_THAT(numbers(), ElementsAre(1, 2, 7, 7, 7, 7, 3, 4));
  describe("uint8", "[2, 4]", "[2, 4]", "7", shards_with_index("start"));
  put("a/c/0/0", joined({with_checksum(bytes_of<std::uint64_t>({68, 6, none, none, 74, 6, none, none})), first, second}));
  EXPECT_THAT(numbers(), ElementsAre(1, 2, 7, 7, 3, 4, 7, 7));
}

TEST_F(ZarrFileTest, TellsWhatIsWrongWithAShard) {
  const Octets chunk = with_checksum(bytes_of<std::uint8_t>({1, 2}));
  describe("uint8", "[1, 2]", "[1, 2]", "7", shards_with_index("end"));
  put("a/c/0/0", joined({chunk, with_checksum(bytes_of<std::uint64_t>({2, 25}))}));
  EXPECT_THAT(complaint(), HasSubstr("chunk (0, 0) of 'a' cannot be decoded (its index names bytes that it does not have); get a fresh"));
  put("a/c/0/0", joined({chunk, with_checksum(bytes_of<std::uint64_t>({1, 6}))}));
  EXPECT_THAT(complaint(), HasSubstr("it has a wrong checksum"));
  put("a/c/0/0", joined({chunk, with_checksum(bytes_of<std::uint64_t>({0, 3}))}));
  EXPECT_THAT(complaint(), HasSubstr("it is too short"));
  put("a/c/0/0", joined({with_checksum(bytes_of<std::uint8_t>({1, 2, 3})), with_checksum(bytes_of<std::uint64_t>({0, 7}))}));
  EXPECT_THAT(complaint(), HasSubstr("it has 3 bytes instead of 2"));
  put("a/c/0/0", bytes_of<std::uint8_t>({1, 2}));
  EXPECT_THAT(complaint(), HasSubstr("the shard is shorter than its index"));
}

TEST_F(ZarrFileTest, ReadsTextsOfBothKinds) {
  put("l/zarr.json", R"({"zarr_format": 3, "node_type": "array", "shape": [3], "data_type": "string", "fill_value": "",
      "chunk_key_encoding": {"name": "default"}, "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [2]}},
      "codecs": [{"name": "vlen-utf8"}, {"name": "zstd"}]})");
  put("l/c/0", by_zstd(bytes_of<std::uint8_t>({2, 0, 0, 0, 1, 0, 0, 0, 'a', 0, 0, 0, 0})));
  put("l/c/1", by_zstd(bytes_of<std::uint8_t>({2, 0, 0, 0, 2, 0, 0, 0, 'b', 'c', 1, 0, 0, 0, '-'})));
  ZarrFile file(folder_, std::make_shared<ZarrHandles>());
  EXPECT_THAT(file.texts(*file.find("l")), ElementsAre("a", "", "bc"));
  std::filesystem::remove(folder_ + "/zarr.json");
  put(".zgroup", R"({"zarr_format": 2})");
  put("u/.zarray", R"({"zarr_format": 2, "shape": [2], "chunks": [2], "dtype": ">U2", "fill_value": "", "order": "C",
      "filters": null, "compressor": null})");
  put("u/0", bytes_of<std::uint8_t>({0, 0, 0, 'x', 0, 0, 0x20, 0xac, 0, 0, 0, 'y', 0, 0, 0, 0}));
  ZarrFile second(folder_, std::make_shared<ZarrHandles>());
  EXPECT_THAT(second.texts(*second.find("u")), ElementsAre("x\u20ac", "y"));
}

}  // namespace
}  // namespace terroir
