#include "pipeline/job/pipeline_step.h"

#include "pipeline/job/command_text.h"
#include "pipeline/job/component.h"
#include "pipeline/job/parent_binding.h"

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
  top.report().error(jobs.at(), "jobs", "there is no step " + quoted(name), did_you_mean(name, names, "use " + list_words(names)));
  return nullptr;
}

/// Azure ML lets any key through here, so that a misspelt one is lost.
void warn_of_keys(const Section& section, const std::vector<std::string>& keys) {
  for (const auto& entry : section.entries())
    if (std::find(keys.begin(), keys.end(), entry.key) == keys.end())
      section.report().warn(entry.at, section.where(entry.key), "Azure ML ignores the unknown key " + quoted(entry.key),
                            did_you_mean(entry.key, keys, "remove it"));
}

void check_settings(const Section& top) {
  if (!top.has("settings")) return;
  const Section settings(top.get("settings"), top.at("settings"), "settings", {}, top.report());
  warn_of_keys(settings, {"default_datastore", "default_compute", "continue_on_step_failure", "force_rerun", "on_init", "on_finalize"});
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
        where_("jobs." + entry.key),
        folder_(path_in(request.file, "..")),
        step_(bind_settings(entry.value)),
        at_(entry.at) {
    job_.file = job_.command_file = request.file;
    job_.folder = folder_;
    job_.step = entry.key;
  }

  ParsedJob read() {
    const bool own_command = step_.find("component") == nullptr;
    const Section section(&step_, at_, where_, own_command ? inline_keys() : std::vector<std::string>{}, report_);
    if (!own_command) warn_of_keys(section, inline_keys());
    read_step_inputs(section);
    read_step_outputs(section);
    own_command ? read_command(section) : read_component_of(section);
    read_overrides(section, own_command);
    ParsedJob parsed;
    const std::size_t before = report_.errors() + component_report_.errors();
    Report& commands = component_file_.empty() ? report_ : component_report_;
    if (before == 0) check_command(job_, commands, report_);
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

  void read_step_inputs(const Section& section) {
    if (!section.has("inputs")) return;
    const Section inputs(section.get("inputs"), section.at("inputs"), section.where("inputs"), {}, report_);
    for (const auto& entry : inputs.entries()) {
      const Value* path = entry.value.find("path");
      const Value& bound = path != nullptr ? *path : entry.value;
      const auto words = parent_words(bound);
      if (!words) {
        job_.inputs.push_back(read_job_input(entry, inputs.where(entry.key), scope()));
        continue;
      }
      check_port_name(entry, inputs.where(entry.key), report_);
      JobInput input = bound_input(*words, bound, inputs.where(entry.key), pipeline_, report_).value_or(JobInput{});
      input.at = input.path_at = entry.at;
      input.name = entry.key;
      job_.inputs.push_back(std::move(input));
    }
  }

  void read_step_outputs(const Section& section) {
    if (!section.has("outputs")) return;
    const Section outputs(section.get("outputs"), section.at("outputs"), section.where("outputs"), {}, report_);
    for (const auto& entry : outputs.entries()) {
      const auto words = parent_words(entry.value);
      if (!words) {
        job_.outputs.push_back(read_job_output(entry, outputs.where(entry.key), scope()));
        continue;
      }
      check_port_name(entry, outputs.where(entry.key), report_);
      JobOutput output = bound_output(*words, entry.value, outputs.where(entry.key), pipeline_, report_).value_or(JobOutput{});
      output.at = output.path_at = entry.at;
      output.name = entry.key;
      job_.outputs.push_back(std::move(output));
    }
  }

  void read_command(const Section& section) {
    job_.command_at = section.at("command");
    job_.command = azure_text(section, "command").value_or("");
    section.require("environment", "give environment: azureml:NAME@latest, or {image: IMAGE}");
    job_.environment = read_environment(section, scope());
    job_.code_at = section.at("code");
    job_.code = read_code(section, scope());
  }

  void read_component_of(const Section& section) {
    const Value& named = *section.get("component");
    Component component;
    if (named.is_map()) {
      component = read_component(named, section.at("component"), section.where("component"), scope());
    } else {
      const std::string file = path_in(folder_, data_place(named.text()).name);
      if (files_.kind(file) != PathKind::file) {
        section.complain("component", "there is no file " + quoted(file), "check the path; it begins where the pipeline's file stands");
        return;
      }
      component_file_ = job_.command_file = file;
      const JobDocument document = files_.read(file);
      component_report_.adopt(document.diagnostics, {}, "");
      if (component_report_.errors() > 0) return;
      const JobScope inside{path_in(file, ".."), files_, request_.inputs, component_report_, false};
      component = read_component(document.root, {1, 1}, "", inside);
    }
    take(component);
  }

  /// Takes over what the component says, and connects its ports with what the step gives.
  void take(const Component& component) {
    job_.command = component.job.command;
    job_.command_at = component.job.command_at;
    job_.code = component.job.code;
    job_.code_at = component.job.code_at;
    job_.environment = component.job.environment;
    job_.mpi = component.job.mpi;
    job_.processes = component.job.processes;
    job_.resources = component.job.resources;
    refuse_others(job_.inputs, component.inputs, "inputs");
    refuse_others(job_.outputs, component.outputs, "outputs");
    for (const auto& port : component.inputs) connect(port);
    for (const auto& port : component.outputs)
      if (job_.output(port.name) == nullptr) job_.outputs.push_back(port);
  }

  template <typename Given, typename Port>
  void refuse_others(const std::vector<Given>& given, const std::vector<Port>& ports, const std::string& section) {
    std::vector<std::string> names;
    for (const auto& port : ports) names.push_back(port.name);
    for (const auto& one : given)
      if (std::find(names.begin(), names.end(), one.name) == names.end())
        report_.error(one.at, where_ + "." + section + "." + one.name, "the component has no such " + section.substr(0, section.size() - 1),
                      did_you_mean(one.name, names, names.empty() ? "remove it" : "use " + list_words(names)));
  }

  void connect(const ComponentInput& port) {
    const auto given = std::find_if(job_.inputs.begin(), job_.inputs.end(), [&](const JobInput& input) { return input.name == port.name; });
    const std::string where = where_ + ".inputs." + port.name;
    if (given == job_.inputs.end()) {
      add_default(port, where);
      return;
    }
    given->optional = port.optional;
    if (!given->literal && port.literal)
      report_.error(given->at, where, "the component takes a literal here (" + port.type + ")", "give the value itself");
    else if (given->literal && !port.literal)
      report_.error(given->at, where, "the component takes data here (" + port.type + ")", "give {path: PATH}");
    else if (given->literal && given->value)
      if (const auto complaint = check_literal(port, *given->value)) report_.error(given->at, where, complaint->problem, complaint->remedy);
    if (!port.literal) given->kind = port.kind;
  }

  void add_default(const ComponentInput& port, const std::string& where) {
    if (!port.initial && !port.optional && request_.inputs.count(port.name) == 0)
      report_.error(at_, where, "the component needs this input", "give it");
    JobInput input;
    input.at = input.path_at = at_;
    input.name = port.name;
    input.literal = port.literal;
    input.kind = port.kind;
    input.mode = port.mode;
    input.value = port.initial;
    input.optional = port.optional;
    job_.inputs.push_back(std::move(input));
  }

  void read_overrides(const Section& section, bool own_command) {
    job_.display_name = azure_text(section, "display_name").value_or("");
    job_.description = azure_text(section, "description").value_or("");
    job_.compute = azure_text(section, "compute").value_or("");
    job_.tags = azure_text_map(section, "tags");
    job_.properties = azure_text_map(section, "properties");
    job_.environment_variables = read_environment_variables(section);
    if (!own_command) static_cast<void>(read_environment(section, scope()));
    read_distribution(section, OtherKeys::refuse, job_);
    read_resources(section, OtherKeys::refuse, job_);
    read_limits(section, job_);
    read_services(section, job_);
    read_identity(section, job_);
    read_queue_settings(section, job_);
  }

  const JobRequest& request_;
  const JobFiles& files_;
  PipelineScope pipeline_;
  Report& report_;
  std::string where_, folder_;
  Value step_;
  Position at_;
  CommandJob job_;
  std::string component_file_;
  Report component_report_;
};

void check_step_names(const Section& jobs) {
  for (const auto& entry : jobs.entries()) {
    const bool small = std::none_of(entry.key.begin(), entry.key.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    if (!is_name(entry.key) || !small)
      jobs.report().error(entry.at, jobs.where(entry.key), quoted(entry.key) + " is no name of a step",
                          "use a to z, digits and _, not beginning with a digit");
  }
}

}  // namespace

ParsedJob parse_pipeline_step(const Value& document, const JobRequest& request, const JobFiles& files, Report& report) {
  const Section top(&document, {1, 1}, "",
                    {"$schema", "type", "name", "display_name", "experiment_name", "description", "tags", "properties", "compute",
                     "settings", "inputs", "outputs", "jobs", "identity", "component", "services", "id", "status", "creation_context"},
                    report);
  check_settings(top);
  if (!top.require("jobs", "give jobs: {STEP: {command: COMMAND}}")) return {};
  const Section jobs(top.get("jobs"), top.at("jobs"), "jobs", {}, report);
  check_step_names(jobs);
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
