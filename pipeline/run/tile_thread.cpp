#include "pipeline/run/tile_thread.h"

#include "pipeline/error.h"
#include "tiling/large_memory.h"

#include <chrono>
#include <new>
#include <system_error>
#include <utility>

namespace terroir {
namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

void add_work(Work& sum, const Work& more) {
  sum.tiles += more.tiles;
  sum.bytes_read += more.bytes_read;
  sum.bytes_decoded += more.bytes_decoded;
  sum.chunks_read += more.chunks_read;
  sum.bytes_written += more.bytes_written;
  sum.unfit += more.unfit;
  sum.alone += more.alone;
  sum.read_seconds += more.read_seconds;
  sum.compute_seconds += more.compute_seconds;
  sum.encode_seconds += more.encode_seconds;
  sum.write_seconds += more.write_seconds;
  sum.skipped.insert(sum.skipped.end(), more.skipped.begin(), more.skipped.end());
}

JobFailure failure_of_current_exception() {
  try {
    throw;
  } catch (const Error& e) {
    return {static_cast<int>(e.fault()), e.what()};
  } catch (const std::bad_alloc&) {
    return {static_cast<int>(Fault::memory), "memory is exhausted; allow less with --memory, or start fewer ranks on this machine"};
  } catch (const std::system_error& e) {
    return {static_cast<int>(Fault::system), std::string("the system refused a thread or another resource: ") + e.what() +
                                                 "; start fewer ranks or --threads on this machine"};
  } catch (const std::exception& e) {
    return {static_cast<int>(Fault::bug), std::string("a bug in terroir: ") + e.what()};
  } catch (...) {
    return {static_cast<int>(Fault::bug), "a bug in terroir: an unknown exception"};
  }
}

TileThread::TileThread(RunnerFactory make_runner, Mailbox& mailbox, Finished finished, Failed failed)
    : make_runner_(std::move(make_runner)), mailbox_(mailbox), finished_(std::move(finished)), failed_(std::move(failed)) {}

void TileThread::start(const TileTask& task, const StartPass& pass) {
  thread_.start([this, task, pass] { run(task, pass); });
}

void TileThread::cancel() {
  const std::lock_guard lock(mutex_);
  cancelled_ = true;
  if (runner_) runner_->cancel();
}

Work TileThread::work() const {
  const std::lock_guard lock(mutex_);
  Work sum = earlier_;
  if (runner_) add_work(sum, runner_->work());
  return sum;
}

void TileThread::run(const TileTask& task, const StartPass& pass) {
  const auto start = std::chrono::steady_clock::now();
  try {
    TileResult result = runner_of(pass)->run(task.tile, task.next);
    const double seconds = seconds_since(start);
    mailbox_.post([this, pass = task.pass, result = std::move(result), seconds]() mutable { finished_(pass, std::move(result), seconds); });
  } catch (...) {
    const JobFailure failure = failure_of_current_exception();
    mailbox_.post([this, failure] { failed_(failure); });
  }
}

std::shared_ptr<TileRunner> TileThread::runner_of(const StartPass& pass) {
  std::unique_lock lock(mutex_);
  if (cancelled_) throw Error(Fault::interrupted, "interrupted");
  if (runner_ && runner_pass_ == pass.pass) return runner_;
  if (runner_) add_work(earlier_, runner_->work());
  const bool replaces = runner_ != nullptr;
  std::shared_ptr<TileRunner> earlier = std::move(runner_);
  lock.unlock();  // others ask meanwhile what has been done
  earlier.reset();
  if (replaces) trim_memory();
  std::shared_ptr<TileRunner> made = make_runner_(pass.pass, pass.fitted);
  lock.lock();
  runner_ = std::move(made);
  runner_pass_ = pass.pass;
  if (cancelled_) runner_->cancel();
  return runner_;
}

}  // namespace terroir
