#pragma once

#include "pipeline/cf/cf_file.h"
#include "pipeline/ports/source.h"

namespace terroir {

/// The type of a variable's stored numbers: its own, or the unsigned one of the same size where `_Unsigned` says so.
[[nodiscard]] SampleType stored_type(const CfVariable&);

/// Unit, name and packing of a variable: scale_factor, add_offset, _FillValue, missing_value, valid_min, valid_max, valid_range, all in
/// terms of the stored numbers. Without _FillValue and missing_value the default fill value of NetCDF is nodata where the file has one, but
/// for bytes.
/// `path` stands in messages. Throws Error(Fault::mistake) when it has more than two nodata values.
[[nodiscard]] BandFacts band_facts(const CfVariable&, const std::string& path);

}  // namespace terroir
