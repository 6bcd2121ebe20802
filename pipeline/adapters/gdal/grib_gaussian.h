#pragma once

#include "tiling/grid.h"

#include <optional>
#include <string>
#include <string_view>

namespace terroir {

/// The number of the regular Gaussian grid of a GRIB file's first message (its rows between a pole and the equator), by the first bytes
/// of the file; nothing of other grids. GDAL does not tell, and takes such rows for evenly spaced ones.
[[nodiscard]] std::optional<int> gaussian_number(std::string_view head);

/// The cells of such a grid in place of what GDAL makes of it. Throws Error(Fault::mistake) unless it has all rows.
[[nodiscard]] Grid gaussian_grid(const Grid& gdal, int number, const std::string& path);

}  // namespace terroir
