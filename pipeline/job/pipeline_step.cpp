#include "pipeline/job/pipeline_step.h"

#include "pipeline/job/command_text.h"
#include "pipeline/job/step_ports.h"

#include <algorithm>

namespace terroir {
namespace {

const std::vector<std::string>& inline_keys() {
  static const std::vector<std::string> keys = {
      "$schema",         "type",      "name",   "display_name", "experiment_name",       "description",  "tags",
      "properties",      "command",   "code",   "environment",  "environment_variables", "distribution", "compute",
      "resources",       "limits",    "inputs", "outputs",      "queue_settings",        "services",     "identity",
      "parent_job_name", "component", "comment"};
  return keys;
}

/// Why a step cannot be run; empty when it can.
std::string obstacle(const Value& step) {
  if (!step.is_map()) return "it is " + step.describe();
  const Value* type = step.find("type");
  if (type != nullptr && type->text() != "command") return "its type is " + type->text();
  const Value* component = step.find("component");
  if (component == nullptr) return step.find("command") != nullptr ? "" : "it has no command";
  const auto kind = data_place(component->text()).kind;
  return component->is_map() || kind == DataPlace::Kind::local ? "" : "its component is only in the cloud";
}

/// The steps by name, runnable ones first.
std::string steps_text(const Section& jobs) {
  std::vector<std::string> runnable, others;
  for (const auto& entry : jobs.entries()) {
    const std::string why = obstacle(entry.value);
    why.empty() ? runnable.push_back(entry.key) : others.push_back(entry.key + " (" + why + ")");
  }
  std::string text =
      runnable.empty() ? "none of its steps can be run here" : "its steps that can be run are " + list_words(runnable, "and");
  return others.empty() ? text : text + "; not " + list_words(others, "or");
}

const Value::Entry* choose_step(const Section& top, const Section& jobs, const std::string& name) {
  if (!jobs.whole()) return nullptr;
  if (name.empty()) {
    top.complain("type", "this is a pipeline, and " + steps_text(jobs), "name one with --step NAME");
    return nullptr;
  }
  std::vector<std::string> names;
  for (const auto& entry : jobs.entries()) {
    names.push_back(entry.key);
    if (entry.key != name) continue;
    const std::string why = obstacle(entry.value);
    if (why.empty()) return &entry;
    top.report().error(entry.at, jobs.where(name), "the step cannot be run here: " + why,
                       "name a step with a command, or with a component in a file");
    return nullptr;
  }
  top.report().error(jobs.at(), "jobs", "there is no step " + in_quotes(name), did_you_mean(name, names, "use " + list_words(names)));
  return nullptr;
}

/// A setting that names something of the workspace; `others` are words that it may be as well.
void check_reference(const Section& settings, const std::string& key, const std::vector<std::string>& others) {
  const auto name = azure_text(settings, key);
  if (!name || name->rfind("azureml:", 0) == 0 || std::find(others.begin(), others.end(), lower_case(*name)) != others.end()) return;
  settings.complain(key, in_quotes(*name) + " does not begin with azureml:",
                    "write " + key + ": azureml:NAME" + (others.empty() ? "" : ", or " + list_words(others)));
}

void check_settings(const Section& top) {
  if (!top.has("settings")) return;
  const Section settings(top.get("settings"), top.at("settings"), "settings", {}, top.report());
  warn_of_keys(settings, {"default_datastore", "default_compute", "continue_on_step_failure", "force_rerun", "on_init", "on_finalize"});
  check_reference(settings, "default_compute", {"serverless"});
  check_reference(settings, "default_datastore", {});
  check_azure_flag(settings, "continue_on_step_failure");
  check_azure_flag(settings, "force_rerun");
}

/// Azure ML looks for the compute of each step, whichever runs here; a component's own does not count.
void check_compute(const Section& top, const Section& jobs) {
  const Value* settings = top.get("settings");
  if (top.has("compute") || (settings != nullptr && settings->find("default_compute") != nullptr)) return;
  for (const auto& entry : jobs.entries()) {
    const Value* type = entry.value.find("type");
    const bool runs = type == nullptr || type->text() == "command";
    if (entry.value.is_map() && runs && entry.value.find("compute") == nullptr)
      top.report().error(entry.at, jobs.where(entry.key), "the step has no compute",
                         "give compute: azureml:NAME, or the pipeline settings: {default_compute: azureml:NAME}");
  }
}

/// Texts of a pipeline that mean nothing here.
void check_names(const Section& top) {
  for (const char* key : {"name", "display_name", "experiment_name", "description", "compute"}) static_cast<void>(azure_text(top, key));
  for (const char* key : {"tags", "properties"}) static_cast<void>(azure_text_map(top, key));
  CommandJob ignored;
  read_identity(top, ignored);
}

/// Names of the pipeline's inputs that need not exist, because what is bound to them is given on the command line.
std::map<std::string, std::string> given_inputs(const Value& step, const std::map<std::string, std::string>& given) {
  std::map<std::string, std::string> names;
  const Value* inputs = step.find("inputs");
  if (inputs == nullptr) return names;
  for (const auto& entry : inputs->entries()) {
    const Value* path = entry.value.find("path");
    const auto words = parent_words(path != nullptr ? *path : entry.value);
    if (given.count(entry.key) > 0 && words && words->size() == 2) names.emplace((*words)[1], "");
  }
  return names;
}

/// One step, read piece by piece into a job.
class StepReader {
 public:
  StepReader(const Value::Entry& entry, const JobRequest& request, const JobFiles& files, PipelineScope pipeline, Report& report)
      : request_(request),
        files_(files),
        pipeline_(std::move(pipeline)),
        report_(report),
        folder_(path_in(request.file, "..")),
        where_("jobs." + entry.key),
        step_(bind_settings(entry.value)),
        own_command_(step_.find("component") == nullptr),
        section_(&step_, entry.at, where_, own_command_ ? inline_keys() : std::vector<std::string>{}, report) {
    job_.file = job_.command_file = request.file;
    job_.folder = folder_;
    job_.step = entry.key;
  }

  ParsedJob read() {
    if (!own_command_) warn_of_keys(section_, inline_keys());
    job_.inputs = read_step_inputs(section_, pipeline_, scope());
    job_.outputs = read_step_outputs(section_, pipeline_, scope());
    own_command_ ? read_own_command() : read_component_of_step();
    read_settings();
    Report& commands = component_file_.empty() ? report_ : component_report_;
    if (report_.errors() + component_report_.errors() == 0) check_command(job_, commands, report_);
    ParsedJob parsed;
    for (auto& diagnostic : component_report_.sorted()) parsed.findings.push_back({component_file_, std::move(diagnostic), false});
    if (report_.errors() + component_report_.errors() == 0) parsed.job = std::move(job_);
    return parsed;
  }

 private:
  [[nodiscard]] JobScope scope() const { return {folder_, files_, request_.inputs, report_, false}; }

  /// The step with the pipeline's literals in its settings; inputs, outputs and the command have meanings of their own.
  [[nodiscard]] Value bind_settings(const Value& step) const {
    Value bound = step;
    for (auto& entry : bound.entries())
      if (entry.key != "inputs" && entry.key != "outputs" && entry.key != "command" && entry.key != "component")
        entry.value = put_literals(entry.value, where_ + "." + entry.key, pipeline_, report_);
    return bound;
  }

  void read_own_command() {
    job_.command_at = section_.at("command");
    job_.command = azure_text(section_, "command").value_or("");
    section_.require("environment", "give environment: azureml:NAME@latest, or {image: IMAGE}");
    job_.environment = read_environment(section_, scope());
    job_.code_at = section_.at("code");
    job_.code = read_code(section_, scope());
    // Of a step with a component Azure ML takes any.
    job_.display_name = azure_text(section_, "display_name").value_or("");
    job_.description = azure_text(section_, "description").value_or("");
    job_.tags = azure_text_map(section_, "tags");
  }

  void read_component_of_step() {
    const Value& named = *section_.get("component");
    if (named.is_map()) {
      take(read_component(named, section_.at("component"), section_.where("component"), scope()));
      return;
    }
    const std::string file = path_in(folder_, data_place(named.text()).name);
    if (files_.kind(file) != PathKind::file) {
      section_.complain("component", "there is no file " + quoted_path(file), "check the path; it begins where the pipeline's file stands");
      return;
    }
    component_file_ = job_.command_file = file;
    const JobDocument document = files_.read(file);
    component_report_.adopt(document.diagnostics, {}, "");
    if (component_report_.errors() > 0) return;
    take(read_component(document.root, {1, 1}, "", {path_in(file, ".."), files_, request_.inputs, component_report_, false}));
  }

  void take(const Component& component) {
    job_.command = component.job.command;
    job_.command_at = component.job.command_at;
    job_.code = component.job.code;
    job_.code_at = component.job.code_at;
    job_.environment = component.job.environment;
    job_.mpi = component.job.mpi;
    job_.processes = component.job.processes;
    job_.resources = component.job.resources;
    connect_ports(component, section_, scope(), job_);
  }

  /// Settings of the step stand over those of the component.
  void read_settings() {
    job_.compute = azure_text(section_, "compute").value_or("");
    job_.properties = azure_text_map(section_, "properties");
    job_.environment_variables = read_environment_variables(section_);
    if (!own_command_ && section_.has("environment")) job_.environment = read_environment(section_, scope());
    read_distribution(section_, OtherKeys::refuse, job_);
    read_resources(section_, OtherKeys::refuse, job_);
    read_limits(section_, job_);
    read_services(section_, job_);
    read_identity(section_, job_);
    read_queue_settings(section_, job_);
  }

  const JobRequest& request_;
  const JobFiles& files_;
  PipelineScope pipeline_;
  Report& report_;
  std::string folder_, where_;
  Value step_;
  bool own_command_;
  Section section_;
  CommandJob job_;
  std::string component_file_;
  Report component_report_;
};

void check_step_names(const Section& jobs) {
  for (const auto& entry : jobs.entries()) {
    const bool small = std::none_of(entry.key.begin(), entry.key.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    if (!is_name(entry.key) || !small)
      jobs.report().error(entry.at, jobs.where(entry.key), in_quotes(entry.key) + " is no name of a step",
                          "use a to z, digits and _, not beginning with a digit");
  }
}

}  // namespace

ParsedJob parse_pipeline_step(const Value& document, const JobRequest& request, const JobFiles& files, Report& report) {
  const Section top(&document, {1, 1}, "",
                    {"$schema", "type", "name", "display_name", "experiment_name", "description", "tags", "properties", "compute",
                     "settings", "inputs", "outputs", "jobs", "identity", "component", "services", "id", "status", "creation_context"},
                    report);
  check_names(top);
  check_settings(top);
  if (!top.require("jobs", "give jobs: {STEP: {command: COMMAND}}")) return {};
  const Section jobs(top.get("jobs"), top.at("jobs"), "jobs", {}, report);
  check_step_names(jobs);
  check_compute(top, jobs);
  const Value::Entry* step = choose_step(top, jobs, request.step);
  if (step == nullptr) return {};
  PipelineScope pipeline;
  const auto given = given_inputs(step->value, request.inputs);
  const JobScope scope{path_in(request.file, ".."), files, given, report, true};
  pipeline.inputs = read_job_inputs(top, scope);
  pipeline.outputs = read_job_outputs(top, scope);
  for (const auto& entry : jobs.entries()) pipeline.steps.push_back(entry.key);
  ParsedJob parsed = StepReader(*step, request, files, std::move(pipeline), report).read();
  if (parsed.job) parsed.job->experiment_name = azure_text(top, "experiment_name").value_or("");
  return parsed;
}

}  // namespace terroir
