#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace terroir {

/// Seconds of a steady clock.
[[nodiscard]] double steady_seconds();

/// Seconds to sleep between two looks for what has not come for some seconds: it is found late by an eighth of them, 4 ms at most.
[[nodiscard]] double nap_of_idle(double seconds) noexcept;

/// From now on other threads that want this thread's processor get it first; also before threads that this one starts.
void give_way() noexcept;

/// Work for one thread, left by others.
class Mailbox {
 public:
  using Task = std::function<void()>;
  void post(Task task);
  /// Runs all that has been posted, in order, on this thread. Whether there was any.
  bool run_all();
  /// Sleeps until something is posted or the time is over.
  void wait(double seconds);

 private:
  std::mutex mutex_;
  std::condition_variable posted_;
  std::deque<Task> tasks_;
};

/// A thread that does one task after the other; tasks must not throw. The destructor waits for the one that is running and drops
/// the others.
class BackgroundThread {
 public:
  BackgroundThread();
  ~BackgroundThread();
  BackgroundThread(const BackgroundThread&) = delete;
  BackgroundThread& operator=(const BackgroundThread&) = delete;
  void start(Mailbox::Task task);
  /// Whether nothing is running or waiting.
  [[nodiscard]] bool idle() const;
  /// Waits until idle, not longer than some seconds; whether it is.
  bool wait_idle(double seconds);

 private:
  void work();

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Mailbox::Task> tasks_;
  bool running_ = false, ending_ = false;
  std::thread thread_;
};

}  // namespace terroir
