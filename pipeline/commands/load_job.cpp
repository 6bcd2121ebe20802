#include "pipeline/commands/load_job.h"

#include "pipeline/adapters/yaml/yaml_reader.h"
#include "pipeline/commands/load.h"
#include "pipeline/error.h"

#include <algorithm>
#include <filesystem>
#include <ostream>
#include <tuple>

namespace terroir {
namespace {

namespace fs = std::filesystem;

PathKind path_kind(const std::string& path) {
  std::error_code error;
  const auto status = fs::status(path, error);
  if (!fs::exists(status)) return PathKind::missing;
  return fs::is_directory(status) ? PathKind::folder : PathKind::file;
}

std::string read_file(const std::string& path) { return document_text(path, "check the path"); }

ParsedYaml parse_document(const std::string& text) { return read_yaml(text, {}, DoubledKeys::keep_last); }

JobDocument read_beside(const std::string& path) {
  try {
    ParsedYaml yaml = parse_document(read_file(path));
    return {std::move(yaml.root), std::move(yaml.diagnostics)};
  } catch (const Error& error) {
    return {{}, {{{}, "", error.what(), "", false}}};
  }
}

std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
    names.push_back(entry->path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

JobText read_job_text(const std::string& file) {
  if (path_kind(file) == PathKind::folder) return {};
  std::string text = read_file(file);
  ParsedYaml yaml = parse_document(text);
  JobText job{std::move(text), std::nullopt, std::move(yaml.diagnostics)};
  if (is_job(yaml.root)) job.document = std::move(yaml.root);
  return job;
}

LoadedJob load_job(const JobText& text, const JobArguments& options) {
  LoadedJob loaded;
  for (const auto& diagnostic : text.diagnostics) loaded.findings.push_back({options.file, diagnostic, false});
  if (has_mistakes(loaded.findings)) return loaded;
  const JobFiles files{path_kind, read_beside, names_in};
  ParsedJob parsed = parse_job(*text.document, {options.file, options.step, options.sets, options.launch.inputs}, files);
  loaded.findings.insert(loaded.findings.end(), parsed.findings.begin(), parsed.findings.end());
  loaded.job = std::move(parsed.job);
  if (!loaded.job) return loaded;
  loaded.planned = make_launch_plan(*loaded.job, options.launch, files);
  loaded.findings.insert(loaded.findings.end(), loaded.planned.findings.begin(), loaded.planned.findings.end());
  return loaded;
}

void print_findings(std::vector<JobFinding> findings, std::ostream& out) {
  std::vector<std::string> files;
  for (const auto& finding : findings)
    if (std::find(files.begin(), files.end(), finding.file) == files.end()) files.push_back(finding.file);
  const auto place = [&](const JobFinding& finding) {
    const Position at = finding.diagnostic.at;
    return std::make_tuple(std::find(files.begin(), files.end(), finding.file) - files.begin(), at.line == 0, at.line, at.column);
  };
  std::stable_sort(findings.begin(), findings.end(), [&](const auto& a, const auto& b) { return place(a) < place(b); });
  for (const auto& finding : findings) out << to_text(finding) << "\n";
}

}  // namespace terroir
