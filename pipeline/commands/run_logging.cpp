#include "pipeline/commands/run_logging.h"

#include "pipeline/adapters/http/http_client.h"
#include "pipeline/plan/sha256.h"
#include "pipeline/plan/value_json.h"
#include "terroir_version.h"

#include <nlohmann/json.hpp>

#include <cstdlib>

namespace terroir {
namespace {

constexpr double hurry_seconds = 0.1;  // of the half second that is left after a signal

MlflowArtefact artefact(RunDocument document) { return {std::move(document.path), std::move(document.text)}; }

std::string paths_of(const Plan& plan) {
  std::string text;
  for (const auto& output : plan.outputs) text += (text.empty() ? "" : ", ") + output.path;
  return text;
}

MlflowStory story_of(const Plan& plan) {
  Index tiles = 0;
  for (const auto& pass : plan.passes) tiles += pass.tiles.size();
  MlflowStory story;
  story.parameters = {{"recipe", run_name(plan)},
                      {"recipe_hash", sha256(to_json(plan.canonical).dump())},
                      {"plan_hash", plan.hash},
                      {"grid", grid_text(plan.lattices[0])},
                      {"tiles", std::to_string(tiles)},
                      {"input_files", std::to_string(plan.files.size())},
                      {"ranks", std::to_string(plan.resources.ranks)},
                      {"threads", std::to_string(plan.resources.threads)},
                      {"terroir_version", version}};
  story.tags = {{"terroir.outputs", paths_of(plan)}};
  for (auto& document : plan_documents(plan)) story.artefacts.push_back(artefact(std::move(document)));
  story.last = [&plan](const JobSummary& summary) { return std::vector{artefact(summary_document(plan, summary))}; };
  return story;
}

}  // namespace

RunLogging::RunLogging(const Environment& value) : azure_job_(!value("AZUREML_RUN_ID").empty()), settings_(read_mlflow_settings(value)) {}

RunLogging::~RunLogging() = default;

void RunLogging::start(const Plan& plan, Observers& observers, const std::function<void(const std::string&)>& tell) {
  try {
    if (azure_job_) start_outputs(plan, observers, tell);
    if (settings_) start_mlflow(plan, observers, tell);
  } catch (const std::exception& error) {
    tell("warning: " + std::string(error.what()));
  }
}

void RunLogging::start_outputs(const Plan& plan, Observers& observers, const std::function<void(const std::string&)>& tell) {
  outputs_ = std::make_unique<OutputsFolder>(plan, "outputs", tell);
  observers.add(*outputs_);
}

void RunLogging::start_mlflow(const Plan& plan, Observers& observers, const std::function<void(const std::string&)>& tell) {
  HttpOptions options;
  options.certificates = settings_->certificates;
  sender_ = std::make_unique<MlflowSender>(make_http_client(options), *settings_, run_name(plan));
  observer_ = std::make_unique<MlflowObserver>(*sender_, story_of(plan), settings_->server, tell);
  observers.add(*observer_);
}

void RunLogging::hurry() {
  if (sender_) sender_->finish(hurry_seconds);
}

Environment process_environment() {
  return [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value == nullptr ? "" : value);
  };
}

}  // namespace terroir
