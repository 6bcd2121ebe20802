#pragma once

#include "pipeline/plan/plan.h"
#include "pipeline/ports/crs_reader.h"
#include "pipeline/ports/sink.h"
#include "pipeline/ports/store.h"

#include <memory>
#include <string>

namespace terroir {

/// Writes one output of a plan as a NetCDF-4 file (CF-1.10), the object `file_name` of the store. Ranks keep the encoded chunks of
/// their tiles as parts; these are added to a file on local scratch as they are, tile by tile while others are being computed, and
/// `publish` completes and copies it. Keeps references to its arguments.
[[nodiscard]] std::unique_ptr<Sink> make_netcdf_sink(const Plan& plan, std::size_t output, Store& store, CrsReader& crs_reader,
                                                     std::string file_name);

}  // namespace terroir
