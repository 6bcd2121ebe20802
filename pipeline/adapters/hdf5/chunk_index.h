#pragma once

#include "pipeline/ports/local_files.h"
#include "tiling/window.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace terroir {

/// Where a chunk's bytes are. A chunk that was never written has none.
struct ChunkBytes {
  std::uint64_t offset = 0;
  std::uint32_t bytes = 0;
  std::uint32_t skipped_filters = 0;  ///< bit i: filter i was not applied
};

/// Places of all chunks of a dataset, row by row of its grid of chunks.
struct ChunkIndex {
  std::vector<Index> counts;  ///< chunks along each dimension
  std::vector<ChunkBytes> chunks;

  ChunkIndex(std::span<const Index> shape, std::span<const Index> chunk);
  /// The place in `chunks` of the chunk at these indices; nothing outside of the grid.
  [[nodiscard]] std::optional<std::size_t> at(std::span<const Index> place) const;
};

/// Walks the version 1 B-tree of a dataset whose object header stands at `header` (HDF5 File Format Specification 3.0, III.A.1,
/// IV.A.2.i): one pass over its nodes, where the library's calls look for each chunk from the beginning. Nothing when the dataset has
/// another layout, or the bytes are not as they should be. Needs files with addresses and lengths of 8 bytes that begin at byte 0.
[[nodiscard]] std::optional<ChunkIndex> walk_chunk_tree(const LocalFile& file, std::uint64_t header, std::span<const Index> shape,
                                                        std::span<const Index> chunk);

}  // namespace terroir
