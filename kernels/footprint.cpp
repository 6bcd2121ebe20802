#include "kernels/footprint.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace terroir {
namespace {

constexpr float nan = std::numeric_limits<float>::quiet_NaN();
/// Footprints up to this size are sorted; of larger ones the values are counted again and again, which takes no memory.
constexpr Index few = 1024;

template <class Visit>
void visit_valid(const Block<const float>& in, Index time, const Footprint& f, const Visit& visit) noexcept {
  for (Index r = f.row; r < f.row_end; ++r) {
    const float* row = in.row(time, r);
    for (Index c = f.col; c < f.col_end; ++c) {
      const Index at = f.period > 0 ? c - floor_div(c, f.period) * f.period : c;
      if (at < f.cols && row[at] == row[at]) visit(row[at]);
    }
  }
}

float extreme(bool largest, const Block<const float>& in, Index time, const Footprint& f) noexcept {
  float found = nan;
  visit_valid(in, time, f, [&](float v) { found = found != found || (largest ? v > found : v < found) ? v : found; });
  return found;
}

Index count_valid(const Block<const float>& in, Index time, const Footprint& f) noexcept {
  Index count = 0;
  visit_valid(in, time, f, [&](float) { ++count; });
  return count;
}

/// The smallest value above `floor` (or of all, without one) and how often it is there.
struct Next {
  float value = nan;
  Index count = 0;
};
Next next_above(const Block<const float>& in, Index time, const Footprint& f, float floor) noexcept {
  Next next;
  visit_valid(in, time, f, [&](float v) {
    if (!(floor != floor) && v <= floor) return;
    if (next.count == 0 || v < next.value)
      next = {v, 1};
    else if (v == next.value)
      ++next.count;
  });
  return next;
}

float mode_of_many(const Block<const float>& in, Index time, const Footprint& f) noexcept {
  Next best;
  for (Next next = next_above(in, time, f, nan); next.count > 0; next = next_above(in, time, f, next.value))
    if (next.count > best.count) best = next;
  return best.value;
}

/// Bisects for the smallest value that `rank` values do not exceed; both ends are always values of the footprint.
float ranked_of_many(const Block<const float>& in, Index time, const Footprint& f, Index rank) noexcept {
  float low = extreme(false, in, time, f), high = extreme(true, in, time, f);
  while (low < high) {
    const double middle = (static_cast<double>(low) + static_cast<double>(high)) / 2;
    Index count = 0;
    float below = low, above = high;  // the values next to the middle
    visit_valid(in, time, f, [&](float x) {
      const bool under = static_cast<double>(x) <= middle;
      count += under ? 1 : 0;
      if (under) below = std::max(below, x);
      if (!under) above = std::min(above, x);
    });
    if (count >= rank)
      high = below;
    else
      low = above;
  }
  return low;
}

float quantile(double p, const Block<const float>& in, Index time, const Footprint& f) noexcept {
  const Index count = count_valid(in, time, f);
  if (count == 0) return nan;
  const Index rank = std::max<Index>(1, static_cast<Index>(std::ceil(p * static_cast<double>(count))));
  if (count > few) return ranked_of_many(in, time, f, rank);
  std::array<float, few> values;
  Index n = 0;
  visit_valid(in, time, f, [&](float v) { values[static_cast<std::size_t>(n++)] = v; });
  std::nth_element(values.begin(), values.begin() + (rank - 1), values.begin() + n);
  return values[static_cast<std::size_t>(rank - 1)];
}

float mode(const Block<const float>& in, Index time, const Footprint& f) noexcept {
  const Index count = count_valid(in, time, f);
  if (count > few) return mode_of_many(in, time, f);
  std::array<float, few> values;
  Index n = 0;
  visit_valid(in, time, f, [&](float v) { values[static_cast<std::size_t>(n++)] = v; });
  std::sort(values.begin(), values.begin() + n);
  Next best;
  for (Index i = 0, end = 0; i < n; i = end) {
    const float value = values[static_cast<std::size_t>(i)];
    while (end < n && values[static_cast<std::size_t>(end)] == value) ++end;
    if (end - i > best.count) best = {value, end - i};
  }
  return best.value;
}

}  // namespace

float select_from(ResampleMethod method, const Block<const float>& in, Index time, const Footprint& f) noexcept {
  switch (method) {
    case ResampleMethod::min: return extreme(false, in, time, f);
    case ResampleMethod::max: return extreme(true, in, time, f);
    case ResampleMethod::q1: return quantile(0.25, in, time, f);
    case ResampleMethod::q3: return quantile(0.75, in, time, f);
    case ResampleMethod::median: return quantile(0.5, in, time, f);
    default: return mode(in, time, f);
  }
}

}  // namespace terroir
