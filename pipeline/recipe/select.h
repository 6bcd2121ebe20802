#pragma once

#include "pipeline/recipe/recipe.h"
#include "pipeline/recipe/section.h"

namespace terroir {

/// The `select` of an input: {time: [from, to], month, season, level}.
[[nodiscard]] SelectSpec read_select(const Section& input);

}  // namespace terroir
