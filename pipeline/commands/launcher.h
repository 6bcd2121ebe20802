#pragma once

#include "pipeline/job/launch_plan.h"
#include "pipeline/job/start_command.h"

#include <iosfwd>

namespace terroir {

/// The variables of this process.
[[nodiscard]] Variables own_environment();

/// Starts what a plan says and stays with it until it has ended, its retries included. What the ranks print goes to `out` and into the
/// plan's folder; a line for each start, retry and end goes to `errors`. Returns the exit code: the job's own; 2, and every obstacle at
/// once, when nothing could be started; 75 when it was asked to stop, 124 when it ran into its timeout.
[[nodiscard]] int launch(const LaunchPlan& plan, std::ostream& out, std::ostream& errors);

}  // namespace terroir
