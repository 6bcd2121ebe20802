#pragma once

#include "pipeline/adapters/process/descriptor.h"

#include <csignal>
#include <optional>
#include <vector>

namespace terroir {

/// Signals to this process, kept until they are asked for; while it lives they interrupt nothing. A signal that the process was started to
/// ignore (as nohup does with SIGHUP) stays ignored when it stands in `optional`. For processes of one thread.
class SignalQueue {
 public:
  SignalQueue(const std::vector<int>& signals, const std::vector<int>& optional);
  ~SignalQueue();
  SignalQueue(const SignalQueue&) = delete;
  SignalQueue& operator=(const SignalQueue&) = delete;

  /// Readable when a signal waits.
  [[nodiscard]] int descriptor() const noexcept { return descriptor_.get(); }
  /// The number of the next one.
  [[nodiscard]] std::optional<int> take();

 private:
  Descriptor descriptor_;
  sigset_t before_{};
};

}  // namespace terroir
