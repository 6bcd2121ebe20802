#pragma once

#include "tiling/grid.h"

#include <vector>

namespace terroir {

/// Where a window of a geographic grid lies when its longitudes are counted from another meridian (0 to 360 for -180 to 180).
struct Turned {
  Window extent;              ///< that the window covers, shifted as it is
  std::vector<Index> shifts;  ///< columns by which it is shifted, whole turns, so that it covers the extent
};

/// Shifts a window by whole turns of the globe until it meets `wanted`, both in pixels of `grid`; what goes once around covers all of it.
/// Unchanged where a turn is no whole number of pixels, or nothing is gained. `margin`: columns wanted beyond both sides.
[[nodiscard]] Turned turned(const Grid& grid, const Window& window, const Window& wanted, Index margin);

/// Longitudes of a window of `grid` counted as `target` counts them; unchanged unless `wanted` and both are geographic and of one CRS.
[[nodiscard]] Turned turned_to(const Grid& target, const Grid& grid, const Window& window, bool wanted);

}  // namespace terroir
