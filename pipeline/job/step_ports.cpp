#include "pipeline/job/step_ports.h"

#include <algorithm>

namespace terroir {
namespace {

/// The value that a binding stands in: an entry itself, or its `path`.
const Value& bound_value(const Value::Entry& entry) {
  const Value* path = entry.value.find("path");
  return path != nullptr ? *path : entry.value;
}

JobInput read_bound_input(const Value::Entry& entry, const std::vector<std::string>& words, const std::string& where,
                          const PipelineScope& pipeline, Report& report) {
  check_port_name(entry, where, report);
  JobInput input = bound_input(words, bound_value(entry), where, pipeline, report).value_or(JobInput{});
  input.at = input.path_at = entry.at;
  input.name = entry.key;
  if (!entry.value.is_map()) return input;
  const Section section(&entry.value, entry.at, where, {"type", "path", "mode", "datastore"}, report);
  if (const auto kind = azure_choice(section, "type", data_kinds())) input.kind = static_cast<DataKind>(*kind);
  if (const auto mode = azure_choice(section, "mode", {"ro_mount", "download", "direct", "eval_mount", "eval_download"}))
    input.mode = static_cast<InputMode>(*mode);
  return input;
}

JobOutput read_bound_output(const Value::Entry& entry, const std::vector<std::string>& words, const std::string& where,
                            const PipelineScope& pipeline, Report& report) {
  check_port_name(entry, where, report);
  JobOutput output = bound_output(words, entry.value, where, pipeline, report).value_or(JobOutput{});
  output.at = output.path_at = entry.at;
  output.name = entry.key;
  return output;
}

template <typename Given, typename Port>
void refuse_others(const std::vector<Given>& given, const std::vector<Port>& ports, const std::string& kind, const Section& step) {
  std::vector<std::string> names;
  for (const auto& port : ports) names.push_back(port.name);
  for (const auto& one : given)
    if (std::find(names.begin(), names.end(), one.name) == names.end())
      step.report().error(one.at, step.where(kind + "s") + "." + one.name, "the component has no such " + kind,
                          did_you_mean(one.name, names, names.empty() ? "remove it" : "use " + list_words(names)));
}

/// An input for which the step gives nothing.
JobInput default_input(const ComponentInput& port, const Section& step, const JobScope& scope) {
  if (!port.initial && !port.optional && scope.bound.count(port.name) == 0)
    step.report().error(step.at(), step.where("inputs") + "." + port.name, "the component needs this input", "give it");
  JobInput input;
  input.at = input.path_at = step.at();
  input.name = port.name;
  input.literal = port.literal;
  input.kind = port.kind;
  input.mode = port.mode;
  input.value = port.initial;
  input.optional = port.optional;
  return input;
}

void check_given(const ComponentInput& port, const Section& step, JobInput& given) {
  if (port.type.empty()) return;  // its type is a mistake that has been told
  const std::string where = step.where("inputs") + "." + port.name;
  given.optional = port.optional;
  if (!port.literal) given.kind = port.kind;
  if (!given.literal && port.literal)
    step.report().error(given.at, where, "the component takes a literal here (" + port.type + ")", "give the value itself");
  else if (given.literal && !port.literal)
    step.report().error(given.at, where, "the component takes data here (" + port.type + ")", "give {path: PATH}");
  else if (given.literal && given.value)
    if (const auto complaint = check_literal(port, *given.value))
      step.report().error(given.at, where, complaint->problem, complaint->remedy);
}

}  // namespace

std::vector<JobInput> read_step_inputs(const Section& step, const PipelineScope& pipeline, const JobScope& scope) {
  std::vector<JobInput> inputs;
  if (!step.has("inputs")) return inputs;
  const Section section(step.get("inputs"), step.at("inputs"), step.where("inputs"), {}, step.report());
  if (too_many_ports(section)) return inputs;
  for (const auto& entry : section.entries()) {
    const std::string where = section.where(entry.key);
    const auto words = parent_words(bound_value(entry));
    inputs.push_back(words ? read_bound_input(entry, *words, where, pipeline, step.report()) : read_job_input(entry, where, scope));
  }
  return inputs;
}

std::vector<JobOutput> read_step_outputs(const Section& step, const PipelineScope& pipeline, const JobScope& scope) {
  std::vector<JobOutput> outputs;
  if (!step.has("outputs")) return outputs;
  const Section section(step.get("outputs"), step.at("outputs"), step.where("outputs"), {}, step.report());
  if (too_many_ports(section)) return outputs;
  for (const auto& entry : section.entries()) {
    const std::string where = section.where(entry.key);
    const auto words = parent_words(entry.value);
    outputs.push_back(words ? read_bound_output(entry, *words, where, pipeline, step.report()) : read_job_output(entry, where, scope));
  }
  return outputs;
}

void connect_ports(const Component& component, const Section& step, const JobScope& scope, CommandJob& job) {
  refuse_others(job.inputs, component.inputs, "input", step);
  refuse_others(job.outputs, component.outputs, "output", step);
  for (const auto& port : component.inputs) {
    const auto given = std::find_if(job.inputs.begin(), job.inputs.end(), [&](const JobInput& input) { return input.name == port.name; });
    if (given == job.inputs.end())
      job.inputs.push_back(default_input(port, step, scope));
    else
      check_given(port, step, *given);
  }
  for (const auto& port : component.outputs)
    if (job.output(port.name) == nullptr) job.outputs.push_back(port);
}

}  // namespace terroir
