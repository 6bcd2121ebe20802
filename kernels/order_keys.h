#pragma once

#include "kernels/clones.h"

#include <bit>
#include <cstdint>
#include <limits>

namespace terroir {

/// Missing values sort last.
inline constexpr std::int32_t missing_key = std::numeric_limits<std::int32_t>::max();

/// Floats as signed integers in the same order (-0 before +0), which compare and exchange in one instruction at every CPU level.
TERROIR_INLINE std::int32_t order_key(float value) noexcept {
  const auto bits = std::bit_cast<std::int32_t>(value);
  const std::int32_t gone = value == value ? 0 : -1;
  return ((bits ^ ((bits >> 31) & 0x7fffffff)) & ~gone) | (missing_key & gone);
}

/// The float of a key that is not missing.
TERROIR_INLINE float order_value(std::int32_t key) noexcept { return std::bit_cast<float>(key ^ ((key >> 31) & 0x7fffffff)); }

}  // namespace terroir
