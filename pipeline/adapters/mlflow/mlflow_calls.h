#pragma once

#include "pipeline/adapters/mlflow/mlflow_settings.h"
#include "pipeline/adapters/mlflow/patience.h"
#include "pipeline/ports/http.h"

#include <nlohmann/json.hpp>
#include <string>

namespace terroir {

/// What became of a request.
struct MlflowOutcome {
  enum class Kind {
    done,
    later,  ///< no answer, or the server says that it is busy: it may work another time
    never   ///< the server refuses it, or says what no MLflow server says
  };
  Kind kind = Kind::done;
  std::string why;   ///< for a person: printable, short, without secrets
  int status = 0;    ///< of HTTP; 0: no answer
  bool sent = true;  ///< whether the server may have done it all the same
  nlohmann::json answer;

  [[nodiscard]] bool done() const noexcept { return kind == Kind::done; }
};

/// Calls of a server's REST interface, each within the patience that is left. Renews the token of a job of Azure ML, which is short-lived.
class MlflowCalls {
 public:
  /// References must outlive it.
  MlflowCalls(HttpClient& http, const MlflowSettings& settings, Patience& patience);

  [[nodiscard]] MlflowOutcome get(const std::string& method, const std::string& name, const std::string& value);
  [[nodiscard]] MlflowOutcome post(const std::string& method, const nlohmann::json& body);
  [[nodiscard]] MlflowOutcome post_text(const std::string& method, const std::string& json);
  /// Stores bytes under a path of the server's artefact service.
  [[nodiscard]] MlflowOutcome put_artefact(const std::string& path, const std::string& bytes);

 private:
  [[nodiscard]] HttpReply exchange(const std::string& method, const std::string& url, const std::string& body, const char* type);
  [[nodiscard]] MlflowOutcome judge(HttpReply reply, bool needs_json);
  void renew_token();

  HttpClient& http_;
  const MlflowSettings& settings_;
  Patience& patience_;
  std::string authorization_;
  std::chrono::steady_clock::time_point renewed_;
};

/// A path with all that is not plain percent-encoded; '/' stays.
[[nodiscard]] std::string encoded_path(const std::string& path);

}  // namespace terroir
