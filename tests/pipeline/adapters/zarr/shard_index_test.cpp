#include "pipeline/adapters/zarr/shard_index.h"

#include "pipeline/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace terroir {
namespace {

using testing::HasSubstr;

std::vector<std::byte> bytes_of(const std::string& hexadecimal) {
  std::vector<std::byte> out;
  for (std::size_t i = 0; i + 1 < hexadecimal.size(); i += 2)
    out.push_back(static_cast<std::byte>(std::stoi(hexadecimal.substr(i, 2), nullptr, 16)));
  return out;
}

// The index of four chunks of 16 bytes, the second one not stored, and its CRC-32C, as zarr-python writes it.
const std::string four_chunks =
    "00000000000000001000000000000000"
    "ffffffffffffffffffffffffffffffff"
    "10000000000000001000000000000000"
    "20000000000000001000000000000000"
    "66a8fcd7";

std::string complaint(const std::vector<std::byte>& bytes, bool checked, std::uint64_t object) {
  try {
    (void)parse_shard_index(bytes, checked, object);
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::data);
    return error.what();
  }
  return "";
}

TEST(ShardIndex, TellsWhereChunksLie) {
  const ShardIndex index = parse_shard_index(bytes_of(four_chunks), true, 48 + 68);
  ASSERT_EQ(index.size(), 4U);
  EXPECT_EQ(index[0], (ShardEntry{0, 16}));
  EXPECT_FALSE(index[1].stored());
  EXPECT_EQ(index[3], (ShardEntry{32, 16}));
  EXPECT_EQ(shard_index_bytes(4, true), 68U);
  EXPECT_EQ(shard_index_bytes(4, false), 64U);
}

TEST(ShardIndex, RefusesWhatIsDamaged) {
  EXPECT_EQ(complaint(bytes_of(four_chunks), true, 47), "its index names bytes that it does not have");
  auto changed = bytes_of(four_chunks);
  changed[8] = std::byte{17};
  EXPECT_EQ(complaint(changed, true, 1000), "its index has a wrong checksum");
  EXPECT_EQ(complaint(bytes_of("0102"), true, 1000), "its index is too short");
  // An offset that with its size goes around the end of all numbers.
  EXPECT_EQ(complaint(bytes_of("f0ffffffffffffff2000000000000000"), false, 1000), "its index names bytes that it does not have");
  EXPECT_EQ(complaint(bytes_of("0100000000000000ffffffffffffffff"), false, 1000), "its index names bytes that it does not have");
}

TEST(ShardIndices, KeepTheLastOnesWithinABudget) {
  ShardIndices kept(3 * (16 * 10 + 256));
  const auto index = std::make_shared<const ShardIndex>(10);
  for (const char* path : {"a", "b", "c"}) kept.keep(path, index);
  EXPECT_NE(kept.find("a"), nullptr);
  kept.keep("d", index);
  EXPECT_EQ(kept.find("b"), nullptr) << "used before all others";
  EXPECT_NE(kept.find("a"), nullptr);
  EXPECT_NE(kept.find("d"), nullptr);
}

}  // namespace
}  // namespace terroir
