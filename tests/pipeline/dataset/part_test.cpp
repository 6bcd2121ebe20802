#include "pipeline/dataset/part.h"

#include "pipeline/adapters/memory/memory_store.h"
#include "pipeline/dataset/encode_chunk.h"
#include "pipeline/dataset/tile_writers.h"
#include "pipeline/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace terroir {
namespace {

using testing::ElementsAre;

/// 5 x 5 chunks of one pixel in tiles of 2 x 2, three times in two chunks.
ArrayLayout layout() {
  ArrayLayout out;
  out.name = "v";
  out.has_time = true;
  out.time_chunk = 2;
  out.time_chunks = 2;
  out.grid = {5, 5};
  out.chunk_area = out.stored_area = {1, 1};
  out.tile = {2, 2};
  return out;
}

std::vector<std::byte> bytes(const std::string& text) {
  const auto span = std::as_bytes(std::span(text));
  return {span.begin(), span.end()};
}

std::string text(const PartChunk& chunk) {
  return std::string(reinterpret_cast<const char*>(chunk.bytes.data()), chunk.bytes.size()) + " at " + std::to_string(chunk.time) + " " +
         std::to_string(chunk.row) + " " + std::to_string(chunk.col);
}

class Part : public testing::Test {
 protected:
  Part() {
    const auto writer = make_shard_writer(layout_, store_, part_key(layout_, 1, 2));
    writer->append(0, 0, 0, bytes("one"));
    writer->append(1, 0, 0, bytes("two"));
    writer->append(0, 1, 0, {});
    writer->append(1, 1, 0, bytes("three"));
    (void)writer->close();
    part_ = store_.get("__terroir/parts/v/1/2").value();
  }
  ArrayLayout layout_ = layout();
  MemoryStore store_;
  std::vector<std::byte> part_;
};

TEST_F(Part, GivesItsChunksBackWithTheirPlaces) {
  std::vector<std::string> found;
  for (const auto& chunk : chunks_of_part(layout_, 1, 2, part_)) found.push_back(text(chunk));
  EXPECT_THAT(found, ElementsAre("one at 0 2 4", "two at 1 2 4", "three at 1 3 4"));
}

TEST_F(Part, IsRefusedWhenDamaged) {
  for (const std::size_t length : {std::size_t{0}, std::size_t{10}, part_.size() - 1})
    EXPECT_THROW((void)chunks_of_part(layout_, 1, 2, std::span(part_).first(length)), Error) << length;
  part_[part_.size() - 10] ^= std::byte{1};
  EXPECT_THROW((void)chunks_of_part(layout_, 1, 2, part_), Error);
}

// A chunk of 4 x 4 pixels over a grid of 2 x 3: a file keeps the pixels inside.
TEST(EncodeChunk, CutsOffWhatLiesBeyondASmallGrid) {
  ArrayLayout small;
  small.grid = small.stored_area = {2, 3};
  small.chunk_area = small.tile = {4, 4};
  small.compression.name = Compression::Name::raw;
  std::vector<float> pixels(16);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<float>(i);
  Bytes out;
  std::vector<std::byte> scratch;
  EncodeCounts counts;
  encode_chunk(small, pixels, out, scratch, counts);
  ASSERT_EQ(out.size(), 6 * sizeof(float));
  const auto* kept = reinterpret_cast<const float*>(out.data());
  EXPECT_THAT(std::vector<float>(kept, kept + 6), ElementsAre(0, 1, 2, 4, 5, 6));
}

}  // namespace
}  // namespace terroir
