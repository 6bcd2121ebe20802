#include "pipeline/job/job_sections.h"
#include "pipeline/recipe/placeholder.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace terroir {
namespace {

using Kind = PythonScalar::Kind;

/// A literal as it travels; nothing when Azure ML takes none of the kind.
std::optional<std::string> literal_text(const Value& value, const std::string& where, Report& report) {
  const PythonScalar scalar = python_scalar(value);
  const bool finite = scalar.kind != Kind::number || std::isfinite(scalar.number);
  if (scalar.kind != Kind::null && scalar.kind != Kind::date && scalar.kind != Kind::unreadable && finite) return scalar.text;
  if (scalar.kind == Kind::null)
    report.error(value.at(), where, "nothing is given for it", "give a value, or {path: PATH}");
  else
    report.error(value.at(), where,
                 (value.is_scalar() ? in_quotes(value.text()) + " is " + (finite ? kind_word(scalar.kind) : "no number")
                                    : value.describe() + " stands here") +
                     " to Azure ML, which takes text, numbers, true and false",
                 value.is_scalar() ? "put it in quotes" : "give a value, or {path: PATH}");
  return std::nullopt;
}

/// What becomes of {value: LITERAL}: the client tries text, then true or false, then a whole number.
std::string wrapped_text(const Value& value, const std::string& text) {
  const PythonScalar scalar = python_scalar(value);
  if (scalar.kind != Kind::integer && scalar.kind != Kind::number) return text;
  if (scalar.number == 0) return "False";
  if (scalar.number == 1) return "True";
  return scalar.kind == Kind::integer ? text : std::to_string(static_cast<std::int64_t>(std::clamp(scalar.number, -9e15, 9e15)));
}

void read_wrapped_literal(const Section& section, JobInput& input) {
  input.literal = true;
  const Value& value = *section.get("value");
  const auto text = literal_text(value, section.where("value"), section.report());
  if (!text) return;
  input.value = wrapped_text(value, *text);
  if (*input.value != *text)
    section.report().warn(value.at(), section.where("value"), "Azure ML's client turns {value: " + value.text() + "} into " + *input.value,
                          "write " + input.name + ": " + value.text());
}

const std::vector<std::string>& input_modes(DataKind kind) {
  static const std::vector<std::string> usual = {"ro_mount", "download", "direct"};
  static const std::vector<std::string> table = {"ro_mount", "download", "direct", "eval_mount", "eval_download"};
  return kind == DataKind::mltable ? table : usual;
}

void read_kind(const Section& section, JobInput& input) {
  const Value* type = section.get("type");
  const auto& literals = literal_types();
  if (type != nullptr && type->is_scalar() && std::find(literals.begin(), literals.end(), type->text()) != literals.end()) {
    section.complain("type", in_quotes(type->text()) + " is a type of a component's input, not of a job's",
                     "write the literal itself, as " + input.name + ": VALUE");
    return;
  }
  if (const auto kind = azure_choice(section, "type", data_kinds())) input.kind = static_cast<DataKind>(*kind);
}

void read_data(const Section& section, const JobScope& scope, JobInput& input) {
  read_kind(section, input);
  if (const auto mode = azure_choice(section, "mode", input_modes(input.kind))) input.mode = static_cast<InputMode>(*mode);
  static_cast<void>(azure_text(section, "datastore"));
  if (!section.require("path", "give path: a file or folder beside the job file, azureml:NAME:VERSION, or a URI")) return;
  input.path_at = section.at("path");
  const auto path = azure_text(section, "path");
  if (!path) return;
  if (path->empty()) section.complain("path", "the path is empty", "give one");
  input.place = data_place(*path);
  if (has_placeholder(*path) && !scope.macros)
    section.complain("path", in_quotes(*path) + " is not replaced in a job", "write the path out");
  else if (scope.bound.count(input.name) == 0)
    input.place = local_place(input.place, input.kind, input.path_at, section.where("path"), scope);
}

}  // namespace

const std::vector<std::string>& literal_types() {
  static const std::vector<std::string> types = {"string", "integer", "number", "boolean"};
  return types;
}

const std::vector<std::string>& data_kinds() {
  static const std::vector<std::string> kinds = {"uri_folder", "uri_file", "mltable", "custom_model", "mlflow_model", "triton_model"};
  return kinds;
}

void check_port_name(const Value::Entry& entry, const std::string& where, Report& report) {
  // Each becomes an environment variable of the job.
  constexpr std::array reserved = {"path", "ld_library_path", "user", "logname", "home", "pwd", "shell"};
  check_key(entry, where, report);
  check_name(entry.key, entry.at, where, report);
  if (std::find(reserved.begin(), reserved.end(), lower_case(entry.key)) != reserved.end())
    report.error(entry.at, where, "the name " + in_quotes(entry.key) + " is reserved by Azure ML", "take another name");
}

bool too_many_ports(const Section& section) {
  constexpr std::size_t most = 1000;
  if (section.entries().size() <= most) return false;
  section.report().error(section.at(), section.where(), "there are more than " + std::to_string(most) + " of them",
                         "hand over a folder, or a file that lists them");
  return true;
}

DataPlace local_place(DataPlace place, DataKind kind, Position at, const std::string& where, const JobScope& scope) {
  if (place.kind != DataPlace::Kind::local) return place;
  place.name = path_in(scope.folder, place.name);
  const PathKind found = scope.files.kind(place.name);
  if (found == PathKind::missing)
    scope.report.error(at, where, "there is no " + quoted_path(place.name),
                       "check the path; it begins where the file stands that names it");
  else if (kind == DataKind::uri_file && found == PathKind::folder)
    scope.report.error(at, where, quoted_path(place.name) + " is a folder", "name a file, or give type: uri_folder");
  else if (kind == DataKind::uri_folder && found == PathKind::file)
    scope.report.error(at, where, quoted_path(place.name) + " is a file", "name a folder, or give type: uri_file");
  return place;
}

JobInput read_job_input(const Value::Entry& entry, const std::string& where, const JobScope& scope) {
  JobInput input;
  input.at = entry.at;
  input.name = entry.key;
  check_port_name(entry, where, scope.report);
  if (!entry.value.is_map()) {
    input.literal = true;
    input.value = literal_text(entry.value, where, scope.report);
    if (input.value && has_placeholder(*input.value) && !scope.macros)
      scope.report.error(entry.value.at(), where, in_quotes(*input.value) + " is not replaced in a job", "write the value out");
    return input;
  }
  const bool wrapped = entry.value.find("value") != nullptr;
  const Section section(&entry.value, entry.at, where,
                        wrapped ? std::vector<std::string>{"value"} : std::vector<std::string>{"type", "path", "mode", "datastore"},
                        scope.report);
  wrapped ? read_wrapped_literal(section, input) : read_data(section, scope, input);
  return input;
}

std::vector<JobInput> read_job_inputs(const Section& top, const JobScope& scope) {
  std::vector<JobInput> inputs;
  if (!top.has("inputs")) return inputs;
  const Section section(top.get("inputs"), top.at("inputs"), top.where("inputs"), {}, top.report());
  if (too_many_ports(section)) return inputs;
  for (const auto& entry : section.entries()) inputs.push_back(read_job_input(entry, section.where(entry.key), scope));
  return inputs;
}

}  // namespace terroir
