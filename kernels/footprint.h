#pragma once

#include "kernels/resample_runs.h"

namespace terroir {

/// Source pixels that a destination pixel touches, in a block: rows [row, row_end), columns [col, col_end), which on a globe go on
/// modulo `period`.
struct Footprint {
  Index row = 0, row_end = 0, col = 0, col_end = 0;
  Index cols = 0, period = 0;
};

/// The minimum, maximum, lower, middle or upper quartile or mode of the valid pixels of a footprint; nodata where there is none.
[[nodiscard]] float select_from(ResampleMethod, const Block<const float>&, Index time, const Footprint&) noexcept;

}  // namespace terroir
