#pragma once

#include "tiling/block.h"

namespace terroir {

/// out = (in - shift) * factor + offset, in double and rounded once: subtracting 273.15 from 300 K in float would lose a digit.
void rescale(const Block<const float>& in, const Block<float>& out, double shift, double factor, double offset) noexcept;

}  // namespace terroir
