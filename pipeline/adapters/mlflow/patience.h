#pragma once

#include <algorithm>
#include <chrono>
#include <mutex>
#include <optional>

namespace terroir {

/// How long a server may keep a job waiting, in all: seconds that failed requests took count, and from `close` on all time does.
class Patience {
 public:
  explicit Patience(double seconds) : left_(seconds) {}

  void spend(double seconds) {
    const std::lock_guard lock(mutex_);
    if (!until_) left_ = std::max(0.0, left_ - seconds);
  }

  /// The job waits from now on, not longer than `at_most` seconds.
  void close(double at_most) {
    const std::lock_guard lock(mutex_);
    until_ = Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(std::min(left_, at_most)));
  }

  /// Seconds; 0: it is over.
  [[nodiscard]] double left() const {
    const std::lock_guard lock(mutex_);
    return until_ ? std::max(0.0, std::chrono::duration<double>(*until_ - Clock::now()).count()) : left_;
  }

 private:
  using Clock = std::chrono::steady_clock;
  mutable std::mutex mutex_;
  double left_;
  std::optional<Clock::time_point> until_;
};

}  // namespace terroir
