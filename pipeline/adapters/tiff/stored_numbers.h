#pragma once

#include "pipeline/ports/decode.h"

#include <array>
#include <cstddef>

namespace terroir {

/// Takes every `step`-th number of a row, starting with the first: one band of pixels that keep their bands together.
void gather(SampleType type, const std::byte* in, Index step, Index count, std::byte* out) noexcept;

/// The bytes of a number in a stored type, rounded and clipped to what the type holds; NaN becomes 0 in integers.
[[nodiscard]] std::array<std::byte, 8> stored_number(SampleType type, double value) noexcept;

}  // namespace terroir
