#pragma once

#include "kernels/kernel.h"

namespace terroir {

/// Copies `window` of a block into `out` (the same window, halo included) and fills what lies beyond `extent` by the boundary's rule:
/// nodata, the edge pixel, the mirrored pixels (edge pixel repeated), or what the block holds there (wrap: the layer goes on).
/// `source` is the window of `block`; it must hold the part of `window` that is inside `extent`.
void copy_with_boundary(Block<const float> block, const Window& source, const Window& window, const Window& extent, Boundary boundary,
                        Block<float> out) noexcept;

/// Sets the pixels of a block that lie outside `extent` to NaN; with `any_column` only rows count.
void clear_outside(Block<float> block, const Window& window, const Window& extent, bool any_column) noexcept;

}  // namespace terroir
