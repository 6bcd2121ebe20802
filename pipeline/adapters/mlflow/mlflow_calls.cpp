#include "pipeline/adapters/mlflow/mlflow_calls.h"

#include "pipeline/json_text.h"
#include "pipeline/redaction/redactor.h"

#include <algorithm>
#include <string_view>

namespace terroir {
namespace {

using Json = nlohmann::json;

constexpr std::size_t longest_told = 200;
constexpr const char* json_type = "application/json";

std::string encoded(const std::string& text, std::string_view plain) {
  static const char digits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || plain.find(c) != std::string_view::npos)
      out += c;
    else
      (out += '%') += {digits[byte / 16], digits[byte % 16]};
  }
  return out;
}

/// What a server says, for a person: it may say anything, our own token included.
std::string told(std::string text, const std::string& authorization) {
  const std::size_t blank = authorization.find(' ');
  text = Redactor(blank == std::string::npos ? std::vector<std::string>{}
                                             : std::vector{authorization.substr(blank + 1)})(redacted(std::move(text)));
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, ' ');
  return text.size() > longest_told ? text.substr(0, longest_told) + "..." : text;
}

/// "RESOURCE_DOES_NOT_EXIST: Run with id=abc not found", or nothing.
std::string complaint_of(const Json& answer) {
  if (!answer.is_object()) return "";
  const auto text = [&](const char* name) {
    const auto member = answer.find(name);
    return member != answer.end() && member->is_string() ? member->get<std::string>() : std::string();
  };
  const std::string code = text("error_code"), message = text("message");
  return (code.empty() ? "" : " " + code) + (message.empty() ? "" : ": " + message);
}

bool is_passing(int status) { return status == 408 || status == 429 || status >= 500; }

}  // namespace

std::string encoded_path(const std::string& path) { return encoded(path, "-._~/"); }

MlflowCalls::MlflowCalls(HttpClient& http, const MlflowSettings& settings, Patience& patience)
    : http_(http),
      settings_(settings),
      patience_(patience),
      authorization_(settings.authorization),
      renewed_(std::chrono::steady_clock::now()) {}

HttpReply MlflowCalls::exchange(const std::string& method, const std::string& url, const std::string& body, const char* type) {
  HttpRequest request{method, url, {}, body, patience_.left()};
  if (request.seconds <= 0) return {0, "", "no time is left for it", false, 0};
  if (method != "GET") request.headers.emplace_back("Content-Type", type);
  if (!authorization_.empty()) request.headers.emplace_back("Authorization", authorization_);
  return http_.send(request);
}

MlflowOutcome MlflowCalls::judge(HttpReply reply, bool needs_json) {
  using Kind = MlflowOutcome::Kind;
  MlflowOutcome outcome;
  outcome.status = reply.status;
  outcome.sent = reply.sent;
  if (reply.status >= 200 && reply.status < 300 && !needs_json) return outcome;
  if (reply.status != 0) outcome.answer = Json::parse(reply.body, nullptr, false);
  if (reply.status >= 200 && reply.status < 300 && outcome.answer.is_object()) return outcome;
  patience_.spend(reply.seconds);
  outcome.kind = reply.status == 0 || is_passing(reply.status) ? Kind::later : Kind::never;
  if (reply.status == 0)
    outcome.why = told(reply.failure, authorization_);
  else if (reply.status < 300)
    outcome.why = "it answers what no MLflow server does";
  else
    outcome.why = told("it answered " + std::to_string(reply.status) + complaint_of(outcome.answer), authorization_);
  if (reply.status == 401 || reply.status == 403) outcome.why += " (see MLFLOW_TRACKING_TOKEN, or _USERNAME and _PASSWORD)";
  return outcome;
}

void MlflowCalls::renew_token() {
  const auto now = std::chrono::steady_clock::now();
  if (settings_.token_url.empty() || std::chrono::duration<double>(now - renewed_).count() < settings_.token_seconds) return;
  renewed_ = now;
  const auto outcome = judge(exchange("GET", settings_.token_url, "", json_type), true);
  const auto token = outcome.answer.is_object() ? outcome.answer.find("token") : outcome.answer.end();
  if (outcome.done() && token != outcome.answer.end() && token->is_string()) authorization_ = "Bearer " + token->get<std::string>();
}

MlflowOutcome MlflowCalls::get(const std::string& method, const std::string& name, const std::string& value) {
  renew_token();
  return judge(exchange("GET", settings_.server + "/api/2.0/mlflow/" + method + "?" + name + "=" + encoded(value, "-._~"), "", json_type),
               true);
}

MlflowOutcome MlflowCalls::post(const std::string& method, const Json& body) { return post_text(method, json_text(body)); }

MlflowOutcome MlflowCalls::post_text(const std::string& method, const std::string& json) {
  renew_token();
  return judge(exchange("POST", settings_.server + "/api/2.0/mlflow/" + method, json, json_type), true);
}

MlflowOutcome MlflowCalls::put_artefact(const std::string& path, const std::string& bytes) {
  renew_token();
  const char* type = path.ends_with(".json") ? json_type : "text/plain; charset=utf-8";
  return judge(exchange("PUT", settings_.server + "/api/2.0/mlflow-artifacts/artifacts/" + encoded_path(path), bytes, type), false);
}

}  // namespace terroir
