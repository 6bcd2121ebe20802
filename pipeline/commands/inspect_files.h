#pragma once

#include "pipeline/ports/store.h"
#include "pipeline/run/marker.h"

#include <iosfwd>
#include <optional>
#include <string>

namespace terroir {

/// What the last run that began in a folder, of a plan where one is given, has left there; nothing when none has.
[[nodiscard]] std::optional<PlanMarker> last_marker(Store& result, const std::string& plan_hash = {});

/// The note that an output of this plan was published.
[[nodiscard]] std::optional<Publication> publication_of(Store& result, const std::string& plan_hash);

/// The recipe of a NetCDF or GeoTIFF output, as its run has noted it; nothing when no run has made files there.
[[nodiscard]] std::optional<std::string> recipe_of_files(Store& result);

/// Tells of a NetCDF or GeoTIFF output what its run has noted: files, sizes, plan, recipe. Returns the exit code, as `inspect` has it;
/// nothing when no run has made files there.
[[nodiscard]] std::optional<int> inspect_files(Store& result, bool json, bool verify, std::ostream& out, std::ostream& errors);

}  // namespace terroir
