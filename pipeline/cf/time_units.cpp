#include "pipeline/cf/time_units.h"

#include "kernels/value.h"
#include "pipeline/error.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace terroir {
namespace {

constexpr double day = 86400;

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\0')) text.remove_suffix(1);
  return text;
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// A year where all have one length.
std::optional<double> year_seconds(Calendar calendar) {
  switch (calendar) {
    case Calendar::day360: return 360 * day;
    case Calendar::noleap: return 365 * day;
    case Calendar::all_leap: return 366 * day;
    default: return std::nullopt;
  }
}

/// The months of a unit that has no fixed length in the calendar; 0 when it has one, or is no unit.
int unit_months(const std::string& unit, Calendar calendar) {
  if (is_one_of(unit, {"month", "months", "mon", "mons"})) return calendar == Calendar::day360 ? 0 : 1;
  if (is_one_of(unit, {"year", "years", "yr", "yrs"})) return year_seconds(calendar) ? 0 : 12;
  return 0;
}

/// The length of a unit of time; nothing when it is none.
std::optional<double> unit_seconds(const std::string& unit, Calendar calendar) {
  if (is_one_of(unit, {"nanosecond", "nanoseconds", "nanosec", "nanosecs"})) return 1e-9;
  if (is_one_of(unit, {"microsecond", "microseconds", "microsec", "microsecs"})) return 1e-6;
  if (is_one_of(unit, {"millisecond", "milliseconds", "millisec", "millisecs", "msec", "msecs", "ms"})) return 1e-3;
  if (is_one_of(unit, {"second", "seconds", "sec", "secs", "s"})) return 1;
  if (is_one_of(unit, {"minute", "minutes", "min", "mins"})) return 60;
  if (is_one_of(unit, {"hour", "hours", "hr", "hrs", "h"})) return 3600;
  if (is_one_of(unit, {"day", "days", "d"})) return day;
  if (is_one_of(unit, {"week", "weeks"})) return 7 * day;
  if (is_one_of(unit, {"month", "months", "mon", "mons"})) return 30 * day;
  if (is_one_of(unit, {"year", "years", "yr", "yrs"})) return year_seconds(calendar).value_or(365 * day);
  if (is_one_of(unit, {"common_year", "common_years"})) return 365 * day;
  return std::nullopt;
}

/// Takes numbers and separators from the front of a text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}
  [[nodiscard]] bool done() const { return text_.empty(); }
  [[nodiscard]] char front() const { return text_.empty() ? '\0' : text_.front(); }
  bool skip(char c) {
    if (front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  void skip_blanks() {
    while (skip(' ')) continue;
  }
  /// Digits as a number; nothing when there are none, or more than `most`.
  std::optional<int> digits(std::size_t most) {
    int value = 0;
    std::size_t count = 0;
    while (count < text_.size() && text_[count] >= '0' && text_[count] <= '9') ++count;
    if (count == 0 || count > most) return std::nullopt;
    std::from_chars(text_.data(), text_.data() + count, value);
    text_.remove_prefix(count);
    return value;
  }
  /// ".5" as 0.5; 0 when there is none.
  double fraction() {
    if (!skip('.')) return 0;
    double value = 0, place = 0.1;
    for (; front() >= '0' && front() <= '9'; place /= 10, text_.remove_prefix(1)) value += (front() - '0') * place;
    return value;
  }
  [[nodiscard]] std::string rest() const { return lower(text_); }

 private:
  std::string_view text_;
};

struct Reference {
  DateTime date;
  double fraction = 0;   ///< of a second
  int zone_minutes = 0;  ///< east of Greenwich
};

bool scan_date(Scanner& in, DateTime& date) {
  const bool negative = in.skip('-');
  const auto year = in.digits(6);
  if (!year) return false;
  date.year = negative ? -*year : *year;
  for (int* part : {&date.month, &date.day}) {
    if (!in.skip('-')) return true;
    const auto number = in.digits(2);
    if (!number) return false;
    *part = *number;
  }
  return true;
}

bool scan_time(Scanner& in, Reference& reference) {
  const auto hour = in.digits(2);
  if (!hour) return false;
  reference.date.hour = *hour;
  for (int* part : {&reference.date.minute, &reference.date.second}) {
    if (!in.skip(':')) return true;
    const auto number = in.digits(2);
    if (!number) return false;
    *part = *number;
  }
  reference.fraction = in.fraction();
  return true;
}

/// "Z", "UTC", "GMT", "+1", "-06", "+0530", "+5:30".
bool scan_zone(Scanner& in, Reference& reference) {
  if (is_one_of(in.rest(), {"", "z", "utc", "gmt"})) return true;
  const int sign = in.skip('-') ? -1 : in.skip('+') ? 1 : 0;
  const auto hours = in.digits(4);
  if (sign == 0 || !hours) return false;
  int minutes = *hours >= 100 ? *hours / 100 * 60 + *hours % 100 : *hours * 60;
  if (in.skip(':')) minutes += in.digits(2).value_or(0);
  reference.zone_minutes = sign * minutes;
  in.skip_blanks();
  return in.done() && minutes < 24 * 60;
}

std::optional<Reference> parse_reference(std::string_view text) {
  Reference reference;
  Scanner in(trimmed(text));
  if (!scan_date(in, reference.date)) return std::nullopt;
  const bool apart = in.skip('T') || in.skip('t') || in.front() == ' ';
  in.skip_blanks();
  if (apart && in.front() >= '0' && in.front() <= '9' && !scan_time(in, reference)) return std::nullopt;
  in.skip_blanks();
  return scan_zone(in, reference) ? std::optional(reference) : std::nullopt;
}

/// A date so many months later; the value is one of a coordinate that counts them.
DateTime months_later(DateTime date, double value, const TimeUnits& units) {
  const std::string what = units.unit_months == 1 ? "month" : "year";
  const double whole = std::round(value);
  if (!(std::abs(value) < 1e6)) throw Error(Fault::mistake, "a time is missing or out of range; correct the time coordinate");
  if (std::abs(value - whole) > 1e-6)
    throw Error(Fault::mistake, "a " + what + " has no fixed length in the calendar " + calendar_name(units.calendar) + ", so " +
                                    number_text(value) + " of them end at no date; count days in the time coordinate");
  const int months = date.month - 1 + static_cast<int>(whole) * units.unit_months;
  date.year += static_cast<int>(floor_div(months, 12));
  date.month = static_cast<int>(months - floor_div(months, 12) * 12) + 1;
  if (!valid(date, units.calendar))
    throw Error(Fault::mistake, "its times, counted in " + what + "s, come to " + to_text(date) + ", which the calendar " +
                                    calendar_name(units.calendar) + " has not; count days in the time coordinate");
  return date;
}

/// Where the word "since" begins; npos without it.
std::size_t since_at(const std::string& units) {
  for (const char* word : {" since ", " since", " after ", " from ", " ref "})
    if (const std::size_t at = units.find(word); at != std::string::npos) return at;
  return std::string::npos;
}

}  // namespace

std::optional<Calendar> calendar_of(std::string_view attribute) {
  const std::string name = lower(trimmed(attribute));
  if (is_one_of(name, {"", "standard", "gregorian"})) return Calendar::standard;
  if (name == "proleptic_gregorian") return Calendar::proleptic_gregorian;
  if (name == "julian") return Calendar::julian;
  if (is_one_of(name, {"noleap", "no_leap", "365_day"})) return Calendar::noleap;
  if (is_one_of(name, {"all_leap", "allleap", "366_day"})) return Calendar::all_leap;
  if (name == "360_day") return Calendar::day360;
  return std::nullopt;
}

bool is_time_units(std::string_view units) { return lower(units).find(" since") != std::string::npos; }

TimeUnits parse_time_units(std::string_view units, Calendar calendar) {
  const std::string text = lower(trimmed(units));
  const std::size_t since = since_at(text);
  const std::string form = "write it as 'days since 1850-01-01'";
  if (since == std::string::npos) throw Error(Fault::mistake, "the time unit '" + std::string(units) + "' counts from no date; " + form);
  const std::string unit(trimmed(std::string_view(text).substr(0, since)));
  const auto seconds = unit_seconds(unit, calendar);
  const int months = unit_months(unit, calendar);
  if (!seconds)
    throw Error(Fault::mistake, "the time unit '" + text.substr(0, since) +
                                    "' is not known; use seconds, minutes, hours, days, weeks, months or years since a date");
  const std::size_t date = text.find_first_of(" ", since + 1);
  const auto reference = date == std::string::npos ? std::nullopt : parse_reference(std::string_view(text).substr(date));
  if (!reference || !valid(reference->date, calendar))
    throw Error(Fault::mistake,
                "the time unit '" + std::string(units) + "' has no date of the calendar " + calendar_name(calendar) + "; " + form);
  return {months > 0 ? 0 : *seconds, months, calendar, to_seconds(reference->date, calendar) - reference->zone_minutes * 60,
          reference->fraction};
}

std::vector<std::int64_t> to_seconds(std::span<const double> values, const TimeUnits& units) {
  std::vector<std::int64_t> seconds;
  seconds.reserve(values.size());
  for (const double value : values) {
    if (units.unit_months > 0) {
      const DateTime date = months_later(from_seconds(units.reference, units.calendar), value, units);
      seconds.push_back(to_seconds(date, units.calendar) + std::llround(units.fraction));
      continue;
    }
    const double offset = value * units.unit_seconds + units.fraction;
    if (!(std::abs(offset) < 1e15)) throw Error(Fault::mistake, "a time is missing or out of range; correct the time coordinate");
    seconds.push_back(units.reference + std::llround(offset));
  }
  return seconds;
}

}  // namespace terroir
