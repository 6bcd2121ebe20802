#pragma once

#include "pipeline/plan/program.h"

namespace terroir {

/// Chooses how much a pass computes at once (`pass.block`) and how many time steps are in memory (`pass.slab`), so that the blocks stay in
/// the L2 cache where they can. Where the halo of a chunk is larger than the chunk itself, the block becomes several chunks of the tile.
/// `forced` overrides the block. Results never depend on either.
void choose_blocks(const Plan&, Pass&, std::optional<Shape> forced);

/// Whether a pass wants layers with time: these are delivered chunk by chunk, so that its block is the chunk.
[[nodiscard]] bool delivers_times(const Plan&, const Program&);

/// Makes blocks of several chunks one chunk again, when memory is short; false when there are none.
[[nodiscard]] bool shrink_blocks(Plan&);

/// Pixels that the steps of a pass work on, those of their neighbourhoods included, over pixels kept, for its compute block: the mean of
/// all steps on the pass's lattice.
[[nodiscard]] double recompute_ratio(const Plan&, const Pass&, const Program&);

}  // namespace terroir
