#include "pipeline/adapters/report/job_reporter.h"

#include "pipeline/error.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ostream>

namespace terroir {
namespace {

constexpr double terminal_seconds = 0.2, log_seconds = 5;

std::string clock_text(double seconds) {
  char text[40];
  const long whole = std::lround(seconds);
  if (whole >= 3600)
    std::snprintf(text, sizeof text, "%ld h %02ld min", whole / 3600, whole % 3600 / 60);
  else if (whole >= 60)
    std::snprintf(text, sizeof text, "%ld min %02ld s", whole / 60, whole % 60);
  else
    std::snprintf(text, sizeof text, "%ld s", whole);
  return text;
}

std::string progress_text(const JobProgress& p) {
  // Tiles of earlier attempts cost nothing now and tell nothing of the speed.
  const double done = static_cast<double>(p.tiles_done - p.tiles_restored), left = static_cast<double>(p.tiles_total - p.tiles_done);
  const double percent = p.tiles_total == 0 ? 100 : 100.0 * static_cast<double>(p.tiles_done) / static_cast<double>(p.tiles_total);
  const double bytes = static_cast<double>(p.work.bytes_read + p.work.bytes_written);
  char text[200];
  std::snprintf(text, sizeof text, "pass %zu of %zu: %lld of %lld tiles (%.0f %%), %.0f MB/s", p.pass + 1, p.passes,
                static_cast<long long>(p.tiles_done), static_cast<long long>(p.tiles_total), percent,
                p.seconds > 0 ? bytes / 1e6 / p.seconds : 0.0);
  std::string line = text;
  if (done > 0 && left > 0) line += ", " + clock_text(p.seconds / done * left) + " left";
  return line;
}

std::string publish_text(const PublishProgress& p) {
  if (p.bytes_total == 0) return "writing coordinates and metadata";
  const auto done = static_cast<double>(p.bytes_done), total = static_cast<double>(p.bytes_total);
  char text[100];
  std::snprintf(text, sizeof text, "writing files: %.0f of %.0f MB (%.0f %%)", done / 1e6, total / 1e6, 100 * done / total);
  return text;
}

}  // namespace

void JobReporter::clear_line() {
  if (drawn_) options_.errors << "\r\033[K" << std::flush;
  drawn_ = false;
}

void JobReporter::progress(const JobProgress& p) { show(p.seconds, progress_text(p)); }

void JobReporter::publishing(const PublishProgress& p) { show(p.seconds, publish_text(p)); }

void JobReporter::show(double seconds, const std::string& text) {
  if (options_.quiet) return;
  if (shown_ < 0) shown_ = options_.terminal ? -terminal_seconds : 0;
  if (seconds - shown_ < (options_.terminal ? terminal_seconds : log_seconds)) return;
  shown_ = seconds;
  clear_line();
  // A line that is wrapped leaves a row behind when it is drawn anew; so does, on some terminals, one that ends in the last column.
  const int columns = options_.terminal ? options_.columns() : 0;
  options_.errors << (columns > 0 ? text.substr(0, static_cast<std::size_t>(columns - 1)) : text) << (options_.terminal ? "" : "\n")
                  << std::flush;
  drawn_ = options_.terminal;
}

void JobReporter::note(const std::string& text) {
  if (options_.quiet) return;
  clear_line();
  options_.errors << text << std::endl;
}

void JobReporter::failed(const JobFailure& failure) {
  clear_line();
  if (!failure.text.empty()) options_.errors << "terroir: " << failure.text << std::endl;
}

void JobReporter::ended(const JobSummary& summary) {
  clear_line();
  if (store_ != nullptr && !summary.nothing_to_do && !summary.failure) {
    const std::string json = summary_json(plan_, summary, excluded_);
    try {
      store_->put(std::string(run_folder) + "summary-" + summary.attempt + ".json", std::as_bytes(std::span(json)));
    } catch (const Error& error) {
      options_.errors << "the summary was not kept: " << error.what() << std::endl;  // the outputs are whole all the same
    }
  }
  if (options_.json)
    options_.out << summary_json(plan_, summary, excluded_) << std::endl;
  else if (!options_.quiet && !summary.failure)
    options_.out << summary_text(plan_, summary, excluded_) << std::flush;
}

}  // namespace terroir
