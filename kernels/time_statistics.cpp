#include "kernels/time_statistics.h"

#include "kernels/clones.h"

#include <algorithm>
#include <cassert>
#include <limits>

namespace terroir {
namespace {

constexpr Index group = TimeStatistics::group;
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// One element type per loop: pixels become doubles first, because mixed loops run at a third of the speed.

TERROIR_INLINE void widen(const float* pixels, Index n, double* x) {
  for (Index i = 0; i < n; ++i) x[i] = static_cast<double>(pixels[i]);
}

TERROIR_INLINE void add_count_body(const float* pixels, Index time_stride, Index times, Index n, double* count) {
  double x[group];
  for (Index t = 0; t < times; ++t) {
    widen(pixels + t * time_stride, n, x);
    for (Index i = 0; i < n; ++i) count[i] += x[i] == x[i] ? 1.0 : 0.0;
  }
}
TERROIR_CLONES(add_count, (const float* pixels, Index time_stride, Index times, Index n, double* count),
               (pixels, time_stride, times, n, count))

TERROIR_INLINE void add_sum_body(const float* pixels, Index time_stride, Index times, Index n, double* count, double* sum) {
  double x[group];
  for (Index t = 0; t < times; ++t) {
    widen(pixels + t * time_stride, n, x);
#pragma GCC ivdep
    for (Index i = 0; i < n; ++i) {
      count[i] += x[i] == x[i] ? 1.0 : 0.0;
      sum[i] += x[i] == x[i] ? x[i] : 0.0;
    }
  }
}
TERROIR_CLONES(add_sum, (const float* pixels, Index time_stride, Index times, Index n, double* count, double* sum),
               (pixels, time_stride, times, n, count, sum))

/// Welford's update; `before` are the counts before the first of these times.
TERROIR_INLINE void add_deviation_body(const float* pixels, Index time_stride, Index times, Index n, const double* before, double* mean,
                                       double* m2) {
  double x[group], count[group];
  for (Index i = 0; i < n; ++i) count[i] = before[i];
  for (Index t = 0; t < times; ++t) {
    widen(pixels + t * time_stride, n, x);
#pragma GCC ivdep
    for (Index i = 0; i < n; ++i) {
      const bool valid = x[i] == x[i];
      const double difference = x[i] - mean[i];
      count[i] += valid ? 1.0 : 0.0;
      const double moved = mean[i] + difference / count[i];
      m2[i] += valid ? difference * (x[i] - moved) : 0.0;
      mean[i] = valid ? moved : mean[i];
    }
  }
}
TERROIR_CLONES(add_deviation,
               (const float* pixels, Index time_stride, Index times, Index n, const double* before, double* mean, double* m2),
               (pixels, time_stride, times, n, before, mean, m2))

TERROIR_INLINE void add_range_body(const float* pixels, Index time_stride, Index times, Index n, double* min, double* max) {
  double x[group];
  for (Index t = 0; t < times; ++t) {
    widen(pixels + t * time_stride, n, x);
#pragma GCC ivdep
    for (Index i = 0; i < n; ++i) {
      min[i] = x[i] < min[i] ? x[i] : min[i];
      max[i] = x[i] > max[i] ? x[i] : max[i];
    }
  }
}
TERROIR_CLONES(add_range, (const float* pixels, Index time_stride, Index times, Index n, double* min, double* max),
               (pixels, time_stride, times, n, min, max))

/// The plane's value where there are enough values.
TERROIR_INLINE void take_body(const double* count, const double* plane, Index n, double min_valid, float* out) {
  for (Index i = 0; i < n; ++i) out[i] = static_cast<float>(count[i] >= min_valid ? plane[i] : nan);
}
TERROIR_CLONES(take, (const double* count, const double* plane, Index n, double min_valid, float* out), (count, plane, n, min_valid, out))

TERROIR_INLINE void take_mean_body(const double* count, const double* sum, Index n, double min_valid, float* out) {
  for (Index i = 0; i < n; ++i) out[i] = static_cast<float>(count[i] >= min_valid ? sum[i] / count[i] : nan);
}
TERROIR_CLONES(take_mean, (const double* count, const double* sum, Index n, double min_valid, float* out), (count, sum, n, min_valid, out))

TERROIR_INLINE void take_deviation_body(const double* count, const double* m2, Index n, double min_valid, double ddof, float* out) {
  for (Index i = 0; i < n; ++i) {
    const double freedom = count[i] - ddof;
    const double sd = __builtin_sqrt(m2[i] / freedom);
    out[i] = static_cast<float>(count[i] >= min_valid && freedom > 0 ? sd : nan);
  }
}
TERROIR_CLONES(take_deviation, (const double* count, const double* m2, Index n, double min_valid, double ddof, float* out),
               (count, m2, n, min_valid, ddof, out))

}  // namespace

TimeStatistics::TimeStatistics(bool sum, bool deviation, bool range) noexcept {
  if (sum) sum_ = planes_++;
  if (deviation) mean_ = planes_, planes_ += 2;
  if (range) range_ = planes_, planes_ += 2;
}

void TimeStatistics::clear(double* state, Index stride, Index n) const noexcept {
  const Index zeros = range_ > 0 ? range_ : planes_;
  for (Index p = 0; p < zeros; ++p) std::fill_n(state + p * stride, n, 0.0);
  if (range_ == 0) return;
  std::fill_n(state + range_ * stride, n, infinity);
  std::fill_n(state + (range_ + 1) * stride, n, -infinity);
}

void TimeStatistics::add(const float* pixels, Index time_stride, Index times, Index n, double* state, Index stride) const noexcept {
  assert(n <= group);
  if (mean_ > 0) add_deviation(pixels, time_stride, times, n, state, state + mean_ * stride, state + (mean_ + 1) * stride);
  if (range_ > 0) add_range(pixels, time_stride, times, n, state + range_ * stride, state + (range_ + 1) * stride);
  if (sum_ > 0)
    add_sum(pixels, time_stride, times, n, state, state + sum_ * stride);
  else
    add_count(pixels, time_stride, times, n, state);
}

void TimeStatistics::mean(const double* state, Index stride, Index n, double min_valid, float* out) const noexcept {
  assert(sum_ > 0);
  take_mean(state, state + sum_ * stride, n, min_valid, out);
}

void TimeStatistics::sum(const double* state, Index stride, Index n, double min_valid, float* out) const noexcept {
  assert(sum_ > 0);
  take(state, state + sum_ * stride, n, min_valid, out);
}

void TimeStatistics::deviation(const double* state, Index stride, Index n, double min_valid, double ddof, float* out) const noexcept {
  assert(mean_ > 0);
  take_deviation(state, state + (mean_ + 1) * stride, n, min_valid, ddof, out);
}

void TimeStatistics::smallest(const double* state, Index stride, Index n, double min_valid, float* out) const noexcept {
  assert(range_ > 0);
  take(state, state + range_ * stride, n, min_valid, out);
}

void TimeStatistics::largest(const double* state, Index stride, Index n, double min_valid, float* out) const noexcept {
  assert(range_ > 0);
  take(state, state + (range_ + 1) * stride, n, min_valid, out);
}

void TimeStatistics::count(const double* state, Index n, float* out) const noexcept {
  for (Index i = 0; i < n; ++i) out[i] = static_cast<float>(state[i]);
}

}  // namespace terroir
