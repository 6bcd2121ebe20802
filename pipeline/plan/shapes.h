#pragma once

#include "tiling/window.h"

#include <optional>

namespace terroir {

/// Default sizes of stored data: they follow from the grid and the recipe alone, never from memory or ranks.
struct StorageShape {
  Index chunk = 0, shard = 0;  ///< side in pixels
};

/// Chunk: 256 px, halved (not below 32) until the grid holds 16 of them and one time of all `features` takes at most 4 MiB.
[[nodiscard]] Index default_chunk(Shape grid, Index features) noexcept;

/// Pixels of an output chunk over windows of an input that is stored as series: one window, or several to make 32 along each side. Nothing
/// when the chunk would be more than 4 MiB, or leave fewer than 8 on the grid.
[[nodiscard]] std::optional<Shape> series_chunk(Shape grid, Shape window, Index features) noexcept;

/// Shard: the chunk doubled while a shard (all features, all times) takes at most 16 MiB and at least 16 shards remain.
[[nodiscard]] Shape default_shard(Shape grid, Shape chunk, Index features, Index times) noexcept;

/// As many times as keep a chunk within 4 MiB, at least 1 and at most all.
[[nodiscard]] Index default_time_chunk(Shape chunk, Index features, Index times) noexcept;

}  // namespace terroir
