#pragma once

#include "pipeline/adapters/mlflow/mlflow_observer.h"
#include "pipeline/commands/run_documents.h"
#include "pipeline/run/observers.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace terroir {

/// What rank 0 tells of a run besides what it prints: to an MLflow server, and to ./outputs in a job of Azure ML. Made by ranks that
/// have nothing to tell, too: it does nothing then.
class RunLogging {
 public:
  /// Reads the environment. Throws Error(Fault::mistake) when it names no server that runs can be logged to.
  explicit RunLogging(const Environment&);
  ~RunLogging();

  /// Starts to tell of a plan and adds itself to the observers; `tell` prints a line for the user. What goes wrong is only told.
  void start(const Plan& plan, Observers& observers, const std::function<void(const std::string&)>& tell);
  /// Gives what is under way a moment: the process is about to be ended.
  void hurry();

 private:
  void start_outputs(const Plan&, Observers&, const std::function<void(const std::string&)>& tell);
  void start_mlflow(const Plan&, Observers&, const std::function<void(const std::string&)>& tell);

  const bool azure_job_;
  std::optional<MlflowSettings> settings_;
  std::unique_ptr<OutputsFolder> outputs_;
  std::unique_ptr<MlflowSender> sender_;
  std::unique_ptr<MlflowObserver> observer_;
};

/// The environment of this process.
[[nodiscard]] Environment process_environment();

}  // namespace terroir
