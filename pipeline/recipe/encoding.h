#pragma once

#include "pipeline/recipe/recipe.h"
#include "pipeline/recipe/section.h"

namespace terroir {

/// The `encoding` of an output: {VARIABLE: {dtype, scale_factor, add_offset, nodata}}. Needs the output's layers.
void read_encodings(const Section& section, OutputSpec& output);

}  // namespace terroir
