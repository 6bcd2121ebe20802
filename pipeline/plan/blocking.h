#pragma once

#include "pipeline/plan/program.h"

namespace terroir {

/// Chooses how much of a chunk a pass computes at once (`pass.block`) and how many time steps are in memory (`pass.slab`), so that the
/// blocks stay in the L2 cache where they can; `forced` overrides the block. Results never depend on either.
void choose_blocks(const Plan&, Pass&, std::optional<Shape> forced);

/// Pixels computed over pixels kept of the worst layer on the pass's lattice, for its compute block.
[[nodiscard]] double recompute_ratio(const Plan&, const Pass&, const Program&);

}  // namespace terroir
