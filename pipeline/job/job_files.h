#pragma once

#include "kernels/value.h"

#include <functional>
#include <string>
#include <vector>

namespace terroir {

/// A mistake, warning or note with the file in which it stands: a job names other files, whose mistakes stand in the same list.
struct JobFinding {
  std::string file;
  Diagnostic diagnostic;
  bool note = false;  ///< neither a mistake nor a warning: what could not be checked on this machine
};

/// "job.yml:3:5: note: inputs.dem: ...": as `to_text` prints a diagnostic.
[[nodiscard]] std::string to_text(const JobFinding& finding);

/// Whether any finding is a mistake.
[[nodiscard]] bool has_mistakes(const std::vector<JobFinding>& findings) noexcept;

enum class PathKind { missing, file, folder };

/// A YAML file beside the job's: its document, or what is wrong with its text.
struct JobDocument {
  Value root;
  std::vector<Diagnostic> diagnostics;
};

/// What checking a job looks up on this machine.
struct JobFiles {
  std::function<PathKind(const std::string& path)> kind;
  std::function<JobDocument(const std::string& path)> read;
  std::function<std::vector<std::string>(const std::string& folder)> names;  ///< what a folder holds
};

/// 'path': whole, where `in_quotes` would shorten it.
[[nodiscard]] std::string quoted_path(const std::string& path);

/// The last part of a path, and the same without its ending.
[[nodiscard]] std::string file_name(const std::string& path);
[[nodiscard]] std::string file_stem(const std::string& path);

/// `path`, or what it is beside `folder` when it is relative; without `.`, `..` and a `/` at its end.
[[nodiscard]] std::string path_in(const std::string& folder, const std::string& path);

}  // namespace terroir
