#pragma once

#include "kernels/expression.h"
#include "tiling/window.h"

namespace terroir::formula {

/// Pixels that one operation works on.
inline constexpr Index program_row = 512;

/// to[i] = op(a[i], b[i], c[i]) for n pixels; `to` may be one of the operands. Operands that the operation has not are ignored.
void apply_operation(Op op, const float* a, const float* b, const float* c, float* to, Index n) noexcept;

}  // namespace terroir::formula
