#pragma once

#include "pipeline/dataset/array_layout.h"

#include <span>
#include <string>
#include <vector>

namespace terroir {

/// Key of a part: the chunks of a tile of an array, kept as a shard until they become part of a file.
[[nodiscard]] std::string part_key(const ArrayLayout& layout, Index tile_row, Index tile_col);

/// A chunk of a part and its place in the array, counted in chunks.
struct PartChunk {
  Index time = 0, row = 0, col = 0;
  std::span<const std::byte> bytes;
};

/// The chunks of a part that are not empty, by row, column and time. Throws Error(Fault::data) when the part is damaged.
[[nodiscard]] std::vector<PartChunk> chunks_of_part(const ArrayLayout& layout, Index tile_row, Index tile_col,
                                                    std::span<const std::byte> part);

}  // namespace terroir
