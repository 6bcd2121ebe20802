#include "pipeline/adapters/gdal/geotiff_file.h"

#include "pipeline/adapters/memory/memory_store.h"

#include <gtest/gtest.h>

#include <random>

namespace terroir {
namespace {

/// The bytes of a file of several tiles with an overview, compressed by so many threads.
std::vector<std::byte> compressed(CodecSpec::Name codec, int threads) {
  TiffHeader header;
  header.grid = Grid({}, {0, 1, 0, -1}, {1100, 1300});
  header.bands.resize(2);
  header.codec.name = codec;
  header.threads = threads;
  GeotiffFile file(header);
  std::mt19937 random(9);
  std::vector<float> row(700);
  for (Index r = 0; r < 600; ++r) {
    for (float& pixel : row) pixel = static_cast<float>(random() % 1000) / 8;
    for (std::size_t band = 0; band < 2; ++band) file.write(band, {r, 0, 1, 700}, std::as_bytes(std::span(row)), 700);
  }
  MemoryStore store;
  (void)file.publish(store, "it.tif");
  return store.get("it.tif").value();
}

TEST(GeotiffFile, HasTheSameBytesForAnyNumberOfThreads) {
  for (const auto codec : {CodecSpec::Name::deflate, CodecSpec::Name::zstd}) {
    const auto one = compressed(codec, 1);
    EXPECT_GT(one.size(), 100000u);
    EXPECT_LT(one.size(), std::size_t{600} * 700 * 2 * sizeof(float));
    for (const int threads : {2, 3}) EXPECT_TRUE(compressed(codec, threads) == one) << threads;
  }
}

}  // namespace
}  // namespace terroir
