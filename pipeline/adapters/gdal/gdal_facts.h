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

/// The chunk in which blocks of the storage are read: at least 256 rows and columns where they are smaller, but no more than
/// 1 Mi pixels and 4 Mi numbers, of which a pixel has `samples`; huge blocks stay as they are. `image` bounds it.
[[nodiscard]] Shape chunk_of_blocks(Shape block, Shape image, Index samples) noexcept;

}  // namespace terroir
