#pragma once

#include "tiling/window.h"

namespace terroir {

/// The chunk in which blocks of a raster file are read: at least 256 rows and columns where blocks are smaller, but no more than
/// 1 Mi pixels and 4 Mi numbers, of which a pixel has `samples`; huge blocks stay as they are. `image` bounds it.
[[nodiscard]] Shape chunk_of_blocks(Shape block, Shape image, Index samples) noexcept;

}  // namespace terroir
