#pragma once

#include "tiling/window.h"

namespace terroir {

/// Statistics over time of a group of pixels, added up one time after the other, missing values skipped. The state is one plane of
/// doubles for each number kept; which ones are kept follows from what is wanted. A pixel's result depends on the order of its
/// values alone: not on how space or time is cut into blocks, nor on what else is wanted.
class TimeStatistics {
 public:
  /// Pixels of a group: their state stays in the first-level cache.
  static constexpr Index group = 256;
  static constexpr Index max_planes = 6;

  TimeStatistics() = default;
  TimeStatistics(bool sum, bool deviation, bool range) noexcept;

  [[nodiscard]] Index planes() const noexcept { return planes_; }

  /// The state of no values, for n pixels; plane p starts at state + p * stride.
  void clear(double* state, Index stride, Index n) const noexcept;

  /// Adds `times` rows of n <= group pixels, `time_stride` floats apart.
  void add(const float* pixels, Index time_stride, Index times, Index n, double* state, Index stride) const noexcept;

  /// Results of n pixels; NaN where fewer than `min_valid` values were there. Asking for what was not wanted is an error of the caller.
  void mean(const double* state, Index stride, Index n, double min_valid, float* out) const noexcept;
  void sum(const double* state, Index stride, Index n, double min_valid, float* out) const noexcept;
  /// Standard deviation (Welford 1962); NaN also where there are not more than `ddof` values.
  void deviation(const double* state, Index stride, Index n, double min_valid, double ddof, float* out) const noexcept;
  void smallest(const double* state, Index stride, Index n, double min_valid, float* out) const noexcept;
  void largest(const double* state, Index stride, Index n, double min_valid, float* out) const noexcept;
  /// How many values there were; never missing.
  void count(const double* state, Index n, float* out) const noexcept;

 private:
  Index sum_ = 0, mean_ = 0, range_ = 0;  ///< first plane of each statistic, 0 (the count's plane) when it is not wanted
  Index planes_ = 1;
};

}  // namespace terroir
