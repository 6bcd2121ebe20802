#pragma once

#include "pipeline/ports/communicator.h"
#include "pipeline/run/destination.h"
#include "pipeline/run/scheduler.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace terroir {

/// How far a job is.
struct JobProgress {
  std::size_t pass = 0, passes = 0;
  Index tiles_done = 0, tiles_total = 0, tiles_restored = 0;
  Work work;                      ///< of all ranks
  std::uint64_t peak_memory = 0;  ///< bytes, of the rank that has taken most
  double seconds = 0;
};

/// How far the outputs are when all tiles are computed.
struct PublishProgress {
  std::uint64_t bytes_done = 0, bytes_total = 0;  ///< of the parts that files are made of; 0: there are no files
  double seconds = 0;
};

/// How a job ended.
struct JobSummary {
  JobProgress progress;
  std::string attempt;
  std::vector<Scheduler::RankFacts> ranks;
  std::uint64_t file_bytes = 0;  ///< of the files that were made of parts
  bool nothing_to_do = false;
  std::optional<JobFailure> failure;
};

/// Sees what rank 0 sees. Called by the thread that runs the job.
class JobObserver {
 public:
  virtual ~JobObserver() = default;
  /// Several times a second while tiles are computed.
  virtual void progress(const JobProgress&) {}
  /// Several times a second while the outputs are published.
  virtual void publishing(const PublishProgress&) {}
  virtual void note(const std::string& /*text*/) {}
  /// Once, as soon as it is known that the job fails.
  virtual void failed(const JobFailure&) {}
  /// Once, at the end.
  virtual void ended(const JobSummary&) {}
};

/// What a process has been asked to do from outside.
enum class Signal {
  nothing,
  flush,  ///< write the journal
  stop,   ///< stop at the next chunk, all ranks together
  kill    ///< be gone within half a second
};

/// What a job needs of the world. References and pointers must outlive it.
struct JobWorld {
  Communicator& communicator;
  RunnerFactory make_runner;
  std::vector<Destination> destinations;
  JobObserver& observer;
  std::string host;
  std::function<Signal()> signal = [] { return Signal::nothing; };  ///< the most urgent one since the last call
  std::function<std::uint64_t()> peak_memory = [] { return 0; };    ///< of this process so far
  std::function<void(int code, const std::string& why)> leave;      ///< ends this process at once; must not return
};

struct JobOptions {
  Schedule schedule = Schedule::dynamic;
  double batch_seconds = 10;
  double rival_seconds = 10;  ///< between two looks for another job that writes the same outputs
  Liveness liveness;
  PrepareOptions prepare;
  std::optional<JobFailure> stillborn;  ///< this rank has no plan, and why: it only tells the others
};

/// Takes part in a job until it has ended, computing tiles and, on rank 0, leading it. Returns the exit code, the same on all ranks;
/// when ranks have been lost it ends the process instead.
[[nodiscard]] int run_job(const Plan& plan, JobWorld& world, const JobOptions& options);

}  // namespace terroir
