#pragma once

#include "pipeline/adapters/mlflow/mlflow_calls.h"
#include "pipeline/adapters/mlflow/mlflow_records.h"

#include <cstdint>
#include <string>

namespace terroir {

/// One run at a server: found or made when something is first told about it.
class MlflowRun {
 public:
  /// `name` and `began` (milliseconds since 1970) are those of a run that is made.
  MlflowRun(HttpClient& http, const MlflowSettings& settings, Patience& patience, std::string name, std::int64_t began);

  /// Tells all of it, or says why not; it may be told again then. That it failed comes first; that it finished, before the artefacts only.
  /// Parameters that the run has with another value become tags. What the server refuses for itself (a metric, an artefact) is left out.
  [[nodiscard]] MlflowOutcome tell(const MlflowRecords&);

  /// Where a person sees it, once it is found or made; empty: unknown.
  [[nodiscard]] std::string page() const;
  /// What was left out, and why; empty: nothing.
  [[nodiscard]] const std::string& left_out() const noexcept { return left_out_; }

 private:
  MlflowOutcome open();
  MlflowOutcome find_run();
  MlflowOutcome make_run();
  MlflowOutcome find_experiment();
  MlflowOutcome take_run(MlflowOutcome answered);
  MlflowOutcome tell_parameters(const MlflowRecords&);
  MlflowOutcome tell_parameter(const MlflowText&);
  MlflowOutcome tell_batches(const MlflowRecords&);
  MlflowOutcome tell_status(const MlflowStatus&);
  MlflowOutcome keep(const MlflowArtefact&);
  void leave_out(const std::string& what, const std::string& why);

  const MlflowSettings& settings_;
  MlflowCalls calls_;
  const std::string name_;
  const std::int64_t began_;
  const bool ended_elsewhere_;  ///< by the service whose job this is
  bool open_ = false, making_ = false;
  std::string run_id_, experiment_id_;
  std::string artefact_root_;  ///< path of the run at the artefact service; empty: artefacts are not told
  std::string left_out_;
};

}  // namespace terroir
