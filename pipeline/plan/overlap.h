#pragma once

#include "pipeline/plan/plan.h"

namespace terroir {

/// An output whose grid meets none of what is written to it would hold nothing but nodata: a mistake that says where the inputs lie.
void check_overlap(const Plan& plan, const GridSpec& grid, std::vector<Diagnostic>& diagnostics);

/// Warns of single inputs that do not meet an output's grid.
void warn_of_gaps(const Plan& plan, std::vector<Diagnostic>& diagnostics);

}  // namespace terroir
