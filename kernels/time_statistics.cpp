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

/// Times that are added in one sweep over the state, which then is loaded and stored once for all of them; in their order, so that
/// the result does not depend on it.
constexpr Index times_at_once = 4;

TERROIR_INLINE double widen(const float* pixels, Index i) { return static_cast<double>(pixels[i]); }
TERROIR_INLINE double one_if_valid(double x) { return x == x ? 1.0 : 0.0; }
TERROIR_INLINE double zero_if_missing(double x) { return x == x ? x : 0.0; }

TERROIR_INLINE void add_count_body(const float* pixels, Index time_stride, Index times, Index n, double* count) {
  for (Index t = 0; t < times; ++t) {
    const float* row = pixels + t * time_stride;
#pragma GCC ivdep
    for (Index i = 0; i < n; ++i) count[i] += one_if_valid(widen(row, i));
  }
}
TERROIR_CLONES(add_count, (const float* pixels, Index time_stride, Index times, Index n, double* count),
               (pixels, time_stride, times, n, count))

TERROIR_INLINE void add_sum_body(const float* pixels, Index time_stride, Index times, Index n, double* count, double* sum) {
  Index t = 0;
  for (; t + times_at_once <= times; t += times_at_once) {
    const float *r0 = pixels + t * time_stride, *r1 = r0 + time_stride, *r2 = r1 + time_stride, *r3 = r2 + time_stride;
#pragma GCC ivdep
    for (Index i = 0; i < n; ++i) {
      const double a = widen(r0, i), b = widen(r1, i), c = widen(r2, i), d = widen(r3, i);
      count[i] += (one_if_valid(a) + one_if_valid(b)) + (one_if_valid(c) + one_if_valid(d));
      sum[i] = (((sum[i] + zero_if_missing(a)) + zero_if_missing(b)) + zero_if_missing(c)) + zero_if_missing(d);
    }
  }
  for (; t < times; ++t) {
    const float* row = pixels + t * time_stride;
#pragma GCC ivdep
    for (Index i = 0; i < n; ++i) {
      const double x = widen(row, i);
      count[i] += one_if_valid(x);
      sum[i] += zero_if_missing(x);
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
    for (Index i = 0; i < n; ++i) x[i] = widen(pixels + t * time_stride, i);
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

TERROIR_INLINE float lesser(float x, float than) { return x < than ? x : than; }
TERROIR_INLINE float greater(float x, float than) { return x > than ? x : than; }

/// A missing value is neither less nor greater than another; values are compared as they are and widened afterwards.
TERROIR_INLINE void add_range_body(const float* pixels, Index time_stride, Index times, Index n, double* min, double* max) {
  float low[group], high[group];
  for (Index i = 0; i < n; ++i) low[i] = std::numeric_limits<float>::infinity();
  for (Index i = 0; i < n; ++i) high[i] = -std::numeric_limits<float>::infinity();
  Index t = 0;
  for (; t + times_at_once <= times; t += times_at_once) {
    const float *r0 = pixels + t * time_stride, *r1 = r0 + time_stride, *r2 = r1 + time_stride, *r3 = r2 + time_stride;
    for (Index i = 0; i < n; ++i) {
      low[i] = lesser(r3[i], lesser(r2[i], lesser(r1[i], lesser(r0[i], low[i]))));
      high[i] = greater(r3[i], greater(r2[i], greater(r1[i], greater(r0[i], high[i]))));
    }
  }
  for (; t < times; ++t) {
    const float* row = pixels + t * time_stride;
    for (Index i = 0; i < n; ++i) low[i] = lesser(row[i], low[i]);
    for (Index i = 0; i < n; ++i) high[i] = greater(row[i], high[i]);
  }
#pragma GCC ivdep
  for (Index i = 0; i < n; ++i) {
    const double below = static_cast<double>(low[i]), above = static_cast<double>(high[i]);
    min[i] = below < min[i] ? below : min[i];
    max[i] = above > max[i] ? above : max[i];
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
