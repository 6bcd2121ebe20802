#pragma once

#include "pipeline/recipe/recipe.h"
#include "tiling/time_axis.h"

namespace terroir {

/// Whether a time is among those that an input reads.
[[nodiscard]] bool selected(const SelectSpec&, const DateTime&);

}  // namespace terroir
