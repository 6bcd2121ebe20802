#include "tiling/time_axis.h"

#include <array>
#include <cstdio>

namespace terroir {
namespace {

constexpr std::int64_t day_seconds = 86400;
constexpr std::array<int, 12> month_days = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

bool is_gregorian(Calendar calendar, int year, int month, int day) noexcept {
  if (calendar == Calendar::proleptic_gregorian) return true;
  if (calendar != Calendar::standard) return false;
  return year * 10000LL + month * 100 + day >= 15821015;  // the first Gregorian day
}

bool leap(int year, Calendar calendar) noexcept {
  switch (calendar) {
    case Calendar::noleap:
    case Calendar::day360: return false;
    case Calendar::all_leap: return true;
    default: break;
  }
  const bool fourth = year % 4 == 0;
  return is_gregorian(calendar, year, 3, 1) ? fourth && (year % 100 != 0 || year % 400 == 0) : fourth;
}

int days_in(int year, int month, Calendar calendar) noexcept {
  if (calendar == Calendar::day360) return 30;
  return month_days[static_cast<std::size_t>(month - 1)] + (month == 2 && leap(year, calendar) ? 1 : 0);
}

/// Days from 0000-03-01 by the rule of the given solar calendar (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
std::int64_t solar_days(int year, int month, int day, bool gregorian) noexcept {
  const std::int64_t y = year - (month <= 2 ? 1 : 0);
  const std::int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const std::int64_t julian = y * 365 + floor_div(y, 4) + of_year;
  return gregorian ? julian - floor_div(y, 100) + floor_div(y, 400) : julian - 2;  // both count 1582-10-15 = 1582-10-05 Julian
}

std::int64_t days(const DateTime& d, Calendar calendar) noexcept {
  switch (calendar) {
    case Calendar::day360: return d.year * 360LL + (d.month - 1) * 30 + d.day - 1;
    case Calendar::noleap:
    case Calendar::all_leap: {
      std::int64_t n = d.year * (calendar == Calendar::noleap ? 365LL : 366LL) + d.day - 1;
      for (int m = 1; m < d.month; ++m) n += days_in(d.year, m, calendar);
      return n;
    }
    default: return solar_days(d.year, d.month, d.day, is_gregorian(calendar, d.year, d.month, d.day));
  }
}

std::int64_t epoch(Calendar calendar) noexcept { return days({1970, 1, 1, 0, 0, 0}, calendar); }

}  // namespace

const char* calendar_name(Calendar calendar) noexcept {
  switch (calendar) {
    case Calendar::standard: return "standard";
    case Calendar::proleptic_gregorian: return "proleptic_gregorian";
    case Calendar::julian: return "julian";
    case Calendar::noleap: return "365_day";
    case Calendar::all_leap: return "366_day";
    case Calendar::day360: return "360_day";
  }
  return "standard";
}

std::int64_t to_seconds(const DateTime& d, Calendar calendar) noexcept {
  return (days(d, calendar) - epoch(calendar)) * day_seconds + d.hour * 3600 + d.minute * 60 + d.second;
}

DateTime from_seconds(std::int64_t seconds, Calendar calendar) noexcept {
  const std::int64_t day = floor_div(seconds, day_seconds);
  const int rest = static_cast<int>(seconds - day * day_seconds);
  const std::int64_t wanted = day + epoch(calendar);
  // A first guess by the mean year, then by months: at most a few steps.
  DateTime d{static_cast<int>(1970 + floor_div(day * 400, 146097)), 1, 1, 0, 0, 0};
  while (days(d, calendar) > wanted) --d.year;
  while (days({d.year + 1, 1, 1, 0, 0, 0}, calendar) <= wanted) ++d.year;
  while (d.month < 12 && days({d.year, d.month + 1, 1, 0, 0, 0}, calendar) <= wanted) ++d.month;
  d.day = static_cast<int>(wanted - days(d, calendar)) + 1;
  if (calendar == Calendar::standard && d.year == 1582 && d.month == 10 && d.day > 4) d.day += 10;
  d.hour = rest / 3600;
  d.minute = rest % 3600 / 60;
  d.second = rest % 60;
  return d;
}

bool valid(const DateTime& d, Calendar calendar) noexcept {
  if (d.month < 1 || d.month > 12 || d.day < 1 || d.day > days_in(d.year, d.month, calendar)) return false;
  if (calendar == Calendar::standard && d.year == 1582 && d.month == 10 && d.day > 4 && d.day < 15) return false;
  return d.hour >= 0 && d.hour < 24 && d.minute >= 0 && d.minute < 60 && d.second >= 0 && d.second < 60;
}

std::string to_text(const DateTime& d) {
  char text[40];
  std::snprintf(text, sizeof text, "%04d-%02d-%02d", d.year, d.month, d.day);
  std::string result = text;
  if (d.hour != 0 || d.minute != 0 || d.second != 0) {
    std::snprintf(text, sizeof text, "T%02d:%02d:%02d", d.hour, d.minute, d.second);
    result += text;
  }
  return result;
}

}  // namespace terroir
