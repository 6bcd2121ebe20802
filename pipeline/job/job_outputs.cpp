#include "pipeline/job/job_sections.h"

#include <algorithm>
#include <map>

namespace terroir {
namespace {

void read_asset(const Section& section, JobOutput& output) {
  constexpr std::size_t longest = 255;
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  if (const auto name = azure_text(section, "name")) {
    output.asset = *name;
    if (name->size() > longest || !std::all_of(name->begin(), name->end(), allowed))
      section.complain("name", in_quotes(*name) + " is no name of a data asset", "use at most 255 letters, digits, - and _");
  }
  const Value* version = section.get("version");
  if (version == nullptr) return;
  const PythonScalar scalar = python_scalar(*version);
  if (scalar.kind == PythonScalar::Kind::null || scalar.kind == PythonScalar::Kind::date || scalar.kind == PythonScalar::Kind::unreadable)
    section.complain("version", version->describe() + " is no version", "give one in quotes, as \"1\"");
  if (!section.has("name")) section.complain("version", "a version needs a name", "give name: the name of the data asset");
  output.version = scalar.text;
}

const std::vector<std::string>& output_modes(DataKind kind) {
  static const std::vector<std::string> usual = {"rw_mount", "upload", "mount"};
  static const std::vector<std::string> table = {"rw_mount", "upload", "direct", "mount"};
  return kind == DataKind::mltable ? table : usual;
}

void read_mode(const Section& section, JobOutput& output) {
  const auto& modes = output_modes(output.kind);
  const auto mode = azure_choice(section, "mode", modes);
  if (mode && modes[*mode] == "upload") output.mode = OutputMode::upload;
  if (mode && modes[*mode] == "direct") output.mode = OutputMode::direct;
}

void read_output_path(const Section& section, JobOutput& output) {
  const auto path = azure_text(section, "path");
  if (!path) return;
  output.path_at = section.at("path");
  output.place = data_place(*path);
  if (output.place.kind == DataPlace::Kind::datastore) return;
  const std::string remedy = "give path: azureml://datastores/NAME/paths/PATH, or remove it and bind the output with --output " +
                             output.name + "=PATH when you launch";
  if (output.place.kind == DataPlace::Kind::local)
    section.complain("path", in_quotes(*path) + " is a local path, and Azure ML writes to data stores only", remedy);
  else
    section.complain("path", quoted_path(shown(output.place)) + " is no path of a data store", remedy);
}

/// Two outputs in one folder would overwrite each other.
void check_places(const std::vector<JobOutput>& outputs, const Section& section) {
  std::map<std::string, std::string> taken;
  for (const auto& output : outputs) {
    if (output.place.kind != DataPlace::Kind::datastore) continue;
    const auto [other, is_new] = taken.emplace(output.place.name + "/" + path_in("", output.place.path), output.name);
    if (!is_new && output.place.path.find("${{") == std::string::npos)
      section.report().error(output.path_at, section.where(output.name) + ".path", "output '" + other->second + "' has the same path",
                             "give each its own folder");
  }
}

}  // namespace

JobOutput read_job_output(const Value::Entry& entry, const std::string& where, const JobScope& scope) {
  JobOutput output;
  output.at = entry.at;
  output.name = entry.key;
  check_port_name(entry, where, scope.report);
  if (entry.value.is_null()) return output;
  const Section section(&entry.value, entry.at, where, {"type", "mode", "path", "name", "version"}, scope.report);
  if (const auto kind = azure_choice(section, "type", data_kinds())) output.kind = static_cast<DataKind>(*kind);
  read_mode(section, output);
  read_output_path(section, output);
  read_asset(section, output);
  return output;
}

std::vector<JobOutput> read_job_outputs(const Section& top, const JobScope& scope) {
  std::vector<JobOutput> outputs;
  if (!top.has("outputs")) return outputs;
  const Section section(top.get("outputs"), top.at("outputs"), top.where("outputs"), {}, top.report());
  if (too_many_ports(section)) return outputs;
  for (const auto& entry : section.entries()) outputs.push_back(read_job_output(entry, section.where(entry.key), scope));
  check_places(outputs, section);
  return outputs;
}

}  // namespace terroir
