#pragma once

#include "pipeline/plan/plan.h"

namespace terroir {

/// Decides which inputs with time are laid out anew on scratch, in chunks as the tiles read them: those whose chunks are so much wider
/// than a tile, and hold so few times, that ranks which share the tiles would decode them twice or more, or hold too many of them. Fills
/// `PlannedFile::rechunk` and `chunk`. The decision follows from recipe, inputs and allowed memory; results do not depend on it. Left as
/// they are: interleaved bands, and inputs with `on_error: nodata`, where a chunk that fails concerns its own times only.
void plan_rechunk(Plan&);

/// Lets all files be read as they are stored.
void read_as_stored(Plan&);

/// Variables of the input layers that are laid out anew, and one of the files of each.
struct RechunkedLayer {
  LayerId layer = 0;
  std::size_t file = 0;
};
[[nodiscard]] std::vector<RechunkedLayer> rechunked_layers(const Plan&);

/// Scratch that a node's ranks fill together.
[[nodiscard]] std::uint64_t scratch_bytes(const Plan&);

/// Memory of `threads` threads for stored chunks on their way to scratch, and of the notes which are there.
[[nodiscard]] std::size_t rechunk_memory(const Plan&, std::size_t threads);

/// Takes the plan back to reading as stored where scratch is too small, with a warning if memory allows that, else with the mistake.
void check_scratch(Plan&, std::vector<Diagnostic>&);

}  // namespace terroir
