#pragma once

#include "pipeline/run/job.h"

namespace terroir {

/// From now on SIGUSR1 asks for a stop, SIGTERM and SIGINT for a quick end, SIGCONT for a flush of the journal. Until the
/// first `take_signal` they end the process, and the `first` rank says so.
void watch_signals(bool first);

/// The most urgent signal since the last call.
[[nodiscard]] Signal take_signal() noexcept;

}  // namespace terroir
