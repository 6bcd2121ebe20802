#include "pipeline/commands/run.h"

#include "pipeline/adapters/mpi/mpi_communicator.h"
#include "pipeline/adapters/process/machine.h"
#include "pipeline/adapters/proj/proj_setup.h"
#include "pipeline/adapters/report/job_reporter.h"
#include "pipeline/commands/communicator.h"
#include "pipeline/commands/load_together.h"
#include "pipeline/commands/node_scratch.h"
#include "pipeline/commands/open_outputs.h"
#include "pipeline/commands/run_logging.h"
#include "pipeline/commands/signals.h"
#include "pipeline/commands/start_checks.h"
#include "pipeline/error.h"
#include "pipeline/run/job.h"
#include "pipeline/run/pass_runner.h"
#include "pipeline/run/tile_thread.h"

#include <unistd.h>
#include <chrono>
#include <ctime>
#include <iostream>
#include <thread>

namespace terroir {
namespace {

/// A name for this run that sorts after those of earlier ones: the time, to the millisecond.
std::string attempt_name() {
  const auto now = std::chrono::system_clock::now();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[40];
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
  std::snprintf(text, sizeof text, "%04d%02d%02dT%02d%02d%02d.%03d", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour,
                utc.tm_min, utc.tm_sec, static_cast<int>(milliseconds));
  return text;
}

/// One rank's run: the plan, the outputs it writes to, and the job it takes part in.
class RankRun {
 public:
  RankRun(const RecipeOptions& options, Communicator& comm, std::ostream& out, std::ostream& errors)
      : options_(options), comm_(comm), out_(out), errors_(errors) {}

  int run() {
    prepare_logging();
    prepare();
    try {
      return join();
    } catch (const std::exception&) {
      // The job tells what goes wrong in it; what little is left must not let the others wait.
      const JobFailure failure = failure_of_current_exception();
      std::cerr << "terroir: rank " << comm_.rank() << " on " << host_name() << ": " << failure.text << std::endl;
      comm_.abort(failure.code);
      return failure.code;
    }
  }

 private:
  // Nobody throws while others wait: what goes wrong here is told by the job.

  void prepare_logging() {
    if (comm_.rank() != 0) return;
    try {
      logging_.emplace(process_environment());
    } catch (...) {
      failure_ = failure_of_current_exception();
    }
  }

  void prepare() {
    try {
      if (!look_at_start()) return;
      loaded_ = load_together(options_, comm_, Liveness{}.greeting);
      print_diagnostics(loaded_.compiled.diagnostics, loaded_.file, options_.quiet, errors_);
      if (loaded_.good()) open(*loaded_.compiled.plan);
    } catch (...) {
      failure_ = failure_of_current_exception();
      sinks_.clear();
      stores_.clear();
      loaded_ = {};
    }
  }

  void open(const Plan& plan) {
    loaded_.compiled.sources = rechunk_sources(plan, std::move(loaded_.compiled.sources), comm_);
    shared_ = share_layers(plan, comm_);
    warn(check_mask(plan.resources.threads, allowed_processors()));
    for (std::size_t i = 0; i < plan.outputs.size(); ++i) {
      OpenedOutput output = open_output(plan, i, *loaded_.crs);
      stores_.push_back(std::move(output.store));
      sinks_.push_back(std::move(output.sink));
    }
  }

  /// Whether the ranks are the job that they should be. All ranks come to the same conclusion, and rank 0 says it.
  bool look_at_start() {
    const Finding world = check_world(world_facts(comm_, options_.expect_ranks));
    if (world.verdict == Verdict::fault) {
      errors_ << "terroir: " << world.value << "; " << world.remedy << std::endl;
      failure_ = {static_cast<int>(Fault::system), ""};
      return false;
    }
    warn(world);
    if (started_by_mpirun()) warn(check_launcher(launcher_facts()));
    return true;
  }

  void warn(const Finding& finding) {
    if (finding.verdict != Verdict::ok && !options_.quiet) errors_ << "warning: " << finding.value << "; " << finding.remedy << std::endl;
  }

  int join() {
    const Plan empty;
    const Plan& plan = loaded_.good() ? *loaded_.compiled.plan : empty;
    std::vector<Sink*> sinks;
    std::vector<Destination> destinations;
    for (std::size_t i = 0; i < sinks_.size(); ++i) {
      sinks.push_back(sinks_[i].get());
      destinations.push_back({stores_[i].get(), sinks_[i].get()});
    }
    std::optional<TileRunners> runners;
    if (loaded_.good()) runners.emplace(plan, loaded_.compiled.sources, sinks, shared_);
    JobReporter reporter(plan, {out_, errors_, options_.quiet, options_.json, ::isatty(STDERR_FILENO) == 1, terminal_columns},
                         stores_.empty() ? nullptr : stores_[0].get());
    for (std::size_t i = 0; i < plan.outputs.size(); ++i) reporter.exclude(plan.outputs[i].name, readers_excluded(plan.outputs[i]));
    Observers observers;
    observers.add(reporter);
    if (logging_ && loaded_.good()) logging_->start(plan, observers, [&](const std::string& line) { reporter.note(line); });
    JobWorld world{comm_,
                   [&](std::size_t pass, const auto& fitted) { return runners->make(pass, fitted); },
                   destinations,
                   observers,
                   host_name(),
                   take_signal,
                   [] { return static_cast<std::uint64_t>(peak_memory()); },
                   [&](int code, const std::string& why) {
                     if (!why.empty()) std::cerr << "terroir: " << why << std::endl;
                     if (logging_) logging_->hurry();
                     // mpirun, which is ending the job, may otherwise hear of this end before it has read what was said.
                     if (started_by_mpirun()) std::this_thread::sleep_for(std::chrono::milliseconds(50));
                     ::_exit(code);
                   }};
    JobOptions job;
    job.schedule = options_.fixed_schedule ? Schedule::fixed : Schedule::dynamic;
    job.liveness.sign = sign_seconds(comm_.size());
    job.prepare = {attempt_name(), options_.overwrite, options_.verify};
    if (failure_ || !loaded_.good()) job.stillborn = stillbirth();
    return run_job(plan, world, job);
  }

  /// Why this rank has no plan. Rank 0 has printed its own mistakes already.
  [[nodiscard]] JobFailure stillbirth() const {
    if (failure_) return *failure_;
    std::string text;
    if (comm_.rank() != 0)
      for (const auto& d : loaded_.compiled.diagnostics)
        if (!d.warning && text.empty()) text = to_text(d, loaded_.file);
    return {loaded_.exit_code(), text};
  }

  const RecipeOptions& options_;
  Communicator& comm_;
  std::ostream &out_, &errors_;
  LoadedPlan loaded_;
  std::shared_ptr<SharedWork> shared_;
  std::vector<std::unique_ptr<Store>> stores_;
  std::vector<std::unique_ptr<Sink>> sinks_;
  std::optional<RunLogging> logging_;
  std::optional<JobFailure> failure_;
};

}  // namespace

int run_run(std::span<const std::string> arguments, std::ostream& out, std::ostream& errors) {
  int code = 0;
  const auto options = parse_recipe_options("run",
                                            "Computes the outputs of a recipe, alone or under mpirun -n N; of a store, makes it again from "
                                            "its own recipe.\nAn interrupted run is resumed by the same command.",
                                            arguments, out, errors, code);
  if (!options) return code;
  watch_signals(launched_rank() == 0);
  // While MPI waits for the launcher rank 0 loads what it nearly always needs. Not where MPI forks: PROJ 9.1 locks a mutex in the child,
  // which the loading thread may hold at that moment.
  settle_mpi_environment();
  std::jthread loading;
  if (served_by_launcher() && launched_rank() == 0) loading = std::jthread(load_proj);
  const auto comm = join_job(Liveness{}.greeting);
  if (loading.joinable()) loading.join();
  return RankRun(*options, *comm, out, errors).run();
}

}  // namespace terroir
