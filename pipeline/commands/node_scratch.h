#pragma once

#include "pipeline/plan/plan.h"
#include "pipeline/ports/communicator.h"
#include "pipeline/ports/shared_work.h"

#include <memory>
#include <vector>

namespace terroir {

/// The sources of a plan as its run reads them: those that it lays out anew behind a scratch file, which the ranks of this node share.
/// Throws Error(Fault::system) when there cannot be one.
[[nodiscard]] std::vector<std::shared_ptr<Source>> rechunk_sources(const Plan& plan, std::vector<std::shared_ptr<Source>> sources,
                                                                   const Communicator& communicator);

/// What the ranks of this node share of layers that are computed in passes of their own; null where there is nothing to share.
/// Throws as rechunk_sources.
[[nodiscard]] std::shared_ptr<SharedWork> share_layers(const Plan& plan, const Communicator& communicator);

}  // namespace terroir
