#include "pipeline/plan/time_steps.h"

#include "pipeline/plan/selection.h"
#include "pipeline/plan/shared_axis.h"

#include <algorithm>

namespace terroir {
namespace {

std::string date_text(std::int64_t seconds, Calendar calendar) { return to_text(from_seconds(seconds, calendar)); }

}  // namespace

void TimeSteps::complain(const std::string& key, const std::string& problem, const std::string& remedy, bool warning) {
  diagnostics_.push_back({spec_.path_at, "inputs." + spec_.name + "." + key, problem, remedy, warning});
  wrong_ = wrong_ || !warning;
}

bool TimeSteps::fits(std::size_t file, const TimeAxis& times, const std::optional<DateTime>& name_time) {
  const bool has_time = !times.is_static() || name_time;
  const Calendar calendar = times.is_static() ? Calendar::standard : times.calendar;
  const std::int64_t named = name_time ? to_seconds(*name_time, Calendar::standard) : 0;
  since_ = std::min(since_, times.is_static() ? named : times.seconds.front());
  if (!first_) {
    first_ = file;
    has_time_ = has_time;
    by_axis_ = !times.is_static();
    calendar_ = calendar;
    return true;
  }
  if (has_time != has_time_) {
    complain("path", name_of(has_time ? file : *first_) + " has times and " + name_of(has_time ? *first_ : file) + " has none",
             "give them inputs of their own");
  } else if (has_time && !same_dates(calendar_, calendar, since_)) {
    complain("path",
             name_of(*first_) + " counts in the calendar " + calendar_name(calendar_) + " and " + name_of(file) + " in " +
                 calendar_name(calendar),
             "give them inputs of their own, or convert one: cdo setcalendar");
  }
  return !wrong_;
}

void TimeSteps::add(std::size_t file, int band, const std::optional<DateTime>& name_time) {
  if (wrong_) return;
  const TimeAxis& times = inventory_.files[file].source->times();
  if (!fits(file, times, name_time)) return;
  if (times.is_static()) {
    steps_[name_time ? to_seconds(*name_time, Calendar::standard) : 0].push_back({file, band, 0, 0});
    return;
  }
  bool placed = false;
  for (Index t = 0; t < times.size(); ++t) {
    const std::int64_t second = times.seconds[static_cast<std::size_t>(t)];
    earliest_ = std::min(earliest_.value_or(second), second);
    latest_ = std::max(latest_.value_or(second), second);
    if (!selected(spec_.select, from_seconds(second, calendar_))) continue;
    if (!placed && !covers_a_place(file)) return;
    placed = true;
    auto& parts = steps_[second];
    const auto same = std::find_if(parts.begin(), parts.end(), [&](const auto& part) { return overlap(part.file, file); });
    if (same != parts.end())
      return complain("path", name_of(same->file) + " and " + name_of(file) + " both have " + date_text(second, calendar_),
                      "remove one of them, or narrow the path");
    parts.push_back({file, band, t, 0});
  }
}

void TimeSteps::expect(std::size_t file, const std::optional<DateTime>& name_time) {
  // Variables of one file share its times; only files by date and band can lack one.
  if (inventory_.files[file].source->times().is_static() && name_time) steps_[to_seconds(*name_time, Calendar::standard)];
}

bool TimeSteps::covers_a_place(std::size_t file) {
  const Grid& grid = inventory_.files[file].planned.grid;
  for (const std::size_t place : places_) {
    const Grid& other = inventory_.files[place].planned.grid;
    if (grid == other) return true;
    const auto window = other.locate(grid);
    if (!window || intersect(other.window(), *window).empty()) continue;
    if (*window == other.window()) return true;
    complain("path", name_of(file) + " covers another part of the grid than " + name_of(place),
             "give them inputs of their own, or bring them onto one grid first");
    return false;
  }
  places_.push_back(file);
  return true;
}

bool TimeSteps::overlap(std::size_t a, std::size_t b) const {
  const Grid &first = inventory_.files[a].planned.grid, &second = inventory_.files[b].planned.grid;
  const auto window = first.locate(second);
  return window && !intersect(first.window(), *window).empty();
}

bool TimeSteps::sort(InventoryLayer& layer) {
  if (wrong_) return false;
  if (by_axis_ && steps_.empty()) {
    complain("select",
             "it selects none of the times, which go from " + date_text(*earliest_, calendar_) + " to " + date_text(*latest_, calendar_),
             "widen it");
    return false;
  }
  layer.times.calendar = calendar_;
  for (auto& [time, parts] : steps_) {
    if (has_time_ || steps_.size() > 1) layer.times.seconds.push_back(time);
    if (const auto bounds = bounds_of(parts)) layer.times.bounds.push_back(*bounds);
    layer.steps.push_back(std::move(parts));
  }
  if (layer.times.bounds.size() != layer.times.seconds.size()) layer.times.bounds.clear();
  if (by_axis_) warn_of_gaps(layer.times);
  return true;
}

std::optional<TimeBounds> TimeSteps::bounds_of(const std::vector<InventoryLayer::Part>& parts) const {
  std::optional<TimeBounds> found;
  for (const auto& part : parts) {
    const auto& bounds = inventory_.files[part.file].source->times().bounds;
    if (bounds.empty()) return std::nullopt;
    const TimeBounds& own = bounds[static_cast<std::size_t>(part.time)];
    if (found && *found != own) return std::nullopt;
    found = own;
  }
  return found;
}

void TimeSteps::warn_of_gaps(const TimeAxis& times) {
  if (times.size() < 3 || !spec_.select.months.empty() || !spec_.select.season.empty()) return;
  std::vector<std::int64_t> strides;
  for (std::size_t t = 1; t < times.seconds.size(); ++t) strides.push_back(times.seconds[t] - times.seconds[t - 1]);
  std::vector<std::int64_t> sorted = strides;
  std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2), sorted.end());
  const std::int64_t usual = sorted[sorted.size() / 2];
  const auto jumps = [&](std::int64_t stride) { return 2 * stride > 3 * usual; };
  const auto first = std::find_if(strides.begin(), strides.end(), jumps);
  if (first == strides.end()) return;
  const auto at = static_cast<std::size_t>(first - strides.begin());
  const auto count = std::count_if(strides.begin(), strides.end(), jumps);
  complain("path",
           "its times jump from " + date_text(times.seconds[at], times.calendar) + " to " +
               date_text(times.seconds[at + 1], times.calendar) + (count > 1 ? ", and " + std::to_string(count - 1) + " more times" : ""),
           "check whether files are missing", true);
}

}  // namespace terroir
