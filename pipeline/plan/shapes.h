#pragma once

#include "tiling/window.h"

namespace terroir {

/// Default sizes of stored data: they follow from the grid and the recipe alone, never from memory or ranks.
struct StorageShape {
  Index chunk = 0, shard = 0;  ///< side in pixels
};

/// Chunk: 256 px, halved (not below 32) until the grid holds 16 of them and one time of all `features` takes at most 4 MiB.
[[nodiscard]] Index default_chunk(Shape grid, Index features) noexcept;

/// Shard: the chunk doubled while a shard (all features, all times) takes at most 16 MiB and at least 16 shards remain.
[[nodiscard]] Shape default_shard(Shape grid, Shape chunk, Index features, Index times) noexcept;

/// As many times as keep a chunk within 4 MiB, at least 1 and at most all.
[[nodiscard]] Index default_time_chunk(Shape chunk, Index features, Index times) noexcept;

}  // namespace terroir
