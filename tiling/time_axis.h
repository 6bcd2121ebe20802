#pragma once

#include "tiling/window.h"

#include <string>
#include <vector>

namespace terroir {

/// CF calendars (CF conventions, section 4.4.1). `standard` is the mixed Julian and Gregorian one.
enum class Calendar { standard, proleptic_gregorian, julian, noleap, all_leap, day360 };

/// CF's name of a calendar: "standard", "proleptic_gregorian", "julian", "365_day", "366_day", "360_day".
[[nodiscard]] const char* calendar_name(Calendar) noexcept;

struct DateTime {
  int year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0;
  friend auto operator<=>(const DateTime&, const DateTime&) = default;
};

/// Seconds from 1970-01-01T00:00:00 in a calendar, which must have the date.
[[nodiscard]] std::int64_t to_seconds(const DateTime&, Calendar) noexcept;

/// The date of a number of seconds since 1970-01-01T00:00:00 in a calendar.
[[nodiscard]] DateTime from_seconds(std::int64_t seconds, Calendar) noexcept;

/// Whether the calendar has this date: 30 February is one of 360_day, 29 February 2023 is none of standard.
[[nodiscard]] bool valid(const DateTime&, Calendar) noexcept;

/// "2024-06-01" or, when the time of the day is not midnight, "2024-06-01T12:00:00".
[[nodiscard]] std::string to_text(const DateTime&);

/// What a time step stands for, as the days of a month of which it has the mean: seconds since 1970, `end` not before `begin`.
struct TimeBounds {
  std::int64_t begin = 0, end = 0;
  friend bool operator==(const TimeBounds&, const TimeBounds&) = default;
};

/// The times of a layer: int64 seconds since 1970 in a calendar, strictly ascending. An axis without times is that of a static layer.
struct TimeAxis {
  std::string name = "time";  ///< the dimension's name
  Calendar calendar = Calendar::standard;
  std::vector<std::int64_t> seconds;
  std::vector<TimeBounds> bounds{};  ///< of each step; empty where that is not known

  [[nodiscard]] Index size() const noexcept { return static_cast<Index>(seconds.size()); }
  [[nodiscard]] bool is_static() const noexcept { return seconds.empty(); }
  /// Number of time steps that a block of such a layer has: 1 for a static layer.
  [[nodiscard]] Index steps() const noexcept { return is_static() ? 1 : size(); }
  /// The name of the variable that holds the bounds.
  [[nodiscard]] std::string bounds_name() const { return name + "_bnds"; }
  friend bool operator==(const TimeAxis&, const TimeAxis&) = default;
};

}  // namespace terroir
