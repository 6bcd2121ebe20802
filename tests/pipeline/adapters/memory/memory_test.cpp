#include "pipeline/adapters/memory/communicators.h"
#include "pipeline/adapters/memory/memory_source.h"
#include "pipeline/adapters/memory/memory_store.h"
#include "pipeline/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <numeric>
#include <string_view>

namespace terroir {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Two times of 3 x 5 pixels, numbered from 0, in chunks of 2 x 4.
std::shared_ptr<MemoryRaster> numbered() {
  auto raster = std::make_shared<MemoryRaster>();
  raster->grid = Grid({}, {}, {3, 5});
  raster->times.seconds = {0, 86400};
  raster->chunk = {1, {2, 4}};
  MemoryRaster::Band band;
  band.pixels.resize(30);
  std::iota(band.pixels.begin(), band.pixels.end(), 0.f);
  raster->bands = {band};
  return raster;
}

/// A chunk's numbers; what lies beyond the data stays -1.
std::vector<float> read(MemorySource& source, Index time, Index row, Index col) {
  std::vector<float> out(static_cast<std::size_t>(source.chunk().area()), -1);
  const std::array<int, 1> bands = {0};
  const std::array<std::byte*, 1> planes = {reinterpret_cast<std::byte*>(out.data())};
  source.read_chunk(bands, {time, row, col}, planes);
  return out;
}

TEST(MemorySource, ReadsChunks) {
  MemorySource source("dem", numbered());
  EXPECT_THAT(read(source, 0, 0, 0), ElementsAre(0, 1, 2, 3, 5, 6, 7, 8));
  EXPECT_THAT(read(source, 1, 0, 0), ElementsAre(15, 16, 17, 18, 20, 21, 22, 23));
  EXPECT_THAT(read(source, 0, 1, 1), ElementsAre(14, -1, -1, -1, -1, -1, -1, -1));
}

TEST(MemorySource, ReadsChunksOfSeveralTimes) {
  const auto raster = numbered();
  raster->chunk = {4, {2, 2}};
  MemorySource source("dem", raster);
  EXPECT_THAT(read(source, 0, 1, 1), ElementsAre(12, 13, -1, -1, 27, 28, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1));
}

TEST(MemorySource, CountsAndFails) {
  const auto raster = numbered();
  raster->failing = ChunkPlace{1, 0, 1};
  MemorySource source("dem", raster);
  EXPECT_NO_THROW(read(source, 0, 0, 1));
  EXPECT_THROW(read(source, 1, 0, 1), Error);
  EXPECT_EQ(raster->chunks_read, 2u);
}

TEST(MemoryOpener, FindsRastersByPattern) {
  MemoryOpener opener({{"a/x1.tif", numbered()}, {"a/x2.tif", numbered()}, {"b/x3.tif", numbered()}});
  EXPECT_THAT(opener.glob("a/x*.tif"), ElementsAre("a/x1.tif", "a/x2.tif"));
  EXPECT_THAT(opener.glob("*.tif"), IsEmpty());
  EXPECT_EQ(opener.open("b/x3.tif")->path(), "b/x3.tif");
  EXPECT_THROW(opener.open("b/x4.tif"), Error);
}

TEST(MemoryStore, ShowsAnObjectWhenItIsClosed) {
  MemoryStore store;
  const std::string_view text = "bytes";
  const auto bytes = std::as_bytes(std::span(text));
  const auto writer = store.create("a/b");
  writer->write(bytes.first(2));
  writer->write(bytes.subspan(2));
  EXPECT_FALSE(store.get("a/b"));
  writer->close();
  EXPECT_EQ(*store.get("a/b"), std::vector(bytes.begin(), bytes.end()));
  store.put("a/c", bytes);
  store.put("d", bytes);
  EXPECT_THAT(store.list("a/"), ElementsAre("a/b", "a/c"));
  store.remove("a/b");
  store.remove("a/b");
  EXPECT_THAT(store.list(""), ElementsAre("a/c", "d"));
}

std::vector<std::byte> one_byte(int value) { return {static_cast<std::byte>(value)}; }

TEST(MemoryHub, DeliversInOrderUntilARankIsCut) {
  MemoryHub hub(3);
  const auto a = hub.communicator(0), b = hub.communicator(1), c = hub.communicator(2);
  EXPECT_EQ(b->rank(), 1);
  EXPECT_EQ(b->size(), 3);
  b->send(0, one_byte(1));
  b->send(0, one_byte(2));
  c->send(0, one_byte(3));
  for (int expected = 1; expected <= 3; ++expected) {
    const auto message = a->poll();
    ASSERT_TRUE(message);
    EXPECT_EQ(message->bytes, one_byte(expected));
    EXPECT_EQ(message->from, expected < 3 ? 1 : 2);
  }
  EXPECT_FALSE(a->poll());
  hub.cut(1);
  b->send(0, one_byte(4));
  a->send(1, one_byte(5));
  EXPECT_FALSE(a->poll());
  EXPECT_FALSE(b->poll());
}

TEST(MemoryHub, AbortsAllRanks) {
  MemoryHub hub(2);
  const auto a = hub.communicator(0), b = hub.communicator(1);
  EXPECT_THROW(a->abort(4), MemoryHub::Aborted);
  EXPECT_THROW((void)b->poll(), MemoryHub::Aborted);
  EXPECT_THROW(b->send(0, one_byte(1)), MemoryHub::Aborted);
}

TEST(MemoryHub, NamesItsHostsToRankZero) {
  MemoryHub hub(2);
  EXPECT_EQ(hub.communicator(0)->hosts(), (std::vector<std::string>{"host0", "host1"}));
  EXPECT_TRUE(hub.communicator(1)->hosts().empty());
  EXPECT_EQ(SerialCommunicator("here").hosts(), std::vector<std::string>{"here"});
}

TEST(SerialCommunicator, TalksToItself) {
  SerialCommunicator alone;
  EXPECT_EQ(alone.size(), 1);
  EXPECT_FALSE(alone.poll());
  alone.send(0, one_byte(7));
  EXPECT_EQ(alone.poll()->bytes, one_byte(7));
  EXPECT_FALSE(alone.poll());
}

}  // namespace
}  // namespace terroir
