#pragma once

#include "pipeline/plan/plan.h"
#include "pipeline/ports/sink.h"
#include "pipeline/ports/store.h"

#include <memory>
#include <string>

namespace terroir {

/// Writes one output of a plan as GeoTIFF: one file with all layers as bands, named `file_name` in the store, or (`file_name` empty) a
/// file NAME.tif for each array. Bands are the times, then the features, of an array. Ranks keep the chunks of their tiles as parts,
/// of which `publish` makes the files. Keeps references to its arguments.
[[nodiscard]] std::unique_ptr<Sink> make_geotiff_sink(const Plan& plan, std::size_t output, Store& store, std::string file_name);

}  // namespace terroir
