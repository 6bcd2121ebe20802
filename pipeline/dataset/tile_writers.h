#pragma once

#include "pipeline/dataset/array_layout.h"
#include "pipeline/ports/sink.h"
#include "pipeline/ports/store.h"

#include <memory>

namespace terroir {

/// Writes a tile as one shard (Zarr 3, codec sharding_indexed): chunks as they come, then an index of all of them with its CRC-32C.
/// The object is created with the first chunk that is not empty; a tile of nodata leaves none. The layout must outlive the writer.
[[nodiscard]] std::unique_ptr<TileWriter> make_shard_writer(const ArrayLayout&, Store&, std::string key);

/// Writes each chunk of a tile as an object (Zarr 2).
[[nodiscard]] std::unique_ptr<TileWriter> make_chunk_writer(const ArrayLayout&, Store&, Index tile_row, Index tile_col);

/// Keys of the chunks of a tile in the order of the chunk writer's records: by row, column, time.
[[nodiscard]] std::vector<std::string> chunk_keys(const ArrayLayout&, Index tile_row, Index tile_col);

}  // namespace terroir
