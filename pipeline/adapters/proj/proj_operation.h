#pragma once

#include "pipeline/ports/crs_operation.h"

namespace terroir {

/// The best operation that PROJ knows between two systems for an area (points of `from`), without the network: no ballpark
/// transformation, and none whose grids are not installed. Throws Error(Fault::mistake) when there is none.
[[nodiscard]] std::shared_ptr<const CrsOperation> find_operation(const Crs& from, const Crs& to, std::span<const MapPoint> area);

}  // namespace terroir
