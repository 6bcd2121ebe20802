#pragma once

#include "pipeline/plan/plan.h"
#include "pipeline/ports/communicator.h"

#include <memory>
#include <vector>

namespace terroir {

/// The sources of a plan as its run reads them: those that it lays out anew behind a scratch file, which the ranks of this node share.
/// Throws Error(Fault::system) when there cannot be one.
[[nodiscard]] std::vector<std::shared_ptr<Source>> rechunk_sources(const Plan& plan, std::vector<std::shared_ptr<Source>> sources,
                                                                   const Communicator& communicator);

}  // namespace terroir
