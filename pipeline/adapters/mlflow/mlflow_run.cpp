#include "pipeline/adapters/mlflow/mlflow_run.h"

#include "pipeline/redaction/redactor.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace terroir {
namespace {

using Json = nlohmann::json;
using Kind = MlflowOutcome::Kind;

constexpr std::string_view artefact_scheme = "mlflow-artifacts:";
constexpr const char* strange = "it answers what no MLflow server does";
constexpr const char* documents = "recipe, plan and summary";
constexpr int bad_request = 400, not_found = 404;

MlflowOutcome never(const std::string& why) {
  MlflowOutcome outcome;
  outcome.kind = Kind::never;
  outcome.why = why;
  return outcome;
}

/// The text at a path of an answer; empty when there is none.
std::string text_at(const Json& answer, const char* path) {
  const Json::json_pointer pointer(path);
  return answer.is_object() && answer.contains(pointer) && answer.at(pointer).is_string() ? answer.at(pointer).get<std::string>() : "";
}

/// What ids of runs and experiments look like; they are shown to people and part of requests.
bool is_id(std::string_view text) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !text.empty() && text.size() <= 256 && std::all_of(text.begin(), text.end(), plain);
}

/// "mlflow-artifacts:/1/abc/artifacts" and "mlflow-artifacts://host:port/1/abc/artifacts": the path at the server that we speak with.
/// Nothing when the artefacts are kept elsewhere.
std::string artefact_root(std::string_view uri) {
  if (!uri.starts_with(artefact_scheme)) return "";
  uri.remove_prefix(artefact_scheme.size());
  if (uri.starts_with("//")) uri.remove_prefix(std::min(uri.size(), uri.find('/', 2)));
  while (uri.starts_with('/')) uri.remove_prefix(1);
  return std::string(uri);
}

}  // namespace

MlflowRun::MlflowRun(HttpClient& http, const MlflowSettings& settings, Patience& patience, std::string name, std::int64_t began)
    : settings_(settings),
      calls_(http, settings, patience),
      name_(std::move(name)),
      began_(began),
      ended_elsewhere_(settings.azure && !settings.run_id.empty()),
      run_id_(settings.run_id),
      experiment_id_(settings.experiment_id) {}

MlflowOutcome MlflowRun::tell(const MlflowRecords& records) {
  if (auto outcome = open(); !outcome.done()) return outcome;
  // A job that failed may have no time for more than that. Who waits for one that finished wants to find everything.
  const bool ends = records.status && !ended_elsewhere_, fails = ends && records.status->word != run_finished;
  if (fails)
    if (auto outcome = tell_status(*records.status); !outcome.done()) return outcome;
  if (auto outcome = tell_parameters(records); !outcome.done()) return outcome;
  if (auto outcome = tell_batches(records); !outcome.done()) return outcome;
  if (ends && !fails)
    if (auto outcome = tell_status(*records.status); !outcome.done()) return outcome;
  for (const auto& artefact : records.artefacts)
    if (auto outcome = keep(artefact); !outcome.done()) return outcome;
  return {};
}

std::string MlflowRun::page() const {
  if (!open_ || settings_.azure) return "";
  return redacted(settings_.server) + "/#/experiments/" + experiment_id_ + "/runs/" + run_id_;
}

MlflowOutcome MlflowRun::open() {
  if (open_) return {};
  // What is needed of a run of Azure ML is known, and its files are collected from ./outputs.
  auto outcome = ended_elsewhere_ ? MlflowOutcome{} : settings_.run_id.empty() ? make_run() : find_run();
  open_ = outcome.done();
  return outcome;
}

MlflowOutcome MlflowRun::find_run() {
  auto outcome = take_run(calls_.get("runs/get", "run_id", settings_.run_id));
  if (outcome.status == not_found) return never("it has no run " + settings_.run_id + "; correct or unset MLFLOW_RUN_ID");
  return outcome.done() ? tell_status({"RUNNING", 0}) : outcome;
}

MlflowOutcome MlflowRun::make_run() {
  if (making_) return never("it did not say whether it has made a run");
  if (experiment_id_.empty())
    if (auto outcome = find_experiment(); !outcome.done()) return outcome;
  Json tags = Json::array({{{"key", "mlflow.source.name"}, {"value", "terroir"}}, {{"key", "mlflow.source.type"}, {"value", "LOCAL"}}});
  if (!settings_.user.empty()) tags.push_back({{"key", "mlflow.user"}, {"value", redacted(settings_.user)}});
  auto outcome = calls_.post("runs/create", {{"experiment_id", experiment_id_},
                                             {"run_name", mlflow_value(name_, longest_tag)},
                                             {"user_id", redacted(settings_.user)},
                                             {"start_time", began_},
                                             {"tags", tags}});
  // Asking again would make a second one, which nobody would end.
  making_ = outcome.kind == Kind::later && outcome.sent && outcome.status == 0;
  return take_run(std::move(outcome));
}

MlflowOutcome MlflowRun::find_experiment() {
  auto outcome = calls_.get("experiments/get-by-name", "experiment_name", settings_.experiment_name);
  experiment_id_ = text_at(outcome.answer, "/experiment/experiment_id");
  if (outcome.status != not_found) {
    if (outcome.done() && experiment_id_.empty()) return never(strange);
    return outcome;
  }
  outcome = calls_.post("experiments/create", {{"name", settings_.experiment_name}});
  experiment_id_ = text_at(outcome.answer, "/experiment_id");
  // Another run may have made it meanwhile.
  if (outcome.status == bad_request) {
    outcome = calls_.get("experiments/get-by-name", "experiment_name", settings_.experiment_name);
    experiment_id_ = text_at(outcome.answer, "/experiment/experiment_id");
  }
  if (outcome.done() && experiment_id_.empty()) return never(strange);
  return outcome;
}

MlflowOutcome MlflowRun::take_run(MlflowOutcome answered) {
  if (!answered.done()) return answered;
  run_id_ = text_at(answered.answer, "/run/info/run_id");
  experiment_id_ = text_at(answered.answer, "/run/info/experiment_id");
  if (!is_id(run_id_) || !is_id(experiment_id_)) return never(strange);
  const std::string uri = text_at(answered.answer, "/run/info/artifact_uri");
  artefact_root_ = settings_.azure ? "" : artefact_root(uri);
  if (artefact_root_.empty() && !settings_.azure)
    leave_out(documents, "it keeps artefacts in " + mlflow_value(uri, 100) + " and takes none, start it with --serve-artifacts");
  return answered;
}

MlflowOutcome MlflowRun::tell_parameters(const MlflowRecords& records) {
  MlflowRecords parameters;
  parameters.parameters = records.parameters;
  for (const auto& body : log_batches(run_id_, parameters)) {
    const auto outcome = calls_.post_text("runs/log-batch", body);
    if (outcome.done()) continue;
    if (outcome.status != bad_request) return outcome;
    for (const auto& parameter : parameters.parameters)
      if (auto one = tell_parameter(parameter); !one.done()) return one;
    break;
  }
  return {};
}

MlflowOutcome MlflowRun::tell_parameter(const MlflowText& parameter) {
  const std::string value = mlflow_value(parameter.value, longest_parameter);
  auto outcome = calls_.post("runs/log-parameter", {{"run_id", run_id_}, {"key", mlflow_name(parameter.key)}, {"value", value}});
  if (outcome.status != bad_request) return outcome;
  return calls_.post("runs/set-tag", {{"run_id", run_id_}, {"key", mlflow_name("terroir." + parameter.key)}, {"value", value}});
}

MlflowOutcome MlflowRun::tell_batches(const MlflowRecords& records) {
  MlflowRecords others;
  others.tags = records.tags;
  others.metrics = records.metrics;
  for (const auto& body : log_batches(run_id_, others))
    if (auto outcome = calls_.post_text("runs/log-batch", body); outcome.status == bad_request)
      leave_out("some metrics or tags", outcome.why);
    else if (!outcome.done())
      return outcome;
  return {};
}

MlflowOutcome MlflowRun::tell_status(const MlflowStatus& status) {
  Json body = {{"run_id", run_id_}, {"status", status.word}};
  if (status.end_time > 0) body["end_time"] = status.end_time;
  return calls_.post("runs/update", body);
}

MlflowOutcome MlflowRun::keep(const MlflowArtefact& artefact) {
  if (artefact_root_.empty()) return {};
  auto outcome = calls_.put_artefact(artefact_root_ + "/" + mlflow_name(artefact.path), redacted(artefact.text));
  if (outcome.kind != Kind::never) return outcome;
  leave_out(documents, outcome.why);
  artefact_root_.clear();
  return {};
}

void MlflowRun::leave_out(const std::string& what, const std::string& why) {
  if (left_out_.empty()) left_out_ = why + "; " + what + " are not kept there";
}

}  // namespace terroir
