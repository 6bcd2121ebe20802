#pragma once

#include "pipeline/codecs/compression.h"
#include "pipeline/codecs/pixel_encoding.h"
#include "pipeline/dataset/variable.h"
#include "pipeline/plan/plan.h"

#include <string>
#include <vector>

namespace terroir {

/// How an array of an output is cut and stored. Dimensions: (y, x), (time, y, x), (feature, y, x) or (time, feature, y, x).
struct ArrayLayout {
  std::string name;
  std::vector<std::string> dimensions;
  std::vector<Index> shape, chunk;
  std::vector<Index> shard;  ///< of version 3 only
  Index features = 1, time_chunk = 1, time_chunks = 1;
  bool has_time = false, stacked = false;
  Shape grid, chunk_area, tile;  ///< rows and columns of the array, a chunk and a tile
  Shape stored_area;             ///< of a chunk as it is stored: in a file, a chunk that is larger than the array is cut off
  PixelEncoding encoding;
  Compression compression;

  /// Bytes of a decoded chunk.
  [[nodiscard]] std::size_t chunk_bytes() const noexcept {
    return static_cast<std::size_t>(features * time_chunk * stored_area.area()) * size_of(encoding.type);
  }
  /// Chunks of a whole tile, and those of the tile at a place that have pixels of the array.
  [[nodiscard]] Shape chunks_per_tile() const noexcept { return {tile.rows / chunk_area.rows, tile.cols / chunk_area.cols}; }
  [[nodiscard]] Shape chunks_inside(Index tile_row, Index tile_col) const noexcept;
  /// Key of the shard of a tile.
  [[nodiscard]] std::string shard_key(Index tile_row, Index tile_col) const;
  /// Key of one chunk, by its place in the array (version 2).
  [[nodiscard]] std::string chunk_key(Index time_chunk_index, Index row, Index col) const;
};

[[nodiscard]] ArrayLayout layout_of(const Plan&, const OutputPlan&, const ArrayPlan&);

/// The array's metadata.
[[nodiscard]] Variable variable_of(const ArrayLayout&, Json attributes);

}  // namespace terroir
