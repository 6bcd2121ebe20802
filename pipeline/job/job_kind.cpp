#include "pipeline/job/job_kind.h"

#include "pipeline/job/azure_fields.h"
#include "pipeline/job/command_job.h"

#include <algorithm>
#include <array>

namespace terroir {
namespace {

bool has(const Value& document, std::string_view key) { return document.find(key) != nullptr; }

std::string text_of(const Value& document, std::string_view key) {
  const Value* value = document.find(key);
  return value == nullptr ? "" : value->text();
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

Position place_of(const Value& document, std::string_view key) {
  for (const auto& entry : document.entries())
    if (entry.key == key) return entry.value.is_scalar() ? entry.value.at() : entry.at;
  return {1, 1};
}

/// Files of Azure ML's first version: components with a `launcher`, types in capitals.
bool is_first_version(const Value& document) {
  const std::string type = text_of(document, "type");
  return has(document, "launcher") || contains(text_of(document, "$schema"), "DistributedComponent") ||
         contains(text_of(document, "$schema"), "CommandComponent.json") || type == "DistributedComponent" || type == "CommandComponent" ||
         type == "ParallelComponent" || type == "PipelineComponent";
}

/// Job files of the previews of the second version: `compute: {target: ...}`.
const Value::Entry* preview_compute(const Value& document) {
  for (const auto& entry : document.entries())
    if (entry.key == "compute" && entry.value.is_map()) return &entry;
  return nullptr;
}

bool is_component(const Value& document) {
  return contains(lower_case(text_of(document, "$schema")), "component") || has(document, "is_deterministic") ||
         (has(document, "version") && has(document, "name") && has(document, "command") && !has(document, "compute")) ||
         contains(text_of(document, "type"), "component");
}

/// The schema of another kind of file, which has neither a command nor steps; empty for a job. Azure ML itself ignores `$schema`.
std::string other_schema(const Value& document) {
  const std::string schema = text_of(document, "$schema");
  const bool other = contains(schema, ".schema.json") && !contains(schema, "commandJob") && !contains(schema, "pipelineJob");
  return other && !has(document, "command") && !has(document, "jobs") ? file_name(schema) : "";
}

JobKind refuse(Report& report, Position at, const std::string& where, const std::string& problem, const std::string& remedy) {
  report.error(at, where, problem, remedy);
  return JobKind::refused;
}

JobKind refuse_type(const Value& document, const std::string& type, Report& report) {
  const std::vector<std::string> others = {"sweep", "spark", "parallel", "automl", "import", "data_transfer", "finetuning", "distillation"};
  const Position at = place_of(document, "type");
  if (std::find(others.begin(), others.end(), type) != others.end())
    return refuse(report, at, "type", "a job of type " + type + " has no single command",
                  "give a command job, or a pipeline with --step NAME");
  const std::string small = lower_case(type);
  if (small == "command" || small == "pipeline")
    return refuse(report, at, "type", "Azure ML's client knows the type only in small letters", "write type: " + small);
  return refuse(report, at, "type", in_quotes(type) + " is no type of a job",
                did_you_mean(type, {"command", "pipeline"}, "give a command job, or a pipeline with --step NAME"));
}

}  // namespace

JobKind job_kind(const Value& document, Report& report) {
  if (!document.is_map())
    return refuse(report, {1, 1}, "", "this is no job", "a job is a map of command, environment, inputs, outputs and others");
  if (is_first_version(document))
    return refuse(report, place_of(document, "launcher"), "", "this is a component of Azure ML's first version",
                  "write it as a command job of the CLI v2: command with ${{inputs.NAME}}, distribution: {type: mpi}");
  if (const auto* compute = preview_compute(document))
    return refuse(report, compute->at, "compute", "'compute' is a map, as in an early version of Azure ML's jobs",
                  "write compute: azureml:NAME and resources: {instance_count: N}");
  if (has(document, "trigger") || has(document, "create_job"))
    return refuse(report, place_of(document, "trigger"), "", "this is a schedule", "name the pipeline or job that it creates");
  if (const std::string schema = other_schema(document); !schema.empty() && !is_component(document))
    return refuse(report, place_of(document, "$schema"), "$schema", "this is no job (" + schema + ")",
                  "give a command job, or a pipeline with --step NAME");
  const Value* type = document.find("type");
  const std::string name = type == nullptr ? "command" : type->text();
  if (name == "pipeline" || (type == nullptr && has(document, "jobs"))) {
    if (type != nullptr) return JobKind::pipeline;
    return refuse(report, place_of(document, "jobs"), "jobs", "a pipeline needs its type", "write type: pipeline");
  }
  if (name == "command" && !is_component(document)) return JobKind::command;
  if (is_component(document))
    return refuse(report, {1, 1}, "", "this is a component, which runs only as a step of a pipeline",
                  "name the pipeline, and the step with --step NAME");
  return refuse_type(document, name, report);
}

bool is_job(const Value& document) noexcept {
  constexpr std::array certain = {"command", "environment", "jobs", "$schema", "component", "trigger", "create_job", "launcher", "compute"};
  constexpr std::array likely = {"type", "code",       "distribution", "resources", "experiment_name", "display_name",          "limits",
                                 "tags", "properties", "services",     "identity",  "queue_settings",  "environment_variables", "settings"};
  constexpr std::array recipe = {"steps", "grid", "parameters"};
  const auto count = [&](const auto& keys) {
    return std::count_if(keys.begin(), keys.end(), [&](const char* key) { return document.find(key) != nullptr; });
  };
  return count(certain) * 2 + count(likely) > count(recipe) * 2;
}

}  // namespace terroir
