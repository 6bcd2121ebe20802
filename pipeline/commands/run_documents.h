#pragma once

#include "pipeline/plan/plan.h"
#include "pipeline/ports/store.h"
#include "pipeline/run/job.h"

#include <functional>
#include <string>
#include <vector>

namespace terroir {

/// A file that a run leaves about itself where its outputs are not: in the ./outputs of a job of Azure ML, at an MLflow server.
struct RunDocument {
  std::string path, text;
};

/// The recipe's name, or that of its file.
[[nodiscard]] std::string run_name(const Plan&);
/// The folder of these files, named after the run: several runs of one job have their own.
[[nodiscard]] std::string documents_folder(const Plan&);
/// recipe.json (which can be run again), plan.txt and plan.json, redacted, in the run's folder.
[[nodiscard]] std::vector<RunDocument> plan_documents(const Plan&);
/// summary.json beside them.
[[nodiscard]] RunDocument summary_document(const Plan&, const JobSummary&);

/// Where a job of Azure ML collects small files from, when this is one (AZUREML_RUN_ID is set): rank 0 leaves the documents of its run
/// there. A folder that cannot be written costs a warning.
class OutputsFolder final : public JobObserver {
 public:
  /// Nothing is written into an output of the run itself.
  OutputsFolder(const Plan& plan, const std::string& folder, std::function<void(const std::string&)> warn);
  void ended(const JobSummary&) override;

 private:
  void keep(const RunDocument&);

  const Plan& plan_;
  std::unique_ptr<Store> store_;
  std::function<void(const std::string&)> warn_;
};

}  // namespace terroir
