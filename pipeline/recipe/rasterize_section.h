#pragma once

#include "pipeline/recipe/recipe.h"
#include "pipeline/recipe/section.h"

namespace terroir {

/// How the polygons of an input become pixels; nothing when it has no `rasterize`. Keys of the input that only files of pixels have are
/// mistakes beside it.
[[nodiscard]] std::optional<RasterizeSpec> read_rasterize(const Section& input);

/// Words of `rasterize.method`, in the order of RasterizeSpec::Method.
[[nodiscard]] const std::vector<std::string>& rasterize_methods();

}  // namespace terroir
