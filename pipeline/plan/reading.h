#pragma once

#include "pipeline/plan/plan.h"

#include <map>

namespace terroir {

enum class From { anywhere, storage, scratch };

/// Bytes of the decoded input chunks that a window of a pass touches, as the run reads them.
[[nodiscard]] std::size_t input_footprint(const Plan&, const Pass&, const Window&, From = From::anywhere);

/// What the storage of an input layer costs those who read it as it is: decoded bytes.
struct ReadingCost {
  std::size_t needed = 0;   ///< of all chunks, each once
  std::size_t decoded = 0;  ///< by all ranks
  std::size_t touched = 0;  ///< of the chunks under each tile, summed over tiles
  std::size_t asked = 0;    ///< of the pixels that tiles ask for
  std::size_t tile = 0;     ///< of the chunks under one tile, the largest sum
};

/// Counts it by layer for so many ranks that share the tiles of a pass, each with a cache of its own.
[[nodiscard]] std::map<LayerId, ReadingCost> reading_costs(const Plan&, const Pass&, Index ranks, std::size_t cache);

/// Fills `input_bytes` and `read_amplification` of every pass: decodings of input chunks, counted along the curve of tiles with the
/// planned cache, over the chunks needed. What is laid out anew is decoded once. Decides whether the plan `deals`. Needs
/// `plan.cache_bytes`.
void measure_reading(Plan&);

}  // namespace terroir
