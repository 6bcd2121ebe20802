#pragma once

#include "pipeline/adapters/mlflow/mlflow_run.h"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace terroir {

/// Seconds that a server may cost, and between two tries.
struct MlflowTimes {
  double patience = 5;                         ///< see Patience
  double first_pause = 1, longest_pause = 60;  ///< while the job runs, each twice the one before
  double last_pause = 0.1;                     ///< when the job has ended
  int first_tries = 5;                         ///< of a server that has never answered, while the job runs
  int last_tries = 3;                          ///< when the job has ended
};

/// Tells a server about a run in a thread of its own: who posts never waits. After a failure it tries again; when the patience with
/// the server is over, or the server refuses, it gives up, once and for all.
class MlflowSender {
 public:
  MlflowSender(std::unique_ptr<HttpClient> http, MlflowSettings settings, const std::string& run_name, const MlflowTimes& times = {});
  /// Drops what has not been sent, and waits for the request that is under way.
  ~MlflowSender();
  MlflowSender(const MlflowSender&) = delete;
  MlflowSender& operator=(const MlflowSender&) = delete;

  void post(MlflowRecords);
  /// Waits until all is told or given up, not longer than the patience that is left, or `at_most` seconds.
  void finish(double at_most);

  /// Why something is not told, for a person, once; empty: all is, or this was said already.
  [[nodiscard]] std::string take_trouble();
  /// Where a person sees the run; empty: unknown. After `finish`.
  [[nodiscard]] std::string page();

 private:
  void work();
  /// Waits for something to tell; nothing: the thread ends.
  std::optional<MlflowRecords> next();
  /// Whether to go on.
  bool take_outcome(const MlflowOutcome&, MlflowRecords told);
  void give_up(const std::string& why);
  [[nodiscard]] bool settled() const { return gave_up_ || (!busy_ && pending_.empty()); }

  const MlflowSettings settings_;
  const MlflowTimes times_;
  Patience patience_;
  const std::unique_ptr<HttpClient> http_;
  MlflowRun run_;

  std::mutex mutex_;
  std::condition_variable changed_;
  MlflowRecords pending_;
  bool busy_ = false, finishing_ = false, ending_ = false, gave_up_ = false, answered_ = false, left_out_told_ = false;
  int tries_ = 0;  ///< that failed in a row
  std::string trouble_, page_;
  std::thread thread_;
};

}  // namespace terroir
