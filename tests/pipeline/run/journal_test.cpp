#include "pipeline/run/journal.h"

#include "pipeline/adapters/memory/memory_store.h"
#include "pipeline/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <limits>
#include <random>

namespace terroir {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

TileResult tile(Index number) {
  return {number, {{"slope/c/0/" + std::to_string(number), 1234, 0xfedcba98, 1}, {"aspect/c/0/0", 0, 0}}, {1.0 / 3, -0.0, 5e-324, nan}};
}

std::vector<Index> tiles_of(const std::vector<JournalEntry>& entries) {
  std::vector<Index> tiles;
  for (const auto& entry : entries) tiles.push_back(entry.result.tile);
  return tiles;
}

TEST(Journal, KeepsATileToTheLastBit) {
  const auto entries = read_segment(header_line({"hash", "a", 3}) + tile_line(2, tile(7)), "hash");
  ASSERT_THAT(entries, SizeIs(1));
  EXPECT_EQ(entries[0].pass, 2u);
  EXPECT_EQ(entries[0].result.tile, 7);
  EXPECT_EQ(entries[0].result.objects, tile(7).objects);
  ASSERT_THAT(entries[0].result.state, SizeIs(4));
  for (std::size_t i = 0; i < 4; ++i)
    EXPECT_EQ(std::bit_cast<std::uint64_t>(entries[0].result.state[i]), std::bit_cast<std::uint64_t>(tile(7).state[i]));
}

TEST(Journal, WritesLinesOfJson) {
  EXPECT_EQ(header_line({"hash", "a", 3}).substr(21), "\"plan\":\"hash\",\"attempt\":\"a\",\"rank\":3}\n");
  EXPECT_EQ(tile_line(0, {5, {{"k", 9, 8, 1}}, {1.0}}).substr(21),
            "\"pass\":0,\"tile\":5,\"objects\":[[1,\"k\",9,8]],\"state\":\"3ff0000000000000\"}\n");
}

TEST(Journal, IgnoresATornLineWhereverItIsTorn) {
  const std::string whole = header_line({"hash", "a", 0}) + tile_line(0, tile(1)) + tile_line(0, tile(2));
  const std::size_t header = header_line({"hash", "a", 0}).size(), first = header + tile_line(0, tile(1)).size();
  for (std::size_t length = 0; length <= whole.size(); ++length) {
    const std::size_t expected = length == whole.size() ? 2 : length >= first ? 1 : 0;
    EXPECT_THAT(read_segment(whole.substr(0, length), "hash"), SizeIs(expected)) << length;
  }
}

TEST(Journal, IgnoresDamagedLines) {
  const std::string header = header_line({"hash", "a", 0});
  std::mt19937 random(1);
  for (int i = 0; i < 2000; ++i) {
    std::string middle = tile_line(0, tile(2));
    middle[random() % (middle.size() - 1)] ^= static_cast<char>(1 + random() % 127);
    const auto entries = read_segment(header + tile_line(0, tile(1)) + middle + tile_line(0, tile(3)), "hash");
    EXPECT_THAT(tiles_of(entries), ElementsAre(1, 3));
  }
}

TEST(Journal, IsOfOnePlan) {
  const std::string text = header_line({"hash", "a", 0}) + tile_line(0, tile(1));
  EXPECT_THAT(read_segment(text, "hash"), SizeIs(1));
  EXPECT_THAT(read_segment(text, "another"), IsEmpty());
  EXPECT_THAT(read_segment(tile_line(0, tile(1)), "hash"), IsEmpty());
  EXPECT_THAT(read_segment("", "hash"), IsEmpty());
}

TEST(Journal, IsWrittenInSegmentsThatNeverChange) {
  MemoryStore store;
  JournalWriter writer(store, {"hash", "20240601T120000-ab", 12});
  writer.flush();
  EXPECT_THAT(store.list(""), IsEmpty());
  writer.add(0, tile(1));
  writer.add(0, tile(2));
  EXPECT_TRUE(writer.pending());
  writer.flush();
  EXPECT_FALSE(writer.pending());
  writer.flush();
  writer.add(1, tile(3));
  writer.flush();
  EXPECT_THAT(store.list(""), ElementsAre("__terroir/journal-20240601T120000-ab-00012-00000.jsonl",
                                          "__terroir/journal-20240601T120000-ab-00012-00001.jsonl"));
  const auto entries = read_journal(store, "hash");
  EXPECT_THAT(tiles_of(entries), ElementsAre(1, 2, 3));
  EXPECT_EQ(entries[2].pass, 1u);
}

TEST(Journal, TellsWhenItCannotBeWritten) {
  MemoryStore store;
  store.before_close = [](const std::string&) { throw Error(Fault::system, "No space left on device"); };
  JournalWriter writer(store, {"hash", "a", 0});
  writer.add(0, tile(1));
  EXPECT_THROW(writer.flush(), Error);
}

}  // namespace
}  // namespace terroir
