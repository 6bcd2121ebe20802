#include "pipeline/job/job_sections.h"
#include "pipeline/recipe/recipe.h"

#include <utility>

namespace terroir {
namespace {

const std::string environment_forms = "write azureml:NAME@latest, azureml:NAME:VERSION, file:FILE or {image: IMAGE}";

void check_conda_file(const Section& section, const JobScope& scope) {
  const Value* file = section.get("conda_file");
  if (file == nullptr || file->is_map()) return;
  const auto text = azure_text(section, "conda_file");
  if (!text) return;
  const DataPlace place = data_place(*text);
  if (place.kind == DataPlace::Kind::local && scope.files.kind(path_in(scope.folder, place.name)) != PathKind::file)
    section.complain("conda_file", "there is no file " + quoted_path(path_in(scope.folder, place.name)),
                     "check the path, or write the map inline");
}

void check_build(const Section& section, const JobScope& scope) {
  if (!section.has("build")) return;
  const Section build(section.get("build"), section.at("build"), section.where("build"), {"path", "dockerfile_path"}, scope.report);
  static_cast<void>(azure_text(build, "dockerfile_path"));
  build.require("path", "give path: the folder of the Dockerfile");
  const auto path = azure_text(build, "path");
  if (!path || data_place(*path).kind == DataPlace::Kind::remote) return;
  const std::string folder = path_in(scope.folder, *path);
  if (scope.files.kind(folder) == PathKind::missing) build.complain("path", "there is no folder " + quoted_path(folder), "check the path");
}

/// An environment that is written out. Its image, or nothing when it is built.
std::string read_inline(const Section& section, const JobScope& scope) {
  for (const char* key : {"channels", "dependencies"})
    if (section.has(key))
      section.complain(key, "this is a conda file, not an environment", "write environment: {image: IMAGE, conda_file: FILE}");
  if (!section.has("image") && !section.has("build"))
    section.report().error(section.at(), section.where(), "neither 'image' nor 'build' is given",
                           "give image: the address of a Docker image");
  if (section.has("image") && section.has("build")) section.complain("build", "'build' does not go with 'image'", "remove one of them");
  const std::string image = azure_text(section, "image").value_or("");
  check_build(section, scope);
  check_conda_file(section, scope);
  static_cast<void>(azure_choice(section, "os_type", {"linux", "windows"}));
  static_cast<void>(azure_text(section, "description"));
  static_cast<void>(azure_text(section, "datastore"));
  return image;
}

std::string read_inline(const Value& value, Position at, const std::string& where, const JobScope& scope) {
  const Section section(&value, at, where,
                        {"image", "conda_file", "build", "os_type", "inference_config", "description", "tags", "datastore", "name",
                         "version", "id", "$schema", "channels", "dependencies"},
                        scope.report);
  return section.whole() ? read_inline(section, scope) : "";
}

/// The environment of a file; its mistakes are told where it is named.
std::string read_environment_file(const Section& top, const std::string& name, const JobScope& scope) {
  const std::string file = path_in(scope.folder, name);
  if (scope.files.kind(file) != PathKind::file) {
    top.complain("environment", "there is no file " + quoted_path(file), "check the path; it begins where the job file stands");
    return "";
  }
  const JobDocument document = scope.files.read(file);
  Report report;
  report.adopt(document.diagnostics, {}, "");
  const std::string folder = path_in(file, "..");
  const std::string image =
      report.errors() > 0 ? "" : read_inline(document.root, {1, 1}, "", JobScope{folder, scope.files, scope.bound, report, false});
  for (auto d : report.sorted()) {
    if (d.warning) continue;
    const std::string remedy = std::exchange(d.remedy, "");
    top.complain("environment", to_text(d, file), remedy);
  }
  return image;
}

/// A value of an environment variable; nothing when it has none.
std::optional<std::string> variable_text(const Value::Entry& entry, const std::string& where, Report& report) {
  const PythonScalar scalar = python_scalar(entry.value);
  if (entry.value.is_list() || entry.value.is_map()) {
    report.error(entry.value.at(), where, entry.value.describe() + " is no value of an environment variable", "give text");
    return std::nullopt;
  }
  if (scalar.kind == PythonScalar::Kind::null) {
    report.warn(entry.at, where, "the variable has no value and is not set", "give \"\" for an empty one, or remove it");
    return std::nullopt;
  }
  if (scalar.kind != PythonScalar::Kind::text)
    report.warn(entry.value.at(), where, in_quotes(entry.value.text()) + " is " + kind_word(scalar.kind) + " to Azure ML, not text",
                "put it in quotes, as \"" + entry.value.text() + "\"");
  if (scalar.text.find("${{") != std::string::npos)
    report.warn(entry.value.at(), where, in_quotes(scalar.text) + " is not replaced in an environment variable",
                "hand it over as an argument of the command");
  return scalar.text;
}

}  // namespace

std::string read_environment(const Section& top, const JobScope& scope) {
  const Value* environment = top.get("environment");
  if (environment == nullptr) return "";
  if (environment->is_map()) return read_inline(*environment, top.at("environment"), top.where("environment"), scope);
  const auto text = azure_text(top, "environment");
  if (!text) return "";
  if (text->rfind("file:", 0) == 0) return read_environment_file(top, text->substr(5), scope);
  if (text->rfind("azureml:", 0) == 0 && text->size() > 8) return *text;
  top.complain("environment", in_quotes(*text) + " is no environment",
               text->empty() ? environment_forms : "did you mean azureml:" + *text + "@latest?");
  return "";
}

TextMap read_environment_variables(const Section& top) {
  TextMap variables;
  if (!top.has("environment_variables")) return variables;
  const Section section(top.get("environment_variables"), top.at("environment_variables"), top.where("environment_variables"), {},
                        top.report());
  for (const auto& entry : section.entries()) {
    if (entry.key.empty() || entry.key.find('=') != std::string::npos)
      top.report().error(entry.at, section.where(entry.key), in_quotes(entry.key) + " is no name of an environment variable",
                         "take another");
    if (auto text = variable_text(entry, section.where(entry.key), top.report())) variables.emplace_back(entry.key, std::move(*text));
  }
  return variables;
}

DataPlace read_code(const Section& top, const JobScope& scope) {
  const Value* code = top.get("code");
  if (code == nullptr) return {};
  if (code->is_map()) {
    top.complain("code", "'code' is a map, as in an early version of Azure ML's jobs", "write code: FOLDER");
    return {};
  }
  const auto text = azure_text(top, "code");
  if (!text) return {};
  const DataPlace place = data_place(text->empty() ? "." : *text);
  const auto begins = [&](const char* front) { return text->rfind(front, 0) == 0; };
  const bool address = begins("https://") || begins("http://") || begins("azureml://registries/") || begins("azureml://feeds/");
  if (begins("git+"))
    top.complain("code", "Azure ML's client does not take code from Git", "clone it, and name the folder");
  else if (begins("file:"))
    top.complain("code", "Azure ML's client takes no file: in front of the folder of the code", "write code: " + place.name);
  else if (place.kind == DataPlace::Kind::local)
    return local_place(place, DataKind::custom_model, top.at("code"), top.where("code"), scope);
  else if (place.kind == DataPlace::Kind::asset && place.name.find_first_of(":@") == std::string::npos)
    top.complain("code", in_quotes(*text) + " has no version", "write azureml:NAME:VERSION or azureml:NAME@latest");
  else if (place.kind != DataPlace::Kind::asset && !address)
    top.complain("code", quoted_path(shown(place)) + " is no place for code", "name a folder beside the job file");
  return place;
}

}  // namespace terroir
