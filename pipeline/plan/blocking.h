#pragma once

#include "pipeline/plan/program.h"

namespace terroir {

/// From here on halos cost more than blocks of several chunks, or a pass of its own for a layer; below they are cheaper (measured).
inline constexpr double recompute_limit = 2;

/// Chooses how much a pass computes at once (`pass.block`) and how many time steps are in memory (`pass.slab`), so that the blocks stay in
/// the L2 cache where they can. Where the halo of a chunk is larger than the chunk itself, the block becomes several chunks of the tile.
/// `forced` overrides the block. Results never depend on either.
void choose_blocks(const Plan&, Pass&, std::optional<Shape> forced);

/// Whether a pass wants layers with time: these are delivered chunk by chunk, so that its block is the chunk.
[[nodiscard]] bool delivers_times(const Plan&, const Program&);

/// Pixels that the steps of a pass work on, those of their neighbourhoods included, over pixels kept, for its compute block: the mean of
/// all steps on the pass's lattice.
[[nodiscard]] double recompute_ratio(const Plan&, const Pass&, const Program&);

}  // namespace terroir
