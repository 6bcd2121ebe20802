#pragma once

#include "pipeline/plan/plan.h"

namespace terroir {

/// Input chunks of this size together stay in memory even if a tile needs less.
inline constexpr std::size_t small_input = std::size_t{64} << 20;

/// Fills `plan.memory` and `plan.cache_bytes`: what one rank will take at most, term by term. The cache of decoded input chunks gets
/// what a tile reads when the allowance leaves room for it, and never less than one chunk of output reads.
void project_memory(Plan&);

/// "1.5 GiB", "300 MiB", "12 KiB".
[[nodiscard]] std::string bytes_text(std::size_t bytes);

}  // namespace terroir
