#include "pipeline/job/job_files.h"

#include "pipeline/recipe/recipe.h"

#include <algorithm>
#include <filesystem>

namespace terroir {

std::string to_text(const JobFinding& finding) {
  if (!finding.note) return to_text(finding.diagnostic, finding.file);
  Diagnostic diagnostic = finding.diagnostic;
  diagnostic.where = diagnostic.where.empty() ? "note" : "note: " + diagnostic.where;
  diagnostic.warning = false;
  return to_text(diagnostic, finding.file);
}

bool has_mistakes(const std::vector<JobFinding>& findings) noexcept {
  return std::any_of(findings.begin(), findings.end(), [](const JobFinding& f) { return !f.note && !f.diagnostic.warning; });
}

std::string quoted_path(const std::string& path) { return "'" + path + "'"; }

std::string file_name(const std::string& path) { return std::filesystem::path(path).filename().string(); }

std::string file_stem(const std::string& path) { return std::filesystem::path(path).stem().string(); }

std::string path_in(const std::string& folder, const std::string& path) {
  std::string result = (std::filesystem::path(folder) / path).lexically_normal().string();
  while (result.size() > 1 && result.back() == '/') result.pop_back();
  return result.empty() ? "." : result;
}

}  // namespace terroir
