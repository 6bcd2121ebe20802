#pragma once

#include "tiling/block.h"

#include <span>

namespace terroir {

/// Places of the numbers in a Moments state: valid and finite pixels, their mean, the sum of squared deviations from it, smallest, largest.
namespace moments {
enum : std::size_t { count, mean, m2, min, max, size };
}

/// The state of no pixels: count, mean and m2 zero, min +inf, max -inf.
void clear_moments(std::span<double, moments::size> state) noexcept;

/// Writes (not adds) the moments of the valid and finite pixels of a block, all its times. Two passes in double over pixels that are still
/// in cache; pixels are added in an order that depends on the block's shape alone, so that strides and CPU do not matter.
void observe_moments(const Block<const float>& block, std::span<double, moments::size> state) noexcept;

/// Adds the moments of the next part (Chan, Golub and LeVeque 1983). Not commutative to the last bit: merge in a fixed order.
void merge_moments(std::span<double, moments::size> into, std::span<const double, moments::size> next) noexcept;

/// Standard deviation with `ddof` degrees of freedom taken off; NaN when there are not more pixels than that.
[[nodiscard]] double standard_deviation(std::span<const double, moments::size> state, double ddof) noexcept;

}  // namespace terroir
