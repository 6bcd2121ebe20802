#pragma once

#include "kernels/kernel.h"
#include "kernels/resample_runs.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace terroir {

/// What resampling by areas makes of the sums over a destination pixel.
struct AreaRule {
  AreaResult result;
  double min_valid;
  double rounding;  ///< a share of a pixel's area that may come of rounding

  [[nodiscard]] bool squares() const noexcept { return result == AreaResult::rms; }
  /// Whether values count by the share of their own pixel's area.
  [[nodiscard]] bool shares() const noexcept { return result == AreaResult::sum; }

  /// `sum`: of valid values, or their squares, times the area or share that each counts by; `valid`: of the areas that they cover; `area`:
  /// the pixel's own.
  [[nodiscard]] float pixel(double sum, double valid, double area) const noexcept {
    const double share = valid / area;
    if (!(share > rounding) || share < min_valid - rounding) return std::numeric_limits<float>::quiet_NaN();
    if (shares()) return static_cast<float>(sum);
    const double mean = sum / (result == AreaResult::destarea ? area : valid);
    return static_cast<float>(squares() ? std::sqrt(mean) : mean);
  }
};

/// Calls visit(column of the block, column from `low`, count) for the columns [low, high) of a source, periodic or not, that a block of
/// `width` columns holds.
template <class Visit>
void visit_held_columns(const GridMap& map, Index width, Index low, Index high, const Visit& visit) noexcept {
  for (Index col = low; col < high;) {
    Index at = col - map.source.col;
    if (map.period > 0) at -= floor_div(at, map.period) * map.period;
    const Index next = at < 0 ? -at : at < width ? width - at : map.period > 0 ? map.period - at : high - col;
    const Index n = std::min(high - col, next);
    if (at >= 0 && at < width) visit(at, col - low, n);
    col += n;
  }
}

}  // namespace terroir
