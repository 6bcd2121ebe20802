#include "pipeline/cf/cf_source.h"

#include "pipeline/error.h"
#include "tiling/cells.h"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>
#include <map>

namespace terroir {
namespace {

/// An array whose number at (i, j, ...) tells its place: i * 1000 + j * 100 + ...
class Counting final : public StoredArray {
 public:
  Counting(std::vector<Index> shape, std::vector<Index> chunk) : shape_(std::move(shape)), chunk_(std::move(chunk)) {}
  [[nodiscard]] const std::vector<Index>& chunk() const noexcept override { return chunk_; }
  std::size_t read(std::span<const Index> place, std::span<std::byte> out) override {
    const std::size_t rank = chunk_.size();
    std::vector<Index> at(rank, 0);
    for (std::size_t n = 0; n < out.size() / sizeof(float); ++n) {
      float value = 0;
      for (std::size_t d = 0; d < rank; ++d) value = value * 10 + static_cast<float>(place[d] * chunk_[d] + at[d]);
      std::memcpy(out.data() + n * sizeof(float), &value, sizeof value);
      for (std::size_t d = rank; d-- > 0 && ++at[d] == chunk_[d];) at[d] = 0;
    }
    return 1;
  }
  [[nodiscard]] std::unique_ptr<FetchedChunk> fetch(std::span<const Index> place, std::span<std::byte> out) override {
    class Later final : public FetchedChunk {
     public:
      Later(Counting& array, std::span<const Index> place, std::span<std::byte> out)
          : array_(array), place_(place.begin(), place.end()), out_(out) {}
      [[nodiscard]] ZlibStream stream() const noexcept override { return {}; }
      void finish() override { (void)array_.read(place_, out_); }

     private:
      Counting& array_;
      std::vector<Index> place_;
      std::span<std::byte> out_;
    };
    return std::make_unique<Later>(*this, place, out);
  }

 private:
  std::vector<Index> shape_, chunk_;
};

std::vector<float> chunk_of(const CfDescription& about, std::vector<Index> chunk, const ChunkPlace& place) {
  CfSource source("f.nc", about, std::make_unique<Counting>(about.shape, std::move(chunk)), {});
  std::vector<float> out(static_cast<std::size_t>(source.chunk().area()), -1);
  std::byte* bytes = reinterpret_cast<std::byte*>(out.data());
  const int band = 0;
  (void)source.read_chunk({&band, 1}, place, {&bytes, 1});
  // What is fetched and finished is what is read.
  std::vector<float> later(out.size(), -1);
  bytes = reinterpret_cast<std::byte*>(later.data());
  if (const auto fetched = source.fetch_chunk({&band, 1}, place, {&bytes, 1})) {
    fetched->finish();
    EXPECT_EQ(later, out);
  }
  return out;
}

TEST(CfSource, TurnsDimensionsAroundAndSouthUp) {
  CfDescription about;
  about.shape = {3, 2, 4};  // lon, time, lat
  about.x = 0;
  about.time = 1;
  about.y = 2;
  about.fixed = {0, 0, 0};
  about.grid = Grid({}, {}, {4, 3});
  about.times.seconds = {0, 1};
  // Element (lon i, time t, lat j) is i * 100 + t * 10 + j.
  EXPECT_EQ(chunk_of(about, {3, 2, 4}, {}), (std::vector<float>{0,  100, 200, 1,  101, 201, 2,  102, 202, 3,  103, 203,  //
                                                                10, 110, 210, 11, 111, 211, 12, 112, 212, 13, 113, 213}));
  about.south_up = true;
  EXPECT_EQ(chunk_of(about, {3, 1, 4}, {1, 0, 0}), (std::vector<float>{13, 113, 213, 12, 112, 212, 11, 111, 211, 10, 110, 210}));
  about.mirrored = true;
  EXPECT_EQ(chunk_of(about, {3, 1, 4}, {0, 0, 0}), (std::vector<float>{203, 103, 3, 202, 102, 2, 201, 101, 1, 200, 100, 0}));
}

TEST(CfSource, JoinsChunksThatDoNotEndWhereRowsFromTheNorthDo) {
  CfDescription about;
  about.shape = {5, 2};
  about.y = 0;
  about.x = 1;
  about.fixed = {0, 0};
  about.south_up = true;
  about.grid = Grid({}, {}, {5, 2});
  // Rows from the north: 4, 3, 2, 1, 0; the storage keeps (0, 1, 2) and (3, 4).
  EXPECT_EQ(chunk_of(about, {3, 2}, {0, 0, 0}), (std::vector<float>{40, 41, 30, 31, 20, 21}));
  EXPECT_EQ(chunk_of(about, {3, 2}, {0, 1, 0}), (std::vector<float>{10, 11, 0, 1, -1, -1}));
}

TEST(CfSource, TakesOneLevelOutOfAChunkOfSeveral) {
  CfDescription about;
  about.shape = {1, 4, 2, 2};  // time, level, lat, lon
  about.time = 0;
  about.y = 2;
  about.x = 3;
  about.fixed = {0, 3, 0, 0};
  about.grid = Grid({}, {}, {2, 2});
  about.times.seconds = {0};
  EXPECT_EQ(chunk_of(about, {1, 2, 2, 2}, {}), (std::vector<float>{300, 301, 310, 311}));
}

/// Some bands of four, of two rows and columns, in chunks of a shape; `reads` counts the chunks that were decoded.
std::vector<std::vector<float>> bands_of(std::vector<Index> chunk, std::vector<int> numbers, std::size_t* reads = nullptr) {
  CfDescription about;
  about.shape = {4, 2, 2};  // label, lat, lon
  about.labels = 0;
  about.y = 1;
  about.x = 2;
  about.fixed = {0, 0, 0};
  about.grid = Grid({}, {}, {2, 2});
  about.bands.resize(4);
  CfSource source("f.zarr", about, std::make_unique<Counting>(about.shape, chunk), {});
  EXPECT_EQ(source.interleaved(), chunk[0] == 4);
  std::vector<std::vector<float>> out(numbers.size(), std::vector<float>(4, -1));
  std::vector<std::byte*> planes;
  for (auto& plane : out) planes.push_back(reinterpret_cast<std::byte*>(plane.data()));
  const std::size_t bytes = source.read_chunk(numbers, {}, planes);
  if (reads != nullptr) *reads = bytes;
  return out;
}

TEST(CfSource, ReadsSomeBandsOfAChunkThatHoldsAllByDecodingItOnce) {
  std::size_t reads = 0;
  EXPECT_EQ(bands_of({4, 2, 2}, {3, 1}, &reads), (std::vector<std::vector<float>>{{300, 301, 310, 311}, {100, 101, 110, 111}}));
  EXPECT_EQ(reads, 1U);
  EXPECT_EQ(bands_of({2, 2, 2}, {3, 2, 0}, &reads),
            (std::vector<std::vector<float>>{{300, 301, 310, 311}, {200, 201, 210, 211}, {0, 1, 10, 11}}));
  EXPECT_EQ(reads, 2U);
  EXPECT_EQ(bands_of({1, 2, 2}, {3, 2}, &reads), (std::vector<std::vector<float>>{{300, 301, 310, 311}, {200, 201, 210, 211}}));
  EXPECT_EQ(reads, 2U);
}

}  // namespace
}  // namespace terroir
