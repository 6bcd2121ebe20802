#pragma once

#include "pipeline/adapters/zarr/zarr_reader.h"

#include <string>

namespace terroir {

/// What a store holds, for programs: grid, CRS, axes, variables with their storage and statistics, features, origin.
[[nodiscard]] Json describe_store(Store& store, const ZarrStore& zarr);

/// The same as a page of text.
[[nodiscard]] std::string store_page(const Json& description);

}  // namespace terroir
