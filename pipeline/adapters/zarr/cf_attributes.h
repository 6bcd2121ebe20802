#pragma once

#include "pipeline/adapters/zarr/zarr_hierarchy.h"
#include "pipeline/cf/cf_file.h"

namespace terroir {

/// Attributes of an array as CF's rules take them: texts, numbers, lists of either. What marks missing numbers comes in `_FillValue`,
/// wherever a version keeps it: in version 2 it is the fill value; in version 3 an attribute, which xarray writes in base64 for floats.
[[nodiscard]] std::vector<CfAttribute> cf_attributes(const InputArray&, int format);

/// The CRS that an array or the root names otherwise than by a grid mapping: `_CRS` (GDAL), `proj:code` and its siblings (GeoZarr); as
/// text for CrsReader, empty where there is none.
[[nodiscard]] std::string named_crs(const InputJson& attributes);

/// Eight bytes of a double in base64, as xarray writes what marks missing floats; nothing when the text is none.
[[nodiscard]] std::optional<double> encoded_double(const std::string& text);

/// The bytes of base64 text (RFC 4648); nothing when it is none.
[[nodiscard]] std::optional<std::vector<std::byte>> from_base64(std::string_view text);

}  // namespace terroir
