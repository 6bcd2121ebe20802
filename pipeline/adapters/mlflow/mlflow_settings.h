#pragma once

#include <functional>
#include <optional>
#include <string>

namespace terroir {

/// The value of an environment variable; empty when it is not set.
using Environment = std::function<std::string(const char* name)>;

/// Where a run is logged, as MLflow's own variables say it.
struct MlflowSettings {
  std::string server;         ///< "https://host/path"
  std::string authorization;  ///< value of the header; empty: none
  std::string run_id;         ///< of a run that exists; empty: one is made
  std::string experiment_id;
  std::string experiment_name = "Default";  ///< when there is no id
  std::string user;
  std::string certificates;  ///< a file of trusted ones; empty: those of the system
  bool azure = false;        ///< the run belongs to a job of Azure ML, which ends it and collects its files
  std::string token_url;     ///< where a short-lived token is renewed; empty: nowhere
  double token_seconds = 30;
};

/// Reads MLFLOW_TRACKING_URI, _TOKEN, _USERNAME, _PASSWORD, _SERVER_CERT_PATH, MLFLOW_RUN_ID, MLFLOW_EXPERIMENT_ID and _NAME,
/// MLFLOW_TOKEN_REFRESH_INTERVAL_SECONDS and AZUREML_RUN_ID. Nothing when no URI is set. Throws Error(Fault::mistake) for a URI that is
/// no server: a folder, a database.
[[nodiscard]] std::optional<MlflowSettings> read_mlflow_settings(const Environment&);

}  // namespace terroir
