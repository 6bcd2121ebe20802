#pragma once

#include "pipeline/cf/cf_file.h"
#include "tiling/time_axis.h"

#include <vector>

namespace terroir {

/// The intervals that the values of a time coordinate stand for, from the variable that its `bounds` names (CF conventions, section 7.1).
/// They count in the coordinate's units, or in their own where they have some. Empty where there are none, or none that can be right:
/// another shape or calendar, missing values, an end before its begin, units that lead to no dates. Throws Error(Fault::system).
[[nodiscard]] std::vector<TimeBounds> read_time_bounds(CfFile& file, const CfVariable& time, Calendar calendar);

}  // namespace terroir
