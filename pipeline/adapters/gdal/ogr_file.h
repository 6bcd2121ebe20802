#pragma once

#include "pipeline/adapters/gdal/gdal_library.h"
#include "pipeline/ports/crs_reader.h"
#include "pipeline/ports/vector_file.h"

#include <string>
#include <vector>

namespace terroir {

/// Whether a file is one of features, by its first bytes or its name: GeoPackage, Shapefile or GeoJSON.
[[nodiscard]] bool looks_like_vectors(const std::string& path);

/// Opens a GeoPackage, a Shapefile (by its .shp) or a GeoJSON file, read-only, from a folder. Throws Error(Fault::mistake) when it is none,
/// or a part of it is missing.
[[nodiscard]] std::unique_ptr<VectorFile> open_vectors(const std::string& path, CrsReader& crs);

}  // namespace terroir
