#pragma once

#include "pipeline/cf/description.h"

#include <memory>
#include <string>
#include <vector>

namespace terroir {

/// A variable of a file with CF's conventions: chunks of its stored array, of any order of dimensions, as (time, row, col) of each band.
class CfSource final : public Source {
 public:
  CfSource(std::string path, CfDescription description, std::unique_ptr<StoredArray> array, const Fingerprint& fingerprint);

  [[nodiscard]] const std::string& path() const noexcept override { return path_; }
  [[nodiscard]] const Grid& grid() const noexcept override { return about_.grid; }
  /// In the order of the file, which need not be ascending.
  [[nodiscard]] const TimeAxis& times() const noexcept override { return about_.times; }
  [[nodiscard]] const std::vector<BandFacts>& bands() const noexcept override { return about_.bands; }
  [[nodiscard]] ChunkShape chunk() const noexcept override { return chunk_; }
  [[nodiscard]] bool interleaved() const noexcept override;
  [[nodiscard]] Fingerprint fingerprint() const override { return fingerprint_; }
  [[nodiscard]] SampleType stored_type(int) const noexcept override { return about_.type; }
  /// Compressed bytes and what they become before they are unshuffled; and a chunk of the array, where it is none of the source.
  [[nodiscard]] std::size_t scratch_bytes() const noexcept override { return (direct_ ? 2 : 3) * storage_bytes_; }
  std::size_t read_chunk(std::span<const int> bands, const ChunkPlace& place, std::span<std::byte* const> out) override;
  [[nodiscard]] std::unique_ptr<FetchedChunk> fetch_chunk(std::span<const int> bands, const ChunkPlace& place,
                                                          std::span<std::byte* const> out) override;

 private:
  /// The chunk of the array in which a chunk of the source begins, in its first band.
  [[nodiscard]] std::vector<Index> place_in_storage(const ChunkPlace& place) const;
  /// Chunks of the storage that hold some rows (or columns) of the source.
  struct Run {
    Index begin = 0, end = 0;  ///< indices in the array
    Index chunk = 1;           ///< of the array
    Index last = 0;            ///< index in the array of what is first in the source's chunk, where the array runs backwards
    bool backwards = false;

    [[nodiscard]] Index first_place() const noexcept { return begin / chunk; }
    [[nodiscard]] Index last_place() const noexcept { return (end - 1) / chunk; }
    /// The part that chunk `place` holds.
    [[nodiscard]] std::pair<Index, Index> inside(Index place) const noexcept;
    /// Where an index of the array lies in the source's chunk.
    [[nodiscard]] Index target(Index index) const noexcept { return backwards ? last - index : index - begin; }
  };
  class Turned;
  /// Times of a chunk that the data have.
  [[nodiscard]] Index times_of(const ChunkPlace&) const;
  [[nodiscard]] Run run_along(std::size_t dimension, Index place, bool backwards) const;
  /// Copies what a chunk of the array has of a band: `fixed` tells the index along each dimension that is none of the grid or of time.
  void copy(const std::byte* numbers, const std::vector<Index>& fixed, Index times, const Run& rows, Index row_place, const Run& cols,
            Index col_place, std::byte* out) const;

  std::string path_;
  CfDescription about_;
  std::unique_ptr<StoredArray> array_;
  Fingerprint fingerprint_;
  ChunkShape chunk_;
  std::size_t element_ = 4;
  std::size_t storage_bytes_ = 0;  ///< of a chunk of the array
  bool direct_ = false;            ///< a chunk of the array is a chunk of the source as it is
};

}  // namespace terroir
