#pragma once

#include <iosfwd>
#include <span>
#include <string>

namespace terroir {

/// `terroir launch JOB`: runs an Azure ML command job, or a step of a pipeline, on this machine or the hosts of a hostfile. Returns the
/// job's exit code; 2, with all mistakes at once, when nothing was started; 75 when it was asked to stop; 124 at its timeout.
int run_launch(std::span<const std::string> arguments, std::ostream& out, std::ostream& errors);

}  // namespace terroir
