#pragma once

#include "pipeline/adapters/gdal/gdal_library.h"
#include "pipeline/ports/crs_reader.h"
#include "pipeline/ports/decode.h"
#include "pipeline/ports/source.h"

#include <string>
#include <vector>

namespace terroir {

/// Where the validity of a band's pixels stands, beside its nodata value.
enum class MaskKind { none, shared, own };

/// What the headers of a data set tell.
struct GdalFacts {
  std::string driver;
  Grid grid;  ///< north-up
  bool south_up = false;
  std::vector<BandFacts> bands;  ///< without alpha bands at the end
  std::vector<SampleType> types;
  std::vector<MaskKind> masks;
  Shape block;  ///< of the storage
  Shape chunk;  ///< whole blocks
  bool interleaved = false;
};

/// Reads the facts of an opened data set. Throws Error(Fault::mistake) for what cannot be an input: rotated grids, complex numbers.
[[nodiscard]] GdalFacts read_facts(GDALDatasetH dataset, const std::string& path, CrsReader& crs);

/// The CRS that a file says it has; an unknown one for null.
[[nodiscard]] Crs read_crs(OGRSpatialReferenceH reference, const std::string& path, CrsReader& reader);

}  // namespace terroir
