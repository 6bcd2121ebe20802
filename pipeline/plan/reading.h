#pragma once

#include "pipeline/plan/plan.h"

namespace terroir {

/// Bytes of the decoded input chunks that a window of a pass touches.
[[nodiscard]] std::size_t input_footprint(const Plan&, const Pass&, const Window&);

/// Fills `input_bytes` and `read_amplification` of every pass: decodings of input chunks, counted along the curve of tiles with the
/// planned cache, over the chunks needed. Needs `plan.cache_bytes`.
void measure_reading(Plan&);

}  // namespace terroir
