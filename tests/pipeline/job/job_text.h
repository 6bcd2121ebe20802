#pragma once

#include "pipeline/adapters/yaml/yaml_reader.h"
#include "pipeline/job/command_job.h"
#include "pipeline/job/make_launch_plan.h"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace terroir {

/// Files in memory: their text by path. Every folder of a file is there.
inline JobFiles files_of(const std::map<std::string, std::string>& texts) {
  std::set<std::string> folders = {"."};
  std::map<std::string, std::set<std::string>> names;
  for (const auto& [path, text] : texts) {
    for (std::string child = path; child.find('/') != std::string::npos && child.rfind('/') > 0;) {
      const std::string folder = child.substr(0, child.rfind('/'));
      folders.insert(folder);
      names[folder].insert(file_name(child));
      child = folder;
    }
  }
  JobFiles files;
  files.kind = [texts, folders](const std::string& path) {
    return texts.count(path) > 0 ? PathKind::file : folders.count(path) > 0 ? PathKind::folder : PathKind::missing;
  };
  files.read = [texts](const std::string& path) {
    ParsedYaml yaml = read_yaml(texts.at(path), {}, DoubledKeys::keep_last);
    return JobDocument{std::move(yaml.root), std::move(yaml.diagnostics)};
  };
  files.names = [names](const std::string& folder) {
    const auto found = names.find(folder);
    return found == names.end() ? std::vector<std::string>{} : std::vector<std::string>(found->second.begin(), found->second.end());
  };
  return files;
}

/// What stands beside every job of the tests.
inline const std::map<std::string, std::string>& usual_files() {
  static const std::map<std::string, std::string> files = {{"data/dem.tif", ""},     {"data/scenes/a.tif", ""}, {"src/recipe.yml", ""},
                                                           {"src/util/x.py", ""},    {"conda.yml", ""},         {"env.yml", "image: i\n"},
                                                           {"image/Dockerfile", ""}, {"/data/dem.tif", ""},     {"/data/scenes/a.tif", ""}};
  return files;
}

/// Parses a job to the end; mistakes of the YAML come first.
inline ParsedJob parse_job_text(const std::string& text, JobRequest request = {}, const JobFiles& files = files_of(usual_files())) {
  if (request.file.empty()) request.file = "job.yml";
  const ParsedYaml yaml = read_yaml(text, {}, DoubledKeys::keep_last);
  ParsedJob parsed;
  for (const auto& d : yaml.diagnostics) parsed.findings.push_back({request.file, d, false});
  if (has_mistakes(parsed.findings)) return parsed;
  ParsedJob job = parse_job(yaml.root, request, files);
  parsed.findings.insert(parsed.findings.end(), job.findings.begin(), job.findings.end());
  parsed.job = std::move(job.job);
  return parsed;
}

inline std::vector<std::string> lines_of(const std::vector<JobFinding>& findings) {
  std::vector<std::string> lines;
  for (const auto& finding : findings) lines.push_back(to_text(finding));
  return lines;
}

/// The lines that a user sees.
inline std::vector<std::string> job_messages(const std::string& text, const JobRequest& request = {}) {
  return lines_of(parse_job_text(text, request).findings);
}

/// A right job of two lines, and more.
inline std::string job_of(const std::string& more, const std::string& command = "terroir processes") {
  return "command: " + command + "\nenvironment: azureml:e@latest\n" + more + "\n";
}

}  // namespace terroir
