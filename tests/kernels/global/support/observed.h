#pragma once

#include "kernels/moments.h"
#include "tests/kernels/local/run_process.h"

#include <array>

namespace terroir::test {

using State = std::array<double, moments::size>;

/// What a global process knows after its first pass over one block.
inline State observed(const BoundKernel& kernel, const Block<const float>& block) {
  State state{};
  kernel.observe(std::vector{block}, state);
  return state;
}

}  // namespace terroir::test
