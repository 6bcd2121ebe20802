#pragma once

#include "pipeline/adapters/memory/memory_source.h"
#include "pipeline/codecs/gzip.h"

#include <memory>
#include <set>
#include <utility>
#include <vector>

namespace terroir::testing {

/// A raster in memory whose chunks can be had behind zlib streams.
class PackedSource final : public MemorySource {
 public:
  /// How chunks of a raster have been read.
  struct Story {
    int fetched = 0, finished = 0;           ///< behind one stream, with another one inflated beside it
    std::set<std::pair<Index, Index>> torn;  ///< (time, row) of chunks whose stream is damaged
  };

  PackedSource(const std::shared_ptr<MemoryRaster>& raster, Story& story) : MemorySource("maps.nc", raster), story_(story) {}

  [[nodiscard]] std::unique_ptr<FetchedChunk> fetch_chunk(std::span<const int> bands, const ChunkPlace& place,
                                                          std::span<std::byte* const> out) override {
    class Packed final : public FetchedChunk {
     public:
      Packed(std::vector<std::byte> bytes, std::span<std::byte> out, Story& story) : bytes_(std::move(bytes)), out_(out), story_(story) {}
      [[nodiscard]] ZlibStream stream() const noexcept override { return {bytes_, out_}; }
      void finish() override { ++story_.finished; }

     private:
      std::vector<std::byte> bytes_;
      std::span<std::byte> out_;
      Story& story_;
    };
    const auto size = static_cast<std::size_t>(chunk().area()) * sizeof(float);
    std::vector<std::byte> numbers(size), packed(gzip_bound(1, size));
    std::byte* const plane = numbers.data();
    (void)read_chunk(bands, place, {&plane, 1});
    packed.resize(zlib_compress(numbers, 1, packed));
    if (story_.torn.contains({place.time, place.row})) packed[packed.size() / 2] ^= std::byte{0x55};
    ++story_.fetched;
    return std::make_unique<Packed>(std::move(packed), std::span(out[0], size), story_);
  }

 private:
  Story& story_;
};

}  // namespace terroir::testing
