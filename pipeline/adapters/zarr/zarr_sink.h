#pragma once

#include "pipeline/plan/plan.h"
#include "pipeline/ports/crs_reader.h"
#include "pipeline/ports/sink.h"
#include "pipeline/ports/store.h"

#include <memory>
#include <string>
#include <vector>

namespace terroir {

/// Writes one output of a plan as Zarr. Version 3: one object for each tile and array, a shard of all its times and features.
/// Version 2: one object for each chunk, and a VRT for GDAL. Pixels of a stacked array with times are stored as (time, feature, y, x).
/// Keeps references to all its arguments.
[[nodiscard]] std::unique_ptr<Sink> make_zarr_sink(const Plan& plan, std::size_t output, Store& store, CrsReader& crs_reader);

/// Programs that people read Zarr with and that cannot read this output, or not all of it, each with the reason.
[[nodiscard]] std::vector<std::string> excluded_readers(const OutputPlan&);

}  // namespace terroir
