#pragma once

#include "pipeline/run/job.h"

namespace terroir {

/// From now on SIGUSR1 asks for a stop, SIGTERM and SIGINT for a quick end, SIGCONT for a flush of the journal.
void watch_signals();

/// The most urgent signal since the last call.
[[nodiscard]] Signal take_signal() noexcept;

}  // namespace terroir
