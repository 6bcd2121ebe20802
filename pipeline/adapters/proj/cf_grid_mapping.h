#pragma once

#include "pipeline/adapters/proj/proj_handles.h"
#include "pipeline/ports/crs_reader.h"

#include <vector>

namespace terroir {

/// Attributes of the grid mapping variable of a geographic or projected CRS (CF conventions 1.11, appendix F): grid_mapping_name and
/// its parameters, the figure of the Earth, names and crs_wkt. `facts` are those of the same system. Empty where CF has no such projection.
[[nodiscard]] std::vector<CrsReader::Attribute> cf_grid_mapping(PJ_CONTEXT* context, const PJ* crs, const Crs& facts);

}  // namespace terroir
