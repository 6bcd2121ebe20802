#include "pipeline/recipe/select.h"

#include "tiling/time_axis.h"

#include <algorithm>
#include <array>

namespace terroir {
namespace {

const std::vector<std::string> seasons = {"djf", "mam", "jja", "son"};

/// A date or the beginning of one, "1991", "2024-06", "2024-06-01T12": digits and separators at their places, numbers in range.
bool is_date(const std::string& text) {
  constexpr std::string_view form = "0000-00-00T00:00:00";
  constexpr std::array<std::size_t, 6> ends = {4, 7, 10, 13, 16, 19};
  if (std::find(ends.begin(), ends.end(), text.size()) == ends.end()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (form[i] == '0' ? !digit : text[i] != form[i]) return false;
  }
  const auto part = [&](std::size_t at, int otherwise) {
    return text.size() >= at + 2 ? (text[at] - '0') * 10 + text[at + 1] - '0' : otherwise;
  };
  // 30 February is a date of 360-day calendars.
  constexpr std::array<int, 12> days = {31, 30, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const int month = part(5, 1), day = part(8, 1);
  return month >= 1 && month <= 12 && day >= 1 && day <= days[static_cast<std::size_t>(month - 1)] && part(11, 0) < 24 &&
         part(14, 0) < 60 && part(17, 0) < 60;
}

void read_time(const Section& section, SelectSpec& select) {
  const Value* time = section.get("time");
  if (time == nullptr) return;
  const auto text_of = [](const Value& v) { return v.is_null() ? std::string() : v.text(); };
  const auto right = [&](const Value& v) { return v.is_null() || is_date(v.text()); };
  const bool one = time->is_scalar() && is_date(time->text());
  const bool both = time->is_list() && time->items().size() == 2 && std::all_of(time->items().begin(), time->items().end(), right);
  if (!one && !both) {
    section.complain("time", "this is no time from and to",
                     "give [from, to] as dates or their beginnings, as [1991, 2020] or [2024-06, 2024-08]");
    return;
  }
  select.from = one ? time->text() : text_of(time->items()[0]);
  select.to = one ? time->text() : text_of(time->items()[1]);
  const std::size_t common = std::min(select.from.size(), select.to.size());
  if (select.from.substr(0, common) > select.to.substr(0, common))
    section.complain("time", "the time ends before it begins", "swap the two dates");
}

void read_months(const Section& section, SelectSpec& select) {
  const Value* month = section.get("month");
  if (month == nullptr) return;
  if (month->is_list() && month->items().empty()) section.complain("month", "the list is empty", "give numbers from 1 to 12");
  const std::vector<Value> one = {*month};
  for (const Value& item : month->is_list() ? month->items() : one) {
    const auto number = item.integer();
    if (number && *number >= 1 && *number <= 12)
      select.months.push_back(static_cast<int>(*number));
    else
      section.report().error(item.at().line > 0 ? item.at() : month->at(), section.where("month"),
                             (item.is_scalar() ? in_quotes(item.text()) : item.describe()) + " is not a month",
                             "give numbers from 1 to 12");
  }
  std::sort(select.months.begin(), select.months.end());
  select.months.erase(std::unique(select.months.begin(), select.months.end()), select.months.end());
}

}  // namespace

SelectSpec read_select(const Section& input) {
  SelectSpec select;
  if (!input.has("select")) return select;
  const Section section(input.get("select"), input.at("select"), input.where("select"), {"time", "month", "season", "level"},
                        input.report());
  select.at = input.at("select");
  read_time(section, select);
  read_months(section, select);
  // Climatologists write DJF, YAML writers djf.
  std::string season = section.get("season") == nullptr ? "" : section.get("season")->text();
  std::transform(season.begin(), season.end(), season.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (std::find(seasons.begin(), seasons.end(), season) != seasons.end())
    select.season = season;
  else
    static_cast<void>(section.choice("season", seasons));
  select.level = section.number("level");
  return select;
}

}  // namespace terroir
