#include "pipeline/adapters/mlflow/mlflow_observer.h"

#include "pipeline/error.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace terroir {
namespace {

constexpr double mega = 1e6, mebi = 1 << 20;

/// Seconds between two points: a long job has no more than some hundred.
double point_seconds(double running) { return std::clamp(running / 60, 2.0, 30.0); }

MlflowStatus status_of(int code) {
  const bool killed = code == static_cast<int>(Fault::interrupted);
  return {code == 0 ? run_finished : killed ? "KILLED" : "FAILED", now_in_milliseconds()};
}

}  // namespace

MlflowObserver::MlflowObserver(MlflowSender& sender, MlflowStory story, std::string server, std::function<void(const std::string&)> tell)
    : sender_(sender), story_(std::move(story)), server_(std::move(server)), tell_(std::move(tell)) {
  sender_.post({story_.parameters, story_.tags, {}, std::nullopt, story_.artefacts});
}

void MlflowObserver::add_point(MlflowRecords& records, const JobProgress& p) {
  const double seconds = p.seconds - last_.seconds;
  const auto rate = [&](std::uint64_t now, std::uint64_t before) {
    return seconds > 0 && now >= before ? static_cast<double>(now - before) / seconds / mega : 0;
  };
  const std::pair<const char*, double> values[] = {
      {"tiles_done", static_cast<double>(p.tiles_done)},
      {"read_MB_per_s", rate(p.work.bytes_read, last_.work.bytes_read)},
      {"written_MB_per_s", rate(p.work.bytes_written, last_.work.bytes_written)},
      {"peak_memory_MiB", static_cast<double>(p.peak_memory) / mebi},
      {"seconds_read", p.work.read_seconds},
      {"seconds_compute", p.work.compute_seconds},
      {"seconds_encode", p.work.encode_seconds},
      {"seconds_write", p.work.write_seconds},
  };
  const std::int64_t time = now_in_milliseconds();
  for (const auto& [key, value] : values) records.metrics.push_back({key, value, time, static_cast<std::int64_t>(p.tiles_done)});
  last_ = p;
}

void MlflowObserver::progress(const JobProgress& p) {
  if (began_ && p.seconds - last_.seconds < point_seconds(p.seconds)) return;
  began_ = true;
  MlflowRecords records;
  add_point(records, p);
  sender_.post(std::move(records));
  tell_trouble();
}

void MlflowObserver::failed(const JobFailure& failure) {
  sender_.post({{}, {{"terroir.failure", failure.text}}, {}, status_of(failure.code), {}});
}

void MlflowObserver::ended(const JobSummary& summary) {
  MlflowRecords records;
  if (!summary.nothing_to_do) add_point(records, summary.progress);
  const int code = summary.failure ? summary.failure->code : 0;
  records.metrics.push_back(
      {"seconds", summary.progress.seconds, now_in_milliseconds(), static_cast<std::int64_t>(summary.progress.tiles_done)});
  records.tags = {{"terroir.exit_code", std::to_string(code)}, {"terroir.attempt", summary.attempt}};
  records.status = status_of(code);
  records.artefacts = story_.last(summary);
  sender_.post(std::move(records));
  sender_.finish(std::numeric_limits<double>::infinity());
  tell_trouble();
  if (const auto page = sender_.page(); !page.empty()) tell_("MLflow: " + page);
}

void MlflowObserver::tell_trouble() {
  const std::string trouble = sender_.take_trouble();
  if (!trouble.empty()) tell_("warning: MLflow at " + server_ + ": " + trouble);
}

}  // namespace terroir
