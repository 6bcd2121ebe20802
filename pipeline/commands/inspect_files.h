#pragma once

#include "pipeline/ports/store.h"

#include <iosfwd>
#include <optional>
#include <string>

namespace terroir {

/// The recipe of a NetCDF or GeoTIFF output, as its run has noted it; nothing when no run has made files there.
[[nodiscard]] std::optional<std::string> recipe_of_files(Store& result);

/// Tells of a NetCDF or GeoTIFF output what its run has noted: files, sizes, plan, recipe. Returns the exit code, as `inspect` has it;
/// nothing when no run has made files there.
[[nodiscard]] std::optional<int> inspect_files(Store& result, bool json, bool verify, std::ostream& out, std::ostream& errors);

}  // namespace terroir
