#include "pipeline/job/command_text.h"
#include "pipeline/job/job_kind.h"
#include "pipeline/job/job_sections.h"
#include "pipeline/job/override_values.h"
#include "pipeline/job/pipeline_step.h"

namespace terroir {
namespace {

const std::vector<std::string>& job_keys() {
  static const std::vector<std::string> keys = {"$schema", "type", "name", "display_name", "experiment_name", "description", "tags",
                                                "properties", "command", "code", "environment", "environment_variables", "distribution",
                                                "compute", "resources", "limits", "inputs", "outputs", "queue_settings", "services",
                                                "identity", "parent_job_name",
                                                // Written by the service, and ignored in a file.
                                                "creation_context", "id", "status", "log_files", "parameters"};
  return keys;
}

void read_names(const Section& top, CommandJob& job) {
  job.name = azure_text(top, "name").value_or("");
  job.display_name = azure_text(top, "display_name").value_or("");
  job.experiment_name = azure_text(top, "experiment_name").value_or("");
  job.description = azure_text(top, "description").value_or("");
  job.compute = azure_text(top, "compute").value_or("");
  static_cast<void>(azure_text(top, "parent_job_name"));
  job.tags = azure_text_map(top, "tags");
  job.properties = azure_text_map(top, "properties");
}

void read_command(const Section& top, CommandJob& job) {
  if (!top.require("command", "give command: terroir run RECIPE --input NAME=${{inputs.NAME}} --output NAME=${{outputs.NAME}}")) return;
  job.command_at = top.at("command");
  const auto command = azure_text(top, "command");
  if (!command) return;
  job.command = *command;
  if (command->find_first_not_of(" \t\n") == std::string::npos) top.complain("command", "the command is empty", "give one");
}

CommandJob read_command_job(const Section& top, const JobScope& scope) {
  CommandJob job;
  read_names(top, job);
  read_command(top, job);
  top.require("environment", "give environment: azureml:NAME@latest, or {image: IMAGE}");
  job.environment = read_environment(top, scope);
  job.code_at = top.at("code");
  job.code = read_code(top, scope);
  job.inputs = read_job_inputs(top, scope);
  job.outputs = read_job_outputs(top, scope);
  job.environment_variables = read_environment_variables(top);
  read_distribution(top, OtherKeys::refuse, job);
  read_resources(top, OtherKeys::refuse, job);
  read_limits(top, job);
  read_services(top, job);
  read_identity(top, job);
  read_queue_settings(top, job);
  if (job.resources.instance_count > 1 && !top.has("distribution"))
    top.report().warn(top.at("resources"), "resources.instance_count", "without 'distribution' each instance runs the command by itself",
                      "give distribution: {type: mpi}");
  return job;
}

ParsedJob parse_command_job(const Value& document, const JobRequest& request, const JobFiles& files, Report& report) {
  const Section top(&document, {1, 1}, "", job_keys(), report);
  const std::string folder = path_in(request.file, "..");
  CommandJob job = read_command_job(top, {folder, files, request.inputs, report, false});
  job.file = job.command_file = request.file;
  job.folder = folder;
  if (!job.command.empty()) check_command(job, report, report);
  if (!request.step.empty()) report.error({}, "--step " + request.step, "a command job has no steps", "remove --step");
  ParsedJob parsed;
  if (report.errors() == 0) parsed.job = std::move(job);
  return parsed;
}

}  // namespace

const JobInput* CommandJob::input(const std::string& wanted) const noexcept { return find_port(inputs, wanted); }

const JobOutput* CommandJob::output(const std::string& wanted) const noexcept { return find_port(outputs, wanted); }

ParsedJob parse_job(const Value& document, const JobRequest& request, const JobFiles& files) {
  Report report;
  ParsedJob parsed;
  const Value job = override_values(document, request.sets, report);
  switch (job_kind(job, report)) {
    case JobKind::command: parsed = parse_command_job(job, request, files, report); break;
    case JobKind::pipeline: parsed = parse_pipeline_step(job, request, files, report); break;
    case JobKind::refused: break;
  }
  for (auto& diagnostic : report.sorted()) parsed.findings.push_back({request.file, std::move(diagnostic), false});
  return parsed;
}

}  // namespace terroir
