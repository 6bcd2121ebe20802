#pragma once

#include "tiling/time_axis.h"

#include <cstddef>
#include <string>
#include <vector>

namespace terroir {

/// Whether equal seconds are equal dates in two calendars, from `earliest` on: the standard one is the proleptic Gregorian one since 15
/// October 1582.
[[nodiscard]] bool same_dates(Calendar a, Calendar b, std::int64_t earliest) noexcept;

/// The number among `axes` of an input's times. Equal times share an axis, and a second distinct one is named after its input. An axis has
/// bounds only where all that share it say the same: a variable of monthly means gives none to instants.
[[nodiscard]] std::size_t share_axis(const TimeAxis& times, const std::string& input, std::vector<TimeAxis>& axes);

}  // namespace terroir
