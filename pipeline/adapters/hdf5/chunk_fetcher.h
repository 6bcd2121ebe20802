#pragma once

#include "tiling/buffer.h"
#include "tiling/window.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace terroir {

/// Chunks of a dataset as they are stored, one by one from the HDF5 library: for indices that are not walked here and have many chunks.
/// The library finds a chunk at once, but tells addresses only by going through all chunks for each. May be used from several threads,
/// which take turns for the bytes alone.
class ChunkFetcher {
 public:
  /// Null when the file or the dataset cannot be opened. The caller holds the lock of `hdf5_library`.
  [[nodiscard]] static std::shared_ptr<ChunkFetcher> open(const std::string& path, const std::string& dataset);
  virtual ~ChunkFetcher() = default;

  struct Fetched {
    bool good = false;
    std::size_t bytes = 0;              ///< none: the chunk was never written
    std::uint32_t skipped_filters = 0;  ///< bit i: filter i was not applied
  };
  /// Fills a buffer with the chunk that begins at these elements of the dataset, if it has no more than `most` bytes.
  [[nodiscard]] virtual Fetched fetch(std::span<const Index> first, std::size_t most, Buffer& into) = 0;
};

}  // namespace terroir
