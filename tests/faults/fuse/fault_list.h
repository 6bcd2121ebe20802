#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace terroir::blobfs {

/// One line of a fault file.
struct Fault {
  std::string text;
  std::string operation;
  std::string substring;
  int count = 0;
  bool onwards = false;
  int error = 0;
};

/// Faults to inject, read from a text file whenever it has changed, so that a test can switch them during a run.
///
/// A line is `OPERATION SUBSTRING N ERRNO` or `kill SUBSTRING N`: the N-th operation (from 1) on a path that contains SUBSTRING
/// fails; `N+` means from the N-th on. Operations: open, read, write, close, unlink, mkdir, list. `kill` acts on writes. Counts start
/// when a line is first seen and end when it leaves the file. Empty lines and those that start with # are skipped.
class FaultList {
 public:
  /// An empty path means no faults.
  explicit FaultList(std::filesystem::path file) : file_(std::move(file)) {}

  /// The error number that this operation must fail with, or 0.
  int error(std::string_view operation, std::string_view path);
  /// Whether this write must kill its process.
  bool kills(std::string_view path) { return error("kill", path) != 0; }

 private:
  void reload();

  std::filesystem::path file_;
  std::filesystem::file_time_type read_at_;
  std::vector<Fault> faults_;
  std::map<std::string, int> seen_;
  std::mutex mutex_;
};

/// Reads one line; throws std::invalid_argument with the line when it is not understood.
Fault parse_fault(const std::string& line);

}  // namespace terroir::blobfs
