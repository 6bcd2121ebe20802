#pragma once

#include "pipeline/adapters/mlflow/mlflow_settings.h"
#include "pipeline/ports/http.h"

#include <nlohmann/json.hpp>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace terroir {

inline MlflowSettings plain_settings() {
  MlflowSettings settings;
  settings.server = "http://host";
  return settings;
}

/// What the clients of one fake server have asked it, and how it answers. An MLflow server of one run, "r1" of experiment "7", unless
/// `answer` says otherwise.
struct FakeServer {
  std::vector<HttpRequest> requests;
  std::function<std::optional<HttpReply>(const HttpRequest&)> answer;
  std::string artifact_uri = "mlflow-artifacts:/7/r1/artifacts";
  mutable std::mutex mutex;

  static HttpReply ok(const nlohmann::json& body) { return {200, body.dump(), "", true, 0.01}; }
  static HttpReply refusal(int status, const std::string& code, const std::string& message = "") {
    return {status, nlohmann::json{{"error_code", code}, {"message", message}}.dump(), "", true, 0.01};
  }
  static HttpReply nothing(double seconds, bool sent = true) { return {0, "", "no answer", sent, seconds}; }

  [[nodiscard]] HttpReply usual(const HttpRequest& request) const {
    const auto is = [&](const char* method) { return request.url.find(method) != std::string::npos; };
    if (is("get-by-name")) return ok({{"experiment", {{"experiment_id", "7"}}}});
    if (is("runs/create") || is("runs/get"))
      return ok({{"run", {{"info", {{"run_id", "r1"}, {"experiment_id", "7"}, {"artifact_uri", artifact_uri}}}}}});
    return ok(nlohmann::json::object());
  }

  /// "POST runs/log-batch", in order.
  [[nodiscard]] std::vector<std::string> calls() const {
    const std::lock_guard lock(mutex);
    std::vector<std::string> out;
    for (const auto& request : requests) {
      const auto at = request.url.find("/api/2.0/mlflow");
      out.push_back(request.method + " " + request.url.substr(at == std::string::npos ? 0 : at + 16));
    }
    return out;
  }
  /// Bodies of the requests to a method.
  [[nodiscard]] std::vector<nlohmann::json> bodies(const std::string& method) const {
    const std::lock_guard lock(mutex);
    std::vector<nlohmann::json> out;
    for (const auto& request : requests)
      if (request.url.find("/" + method) != std::string::npos) out.push_back(nlohmann::json::parse(request.body));
    return out;
  }
};

class FakeHttp final : public HttpClient {
 public:
  explicit FakeHttp(FakeServer& server) : server_(server) {}
  HttpReply send(const HttpRequest& request) override {
    {
      const std::lock_guard lock(server_.mutex);
      server_.requests.push_back(request);
    }
    const auto special = server_.answer ? server_.answer(request) : std::nullopt;
    return special ? *special : server_.usual(request);
  }

 private:
  FakeServer& server_;
};

}  // namespace terroir
