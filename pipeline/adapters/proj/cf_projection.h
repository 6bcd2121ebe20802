#pragma once

#include "pipeline/ports/crs_reader.h"

#include <string>
#include <vector>

namespace terroir {

/// The text of the CRS that CF attributes of a grid mapping describe (CF conventions, appendix F): WKT where they hold one (crs_wkt,
/// spatial_ref, esri_pe_string), an authority's code (epsg_code), else a PROJ string with lengths in metres. Empty when they describe
/// none. Throws Error(Fault::mistake) for a grid_mapping_name that is not known.
[[nodiscard]] std::string crs_text_of_cf(const std::vector<CrsReader::Attribute>& attributes);

}  // namespace terroir
