#pragma once

#include "pipeline/ports/store.h"
#include "pipeline/run/job.h"

#include <functional>
#include <iosfwd>
#include <map>
#include <string>
#include <vector>

namespace terroir {

/// Where and how a job is reported.
struct ReportOptions {
  std::ostream& out;                                ///< the summary
  std::ostream& errors;                             ///< progress, notes and failures
  bool quiet = false;                               ///< failures only
  bool json = false;                                ///< the summary as JSON
  bool terminal = false;                            ///< progress may redraw its line
  std::function<int()> columns = [] { return 0; };  ///< of the terminal now; 0: not known
};

/// Tells a person how a job goes: a line that is redrawn on a terminal, a line every few seconds elsewhere, a summary at the end. The
/// summary is also kept as JSON beside the journal in `store` (null: nowhere). Only rank 0's observer is called.
class JobReporter final : public JobObserver {
 public:
  JobReporter(const Plan& plan, const ReportOptions& options, Store* store) : plan_(plan), options_(options), store_(store) {}

  /// Programs that cannot read an output, each with the reason; shown in the summary.
  void exclude(const std::string& output, std::vector<std::string> readers) { excluded_[output] = std::move(readers); }

  void progress(const JobProgress&) override;
  void publishing(const PublishProgress&) override;
  void note(const std::string& text) override;
  void failed(const JobFailure&) override;
  void ended(const JobSummary&) override;

 private:
  void show(double seconds, const std::string& text);
  void clear_line();

  const Plan& plan_;
  ReportOptions options_;
  Store* store_;
  std::map<std::string, std::vector<std::string>> excluded_;
  double shown_ = -1;
  bool drawn_ = false;
};

/// The summary of a job as JSON text.
[[nodiscard]] std::string summary_json(const Plan&, const JobSummary&, const std::map<std::string, std::vector<std::string>>& excluded);
/// The summary as a person reads it.
[[nodiscard]] std::string summary_text(const Plan&, const JobSummary&, const std::map<std::string, std::vector<std::string>>& excluded);

}  // namespace terroir
