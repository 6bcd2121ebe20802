#include "pipeline/adapters/mlflow/mlflow_sender.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <utility>

namespace terroir {
namespace {

/// Of a job whose server is away for hours the latest points are kept.
constexpr std::size_t most_waiting = 20'000;

std::chrono::duration<double> seconds(double count) { return std::chrono::duration<double>(count); }

}  // namespace

MlflowSender::MlflowSender(std::unique_ptr<HttpClient> http, MlflowSettings settings, const std::string& run_name, const MlflowTimes& times)
    : settings_(std::move(settings)),
      times_(times),
      patience_(times.patience),
      http_(std::move(http)),
      run_(*http_, settings_, patience_, run_name, now_in_milliseconds()),
      thread_([this] { work(); }) {}

MlflowSender::~MlflowSender() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void MlflowSender::post(MlflowRecords records) {
  {
    const std::lock_guard lock(mutex_);
    if (gave_up_) return;
    pending_.append(std::move(records));
    auto& metrics = pending_.metrics;
    if (metrics.size() > most_waiting) metrics.erase(metrics.begin(), metrics.end() - static_cast<std::ptrdiff_t>(most_waiting));
  }
  changed_.notify_all();
}

void MlflowSender::finish(double at_most) {
  patience_.close(at_most);
  std::unique_lock lock(mutex_);
  finishing_ = true;
  tries_ = 0;
  changed_.notify_all();
  if (!changed_.wait_for(lock, seconds(patience_.left()), [this] { return settled(); })) give_up("it is too slow");
}

std::string MlflowSender::take_trouble() {
  const std::lock_guard lock(mutex_);
  return std::exchange(trouble_, "");
}

std::string MlflowSender::page() {
  const std::lock_guard lock(mutex_);
  return page_;
}

void MlflowSender::work() {
  while (auto records = next()) {
    const MlflowOutcome outcome = run_.tell(*records);
    if (!take_outcome(outcome, std::move(*records))) return;
  }
}

std::optional<MlflowRecords> MlflowSender::next() {
  std::unique_lock lock(mutex_);
  busy_ = false;
  changed_.notify_all();
  changed_.wait(lock, [this] { return ending_ || gave_up_ || !pending_.empty(); });
  if (ending_ || gave_up_) return std::nullopt;
  busy_ = true;
  return std::exchange(pending_, {});
}

bool MlflowSender::take_outcome(const MlflowOutcome& outcome, MlflowRecords told) {
  std::unique_lock lock(mutex_);
  if (gave_up_) return false;
  if (outcome.done()) {
    tries_ = 0;
    answered_ = true;
    page_ = run_.page();
    if (!run_.left_out().empty() && !std::exchange(left_out_told_, true)) trouble_ = run_.left_out();
    return true;
  }
  ++tries_;
  const bool hopeless = outcome.kind == MlflowOutcome::Kind::never || patience_.left() <= 0;
  const bool often = tries_ >= (finishing_ ? times_.last_tries : answered_ ? std::numeric_limits<int>::max() : times_.first_tries);
  if (hopeless || often) {
    give_up(outcome.why);
    return false;
  }
  told.append(std::exchange(pending_, {}));
  pending_ = std::move(told);
  const bool was_finishing = finishing_;
  const double pause =
      was_finishing ? times_.last_pause : std::min(times_.longest_pause, times_.first_pause * std::ldexp(1.0, std::min(tries_ - 1, 20)));
  changed_.wait_for(lock, seconds(pause), [&] { return ending_ || gave_up_ || finishing_ != was_finishing; });
  return !ending_ && !gave_up_;
}

void MlflowSender::give_up(const std::string& why) {
  gave_up_ = true;
  busy_ = false;
  trouble_ = why + "; the run is not logged there any more, check the server and MLFLOW_TRACKING_URI";
  pending_ = {};
  changed_.notify_all();
}

}  // namespace terroir
