#pragma once

#include "tiling/window.h"

namespace terroir {

/// The most values that median_of_few sorts within registers.
inline constexpr Index few_values = 16;

/// Median over `times` <= few_values rows of n pixels, `time_stride` floats apart, missing values skipped: the same bits as
/// OrderStatistics::quantile(0.5, ...), faster. NaN where fewer than `min_valid` values are valid.
void median_of_few(const float* pixels, Index time_stride, Index times, Index n, double min_valid, float* out) noexcept;

}  // namespace terroir
