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

std::size_t share_axis(const TimeAxis& times, const std::string& input, std::vector<TimeAxis>& axes) {
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (axes[i].calendar != times.calendar || axes[i].seconds != times.seconds) continue;
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
