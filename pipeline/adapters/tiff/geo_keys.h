#pragma once

#include "pipeline/adapters/tiff/tiff_directory.h"
#include "pipeline/ports/crs_reader.h"

#include <optional>

namespace terroir {

/// Where the pixels of a GeoTIFF lie.
struct GeotiffPlace {
  Crs crs;
  Affine affine;  ///< north-up
};

/// The place that the first directory of a GeoTIFF gives (OGC GeoTIFF 1.1, 19-008r4, section 7) by the code of an EPSG system, a pixel
/// scale and one tie point. Nothing where it says more, or less, or what does not agree with the system. Throws Error(Fault::system),
/// Fault::data when the file becomes shorter meanwhile.
[[nodiscard]] std::optional<GeotiffPlace> read_geotiff_place(const LocalFile& file, const TiffDirectory& directory, CrsReader& crs);

/// Whether a tag that says where the image lies, or what its numbers mean, has its values beyond the end of the file.
[[nodiscard]] bool is_meaning_cut_off(const LocalFile& file, const TiffDirectory& directory);

}  // namespace terroir
