#pragma once

#include "pipeline/run/background.h"
#include "pipeline/run/job.h"
#include "pipeline/run/parts.h"
#include "pipeline/run/rivals.h"
#include "pipeline/run/scheduler.h"

#include <atomic>
#include <cstdint>
#include <vector>

namespace terroir {

/// What rank 0 does besides: joins the scheduler state machine to a thread that prepares and publishes the outputs, and tells the
/// observer how far the job is.
class RootPart {
 public:
  RootPart(const Plan& plan, JobWorld& world, const JobOptions& options, Mailbox& mailbox);

  void begin();
  void receive(int from, const AnyMessage& message);
  /// `own`: what rank 0 itself has computed so far.
  void step(const std::function<Work()>& own);
  [[nodiscard]] std::vector<Outgoing> outgoing();
  void fail(const JobFailure& failure);
  /// This process may be about to be ended.
  void grow_wary();
  /// It is about to end: tells the observer, and which ranks are gone, if any are. Returns the exit code.
  int interrupted();

  /// Whether files are written while tiles are computed.
  [[nodiscard]] bool makes_files() const noexcept { return !takers_.empty(); }
  /// Whether the next messages come from ranks that wait for an answer.
  [[nodiscard]] bool ranks_fall_idle() const noexcept { return scheduler_.ranks_fall_idle(); }
  [[nodiscard]] bool ended() const noexcept { return scheduler_.phase() == Scheduler::Phase::ended; }
  [[nodiscard]] bool all_left() const noexcept { return scheduler_.all_left(); }
  /// Waits until nothing is being prepared or published, not longer than some seconds; whether it is so.
  bool wait_idle(double seconds) { return errands_.wait_idle(seconds); }
  /// Tells the observer; returns the exit code.
  int finish();

 private:
  /// An output that makes files: its tiles in the order in which its sink takes them, and how many of them it has been given.
  struct Taker {
    std::size_t output = 0;
    std::vector<Index> order;
    std::size_t given = 0;
  };
  void prepare();
  void accept(const Preparation& preparation);
  void look_for_rivals(double now);
  void offer_tiles();
  void give(const Taker& taker);
  /// Tells the observer how far the job is.
  void show(double now, const std::function<Work()>& own);
  void publish();
  void publish(std::size_t output);
  [[nodiscard]] JobProgress progress(const Work* own) const;

  const Plan& plan_;
  JobWorld& world_;
  const JobOptions& options_;
  Mailbox& mailbox_;
  Scheduler scheduler_;
  std::vector<bool> published_;
  std::vector<Taker> takers_;
  bool refused_ = false;  ///< a sink could not take a tile; of the errands' thread
  bool preparing_ = false, publishing_ = false, told_ = false, nothing_to_do_ = false;
  std::atomic<std::uint64_t> file_bytes_ = 0;  ///< of the files that are published
  double began_, shown_ = 0, looked_ = began_;
  PartCollector parts_;
  RivalWatch rivals_;  ///< of the errands' thread
  BackgroundThread errands_;
};

}  // namespace terroir
