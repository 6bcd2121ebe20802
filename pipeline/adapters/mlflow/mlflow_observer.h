#pragma once

#include "pipeline/adapters/mlflow/mlflow_sender.h"
#include "pipeline/run/job.h"

#include <functional>
#include <string>
#include <vector>

namespace terroir {

/// What is told of a run besides its progress.
struct MlflowStory {
  std::vector<MlflowText> parameters, tags;
  std::vector<MlflowArtefact> artefacts;                               ///< at its beginning
  std::function<std::vector<MlflowArtefact>(const JobSummary&)> last;  ///< at its end
};

/// Tells an MLflow server how a job goes: parameters, points of metrics every few seconds, and at the end how it ended. Costs the job
/// nothing while it runs, and what MlflowTimes says at its end.
class MlflowObserver final : public JobObserver {
 public:
  /// `tell` prints a line for the user.
  MlflowObserver(MlflowSender& sender, MlflowStory story, std::string server, std::function<void(const std::string&)> tell);

  void progress(const JobProgress&) override;
  void failed(const JobFailure&) override;
  void ended(const JobSummary&) override;

 private:
  void add_point(MlflowRecords&, const JobProgress&);
  void tell_trouble();

  MlflowSender& sender_;
  const MlflowStory story_;
  const std::string server_;
  const std::function<void(const std::string&)> tell_;
  JobProgress last_;
  bool began_ = false;
};

}  // namespace terroir
