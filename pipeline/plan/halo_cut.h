#pragma once

#include "pipeline/plan/plan.h"

namespace terroir {

/// Gives layers of a finished pass passes of their own (`Plan::own_passes`), where halos of several steps add up to more work than even a
/// large block saves: such a layer is then computed once, in chunks, and the pass reads it with its neighbours.
void cut_at_halos(Plan&, Pass&);

/// Cuts those passes off at what the plan's passes read of them, once all are there.
void settle_own_passes(Plan&);

/// Whether memory and scratch can hold what own passes compute.
[[nodiscard]] bool own_passes_fit(const Plan&);

}  // namespace terroir
