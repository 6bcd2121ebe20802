#include "pipeline/plan/shared_axis.h"

#include <algorithm>
#include <utility>

namespace terroir {
namespace {

/// Whether bounds would have the name of an axis, as those of `time` that of an input `bnds`.
bool taken(const TimeAxis& axis, const std::vector<TimeAxis>& axes) {
  return std::any_of(axes.begin(), axes.end(), [&](const TimeAxis& other) {
    return axis.name == other.bounds_name() || axis.bounds_name() == other.name || axis.name == other.name;
  });
}

}  // namespace

bool same_dates(Calendar a, Calendar b, std::int64_t earliest) noexcept {
  const auto gregorian = [](Calendar c) { return c == Calendar::standard || c == Calendar::proleptic_gregorian; };
  return a == b || (gregorian(a) && gregorian(b) && earliest >= to_seconds({1582, 10, 15}, Calendar::standard));
}

std::size_t share_axis(const TimeAxis& times, const std::string& input, std::vector<TimeAxis>& axes) {
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (axes[i].seconds != times.seconds || !same_dates(axes[i].calendar, times.calendar, times.seconds.front())) continue;
    if (axes[i].bounds != times.bounds) axes[i].bounds.clear();
    return i;
  }
  TimeAxis axis = times;
  axis.name = axes.empty() ? "time" : "time_" + input;
  while (taken(axis, axes)) axis.name += "_";
  axes.push_back(std::move(axis));
  return axes.size() - 1;
}

}  // namespace terroir
