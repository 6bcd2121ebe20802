#pragma once

#include "pipeline/plan/plan.h"

namespace terroir {

/// Decoded bytes of the input chunks that must be held at once in a pass whose tiles each walk through time once, slab after slab, and
/// share no chunk with another tile of their rank: those that one slab reads. Nothing for any other pass, in which a chunk that has been
/// read is wanted again.
[[nodiscard]] std::optional<std::size_t> walking_bytes(const Plan&, const Pass&);

}  // namespace terroir
