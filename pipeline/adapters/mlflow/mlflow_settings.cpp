#include "pipeline/adapters/mlflow/mlflow_settings.h"

#include "pipeline/error.h"

#include <cstdint>
#include <cstdlib>

namespace terroir {
namespace {

std::string base64(const std::string& bytes) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t three = 0;
    for (std::size_t k = 0; k < 3; ++k) three = three << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    for (std::size_t k = 0; k < 4; ++k) out += i + k > bytes.size() ? '=' : digits[three >> (18 - 6 * k) & 63];
  }
  return out;
}

/// As MLflow's own client: a user's name and password count before a token.
std::string authorization(const Environment& value) {
  const std::string user = value("MLFLOW_TRACKING_USERNAME"), password = value("MLFLOW_TRACKING_PASSWORD");
  if (!user.empty() && !password.empty()) return "Basic " + base64(user + ":" + password);
  const std::string token = value("MLFLOW_TRACKING_TOKEN");
  return token.empty() ? "" : "Bearer " + token;
}

[[noreturn]] void refuse(const std::string& uri) {
  throw Error(Fault::mistake, "MLFLOW_TRACKING_URI: '" + uri +
                                  "' is no server, and runs are logged to servers only; start one with `mlflow server --backend-store-uri "
                                  "sqlite:///mlflow.db --port 5000` and set MLFLOW_TRACKING_URI=http://127.0.0.1:5000, or unset it");
}

bool is_web(const std::string& uri) { return uri.starts_with("http://") || uri.starts_with("https://"); }

/// The service of Azure ML that renews a job's token; nothing when the server is none of Azure ML's.
std::string token_url(const MlflowSettings& settings) {
  const std::size_t at = settings.server.find("/mlflow/v");
  if (!settings.azure || at == std::string::npos || settings.run_id.empty() || settings.experiment_id.empty()) return "";
  const std::size_t end = settings.server.find('/', at + 8);
  if (end == std::string::npos) return "";
  return settings.server.substr(0, at) + "/history/v1.0" + settings.server.substr(end) + "/experimentids/" + settings.experiment_id +
         "/runs/" + settings.run_id + "/token";
}

}  // namespace

std::optional<MlflowSettings> read_mlflow_settings(const Environment& value) {
  std::string uri = value("MLFLOW_TRACKING_URI");
  if (uri.empty()) return std::nullopt;
  MlflowSettings settings;
  settings.azure = !value("AZUREML_RUN_ID").empty();
  if (uri.starts_with("azureml://")) {
    settings.azure = true;
    uri = "https" + uri.substr(uri.find(':'));
    uri = uri.substr(0, uri.find('?'));
  }
  while (uri.ends_with('/')) uri.pop_back();
  if (!is_web(uri) || uri.find("//") + 2 >= uri.size()) refuse(value("MLFLOW_TRACKING_URI"));
  settings.server = uri;
  settings.authorization = authorization(value);
  settings.run_id = value("MLFLOW_RUN_ID");
  settings.experiment_id = value("MLFLOW_EXPERIMENT_ID");
  if (const auto name = value("MLFLOW_EXPERIMENT_NAME"); !name.empty()) settings.experiment_name = name;
  settings.user = value("USER");
  settings.certificates = value("MLFLOW_TRACKING_SERVER_CERT_PATH");
  if (settings.authorization.starts_with("Bearer ")) settings.token_url = token_url(settings);
  const std::string seconds = value("MLFLOW_TOKEN_REFRESH_INTERVAL_SECONDS");
  if (!seconds.empty()) settings.token_seconds = std::atof(seconds.c_str());
  return settings;
}

}  // namespace terroir
