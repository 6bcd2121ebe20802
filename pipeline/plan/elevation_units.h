#pragma once

#include "pipeline/plan/plan.h"
#include "pipeline/ports/unit_converter.h"
#include "pipeline/recipe/recipe.h"

namespace terroir {

/// Warns of steps that set elevation against metres on the ground (they have a z_factor, and nobody has set it) and get a layer that is
/// in another unit.
void warn_of_elevation_units(const Recipe& recipe, const Plan& plan, UnitConverter& units, std::vector<Diagnostic>& diagnostics);

}  // namespace terroir
