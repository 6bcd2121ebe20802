#pragma once

#include "tiling/window.h"

#include <cstddef>
#include <cstdint>

namespace terroir {

/// Exact quantiles over time of many pixels at once. Floats are mapped to int32 keys of the same order, missing values to the
/// largest key, and whole rows of keys are compared: every operation works on all pixels of a group.
class OrderStatistics {
 public:
  static constexpr Index group = 64;  ///< pixels

  /// What the constructor's memory must hold, aligned to 64.
  [[nodiscard]] static std::size_t bytes(Index times) noexcept;

  OrderStatistics(std::byte* memory, Index times) noexcept;

  /// Takes `times` rows of n <= group pixels, `time_stride` floats apart.
  void load(const float* pixels, Index time_stride, Index n) noexcept;

  /// The quantile of a probability by linear interpolation (Hyndman and Fan 1996, type 7: position (count - 1) * probability) of
  /// the n pixels; NaN where fewer than `min_valid` >= 1 values are valid.
  void quantile(double probability, double min_valid, float* out) noexcept;

 private:
  std::int32_t* keys_;   ///< `rows_` rows of `group` keys; sorted along time when that is the faster way
  std::int32_t* count_;  ///< valid values of each pixel
  Index times_, rows_, n_ = 0;
};

}  // namespace terroir
