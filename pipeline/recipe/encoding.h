#pragma once

#include "pipeline/recipe/recipe.h"
#include "pipeline/recipe/section.h"

namespace terroir {

/// The `encoding` of an output: {VARIABLE: {dtype, scale_factor, add_offset, nodata}}.
void read_encodings(const Section& section, OutputSpec& output);

/// Complains of encodings of variables that the output cannot have, as far as names tell.
void check_encodings(const OutputSpec& output, Report& report);

}  // namespace terroir
