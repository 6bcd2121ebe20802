#include "pipeline/job/component.h"

#include <algorithm>

namespace terroir {
namespace {

/// The place of a word among the choices; here, and only here, capitals count.
std::optional<std::size_t> read_type(const Section& section, const std::vector<std::string>& types) {
  return section.require("type", "use " + list_words(types)) ? section.choice("type", types) : std::nullopt;
}

std::vector<std::string> input_types() {
  auto types = literal_types();
  types.insert(types.end(), data_kinds().begin(), data_kinds().end());
  return types;
}

std::string scalar_text(const Section& section, const std::string& key) { return python_scalar(*section.get(key)).text; }

void read_literal_port(const Section& section, ComponentInput& input) {
  input.literal = true;
  if (section.has("min")) input.least = section.number("min");
  if (section.has("max")) input.most = section.number("max");
  input.choices = azure_texts(section, "enum");
  if (!section.has("default")) return;
  input.initial = scalar_text(section, "default");
  // An empty text is how components write an optional input's lack of a value.
  if (input.optional && input.initial->empty()) input.initial.reset();
  if (!input.initial) return;
  if (const auto complaint = check_literal(input, *input.initial)) section.complain("default", complaint->problem, complaint->remedy);
}

ComponentInput read_input_port(const Value::Entry& entry, const std::string& where, Report& report) {
  ComponentInput input;
  input.at = entry.at;
  input.name = entry.key;
  check_port_name(entry, where, report);
  const Section section(&entry.value, entry.at, where, {"type", "description", "optional", "default", "mode", "min", "max", "enum"},
                        report);
  static_cast<void>(azure_text(section, "description"));
  const auto types = input_types();
  const auto type = read_type(section, types);
  if (!type) return input;
  input.type = types[*type];
  input.optional = section.flag("optional").value_or(false);
  if (*type < literal_types().size()) {
    read_literal_port(section, input);
    return input;
  }
  input.kind = static_cast<DataKind>(*type - literal_types().size());
  if (const auto mode = section.choice("mode", {"ro_mount", "download", "direct", "eval_mount", "eval_download"}))
    input.mode = static_cast<InputMode>(*mode);
  return input;
}

JobOutput read_output_port(const Value::Entry& entry, const std::string& where, Report& report) {
  JobOutput output;
  output.at = entry.at;
  output.name = entry.key;
  check_port_name(entry, where, report);
  const Section section(&entry.value, entry.at, where, {"type", "description", "mode"}, report);
  static_cast<void>(azure_text(section, "description"));
  if (const auto type = read_type(section, data_kinds())) output.kind = static_cast<DataKind>(*type);
  const auto mode = section.choice("mode", {"rw_mount", "upload", "direct", "mount"});
  if (mode && *mode < 3) output.mode = static_cast<OutputMode>(*mode);
  return output;
}

void read_ports(const Section& top, Component& component) {
  if (top.has("inputs")) {
    const Section inputs(top.get("inputs"), top.at("inputs"), top.where("inputs"), {}, top.report());
    if (too_many_ports(inputs)) return;
    for (const auto& entry : inputs.entries()) component.inputs.push_back(read_input_port(entry, inputs.where(entry.key), top.report()));
  }
  if (top.has("outputs")) {
    const Section outputs(top.get("outputs"), top.at("outputs"), top.where("outputs"), {}, top.report());
    if (too_many_ports(outputs)) return;
    for (const auto& entry : outputs.entries())
      component.outputs.push_back(read_output_port(entry, outputs.where(entry.key), top.report()));
  }
}

/// What means nothing here.
void check_texts(const Section& top) {
  for (const char* key : {"$schema", "display_name", "description", "id"}) static_cast<void>(azure_text(top, key));
  for (const char* key : {"tags", "properties"})  // of any values, other than a job's
    if (top.has(key)) static_cast<void>(Section(top.get(key), top.at(key), top.where(key), {}, top.report()));
  static_cast<void>(azure_texts(top, "additional_includes"));
  check_azure_flag(top, "is_deterministic");
}

void check_component_name(const Section& top) {
  const auto name = azure_text(top, "name");
  if (!name) return;
  const bool small = std::none_of(name->begin(), name->end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  if (!is_name(*name) || !small || name->front() == '_')
    top.complain("name", in_quotes(*name) + " is no name of a component", "use a to z, digits and _, beginning with a letter");
}

bool is_boolean(const std::string& text) {
  const std::string small = lower_case(text);
  return small == "true" || small == "false";
}

}  // namespace

std::optional<Complaint> check_literal(const ComponentInput& input, const std::string& text) {
  const Value value = Value::scalar(text);
  const bool number = input.type == "integer" || input.type == "number";
  const auto wrong = [&](const std::string& wanted) { return Complaint{in_quotes(text) + " is not " + wanted, "give " + wanted}; };
  if (input.type == "integer" && !python_int(text)) return wrong("a whole number");
  if (input.type == "number" && !value.number()) return wrong("a number");
  if (input.type == "boolean" && !is_boolean(text)) return wrong("true or false");
  if (number && input.least && *value.number() < *input.least)
    return Complaint{in_quotes(text) + " is too small", "give " + number_text(*input.least) + " or more"};
  if (number && input.most && *value.number() > *input.most)
    return Complaint{in_quotes(text) + " is too large", "give " + number_text(*input.most) + " or less"};
  if (!input.choices.empty() && std::find(input.choices.begin(), input.choices.end(), text) == input.choices.end())
    return Complaint{in_quotes(text) + " is not a choice", did_you_mean(text, input.choices, "use " + list_words(input.choices))};
  return std::nullopt;
}

Component read_component(const Value& map, Position at, const std::string& where, const JobScope& scope) {
  Component component;
  const Section top(&map, at, where, {}, scope.report);
  if (!top.whole()) return component;
  warn_of_keys(top,
               {"$schema", "type", "name", "version", "display_name", "description", "tags", "properties", "is_deterministic", "inputs",
                "outputs", "command", "code", "environment", "distribution", "resources", "additional_includes", "id", "creation_context"});
  check_texts(top);
  if (const auto type = azure_text(top, "type"); type && lower_case(*type) != "command")
    top.complain("type", "a component of type " + *type + " has no single command", "name a command component");
  check_component_name(top);
  read_ports(top, component);
  CommandJob& job = component.job;
  job.command_at = top.at("command");
  if (top.require("command", "give command: terroir run RECIPE --input NAME=${{inputs.NAME}}"))
    job.command = azure_text(top, "command").value_or("");
  top.require("environment", "give environment: azureml:NAME@latest, or {image: IMAGE}");
  job.environment = read_environment(top, scope);
  job.code_at = top.at("code");
  job.code = read_code(top, scope);
  read_distribution(top, OtherKeys::allow, job);
  read_resources(top, OtherKeys::allow, job);
  return component;
}

}  // namespace terroir
