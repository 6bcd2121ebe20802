#pragma once

#include "pipeline/ports/crs_reader.h"
#include "pipeline/ports/source.h"

#include <memory>

namespace terroir {

/// Opens the files of inputs: headers of GeoTIFFs that are not plain are read by GDAL, and pixels come straight from the file where the
/// direct GeoTIFF reader knows its layout, from GDAL where it does not. `crs` must outlive the opener, not its sources.
[[nodiscard]] std::unique_ptr<SourceOpener> make_source_opener(CrsReader& crs);

}  // namespace terroir
