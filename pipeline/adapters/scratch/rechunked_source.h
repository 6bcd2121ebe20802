#pragma once

#include "pipeline/adapters/scratch/scratch_file.h"
#include "pipeline/ports/rechunk.h"

#include <memory>

namespace terroir {

/// A source whose chunks were stored the wrong way for those who read it, a map at a time for readers of series: each of its chunks is
/// read once by one of the ranks of a node and laid out anew in their scratch file, from which chunks of another shape are read. Only
/// times and pixels that are used are laid out; what is read of others is nothing. Bands must not be interleaved.
class RechunkedSource final : public Source {
 public:
  /// Bytes and parts of the scratch file that a source takes in chunks of a shape.
  struct Room {
    std::uint64_t bytes = 0;
    std::size_t parts = 0;
  };
  [[nodiscard]] static Room room(const Source& inner, const ChunkShape& chunk);

  /// `at`: bytes and parts of the scratch file in front of this source's.
  RechunkedSource(std::shared_ptr<Source> inner, const ChunkShape& chunk, Rechunk use, std::shared_ptr<ScratchFile> scratch,
                  const Room& at);

  [[nodiscard]] const std::string& path() const noexcept override { return inner_->path(); }
  [[nodiscard]] const Grid& grid() const noexcept override { return inner_->grid(); }
  [[nodiscard]] const TimeAxis& times() const noexcept override { return inner_->times(); }
  [[nodiscard]] const std::vector<BandFacts>& bands() const noexcept override { return inner_->bands(); }
  [[nodiscard]] ChunkShape chunk() const noexcept override { return chunk_; }
  [[nodiscard]] bool interleaved() const noexcept override { return false; }
  [[nodiscard]] Fingerprint fingerprint() const override { return inner_->fingerprint(); }
  [[nodiscard]] SampleType stored_type(int band) const noexcept override { return inner_->stored_type(band); }
  std::size_t read_chunk(std::span<const int> bands, const ChunkPlace& place, std::span<std::byte* const> out) override {
    return read_counted(bands, place, out).bytes;
  }
  /// The cost is that of chunks of the inner source which nobody had read before.
  ReadCost read_counted(std::span<const int> bands, const ChunkPlace& place, std::span<std::byte* const> out) override;

 private:
  /// Times and pixels that a chunk has, without what lies beyond the data.
  struct Extent {
    Index first = 0, times = 0;
    Window window;
  };
  [[nodiscard]] Extent extent_of(const ChunkShape& shape, const ChunkPlace& place) const noexcept;
  [[nodiscard]] std::uint64_t offset_of(int band, const ChunkPlace& place) const noexcept;
  [[nodiscard]] std::size_t part_of(int band, const ChunkPlace& place) const noexcept;
  [[nodiscard]] Window laid_out() const noexcept;
  void bring(int band, const Extent& wanted, ReadCost& cost);
  bool lay_out_some(int band, const std::vector<ChunkPlace>& missing, ReadCost& cost);
  void lay_out(int band, std::vector<ChunkPlace> places, ReadCost& cost);
  void read_inner(int band, std::span<const ChunkPlace> places, std::byte* numbers, ReadCost& cost);
  void lay_out_times(int band, const ChunkPlace& first, Index chunks, const std::byte* numbers);
  void lay_out_piece(int band, const Extent& from, const std::byte* numbers, const ChunkPlace& to);

  std::shared_ptr<Source> inner_;
  ChunkShape chunk_;
  Rechunk use_;
  std::shared_ptr<ScratchFile> scratch_;
  Room at_;
  std::vector<std::uint64_t> band_bytes_;  ///< in front of each band
};

}  // namespace terroir
