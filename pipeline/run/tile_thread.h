#pragma once

#include "pipeline/run/background.h"
#include "pipeline/run/scheduler.h"
#include "pipeline/run/worker.h"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace terroir {

/// Adds what another runner, or another rank, has done.
void add_work(Work& sum, const Work& more);

/// The exception that is being handled, as the message and exit code that a job ends with.
[[nodiscard]] JobFailure failure_of_current_exception();

/// Computes the tiles of a rank beside the thread that talks to the other ranks. What becomes of a tile is told by callbacks, which
/// are run on the thread that empties the mailbox.
class TileThread {
 public:
  using Finished = std::function<void(std::uint32_t pass, TileResult result, double seconds)>;
  using Failed = std::function<void(const JobFailure& failure)>;

  TileThread(RunnerFactory make_runner, Mailbox& mailbox, Finished finished, Failed failed);

  /// Tiles give way to other threads, see there.
  void give_way() {
    thread_.start([] { terroir::give_way(); });
  }

  /// Starts a tile of a pass that began with `pass`. One at a time.
  void start(const TileTask& task, const StartPass& pass);
  /// Makes a running tile fail at its next chunk, and every later one.
  void cancel();
  [[nodiscard]] bool idle() const { return thread_.idle(); }
  bool wait_idle(double seconds) { return thread_.wait_idle(seconds); }
  /// What has been done, all passes together.
  [[nodiscard]] Work work() const;

 private:
  void run(const TileTask& task, const StartPass& pass);
  std::shared_ptr<TileRunner> runner_of(const StartPass& pass);

  RunnerFactory make_runner_;
  Mailbox& mailbox_;
  Finished finished_;
  Failed failed_;
  mutable std::mutex mutex_;
  std::shared_ptr<TileRunner> runner_;
  std::uint32_t runner_pass_ = 0;
  Work earlier_;
  bool cancelled_ = false;
  BackgroundThread thread_;
};

}  // namespace terroir
