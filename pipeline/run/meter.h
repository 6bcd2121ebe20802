#pragma once

#include "pipeline/run/tile_runner.h"

#include <atomic>
#include <chrono>
#include <mutex>

namespace terroir {

/// Counts the work of a rank while several threads do it.
class Meter {
 public:
  std::atomic<std::uint64_t> tiles{0}, bytes_read{0}, bytes_decoded{0}, chunks_read{0}, bytes_written{0}, unfit{0}, alone{0};
  std::atomic<std::int64_t> read_ns{0}, compute_ns{0}, encode_ns{0}, write_ns{0};

  void skip(std::string window) {
    const std::lock_guard lock(mutex_);
    skipped_.push_back(std::move(window));
  }

  [[nodiscard]] Work work() const {
    constexpr double second = 1e-9;
    Work w{tiles, bytes_read, bytes_decoded, chunks_read, bytes_written, unfit, alone, 0, 0, 0, 0, {}};
    w.read_seconds = static_cast<double>(read_ns) * second;
    w.compute_seconds = static_cast<double>(compute_ns) * second;
    w.encode_seconds = static_cast<double>(encode_ns) * second;
    w.write_seconds = static_cast<double>(write_ns) * second;
    const std::lock_guard lock(mutex_);
    w.skipped = skipped_;
    return w;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> skipped_;
};

/// Adds the time of its own life to a counter.
class Stopwatch {
 public:
  explicit Stopwatch(std::atomic<std::int64_t>& sum) : sum_(sum) {}
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;
  ~Stopwatch() { sum_ += std::chrono::nanoseconds(std::chrono::steady_clock::now() - start_).count(); }

 private:
  std::atomic<std::int64_t>& sum_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace terroir
