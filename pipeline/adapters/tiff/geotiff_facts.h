#pragma once

#include "pipeline/ports/crs_reader.h"
#include "pipeline/ports/local_files.h"
#include "pipeline/ports/source.h"

#include <optional>

namespace terroir {

/// All but the fingerprint of a plain GeoTIFF: grey bands of which each number is one of its pixels, in a layout that TileReader knows, on
/// a north-up grid of a system that EPSG has a code for, without other metadata than a nodata value. Overviews may follow. Nothing for
/// any other, about which GDAL knows more. Throws Error(Fault::system).
[[nodiscard]] std::optional<SourceFacts> read_geotiff_facts(const LocalFile& file, CrsReader& crs);

}  // namespace terroir
