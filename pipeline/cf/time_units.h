#pragma once

#include "tiling/time_axis.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace terroir {

/// The calendar that a `calendar` attribute names (CF conventions, section 4.4.1, with its aliases); without one it is `standard`.
/// Nothing for an unknown name.
[[nodiscard]] std::optional<Calendar> calendar_of(std::string_view attribute);

/// "UNIT since DATE": the length of the unit and the instant from which it counts.
struct TimeUnits {
  double unit_seconds = 1;
  int unit_months = 0;  ///< months of a unit that has no fixed length: the calendar's own are counted, one after the other
  Calendar calendar = Calendar::standard;
  std::int64_t reference = 0;  ///< whole seconds since 1970-01-01 in the calendar
  double fraction = 0;         ///< of a second, to be added to the reference
};

/// Whether a unit is one of time coordinates ("days since 1850-01-01"), as far as the word `since` tells.
[[nodiscard]] bool is_time_units(std::string_view units);

/// Reads the units of a time coordinate. Months and years have their length in the calendar where all are equal (360_day; years of
/// 365_day and 366_day), else they are counted in the calendar. A reference without a time zone is UTC.
/// Throws Error(Fault::mistake): the text says what is wrong and what to do.
[[nodiscard]] TimeUnits parse_time_units(std::string_view units, Calendar calendar);

/// Values of a time coordinate as whole seconds since 1970-01-01, to the nearest. Throws Error(Fault::mistake) when one is missing; of
/// months and years without a fixed length when one is no whole number, or leads to a day that its month has not.
[[nodiscard]] std::vector<std::int64_t> to_seconds(std::span<const double> values, const TimeUnits& units);

}  // namespace terroir
