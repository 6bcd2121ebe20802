#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace terroir {

/// Bytes that may be used, and what says so: a file of a cgroup, "MemTotal" or "ulimit -v".
struct MemoryLimit {
  std::string source;
  std::size_t bytes = 0;
};

/// Limits of the memory that all processes of this node together may use, the smallest first: the cgroup's (v1 and v2, this group and
/// its parents), the machine's memory and RLIMIT_AS. `root` stands in front of /proc and /sys (tests).
[[nodiscard]] std::vector<MemoryLimit> memory_limits(const std::string& root = "");

/// The smallest of them, bytes.
[[nodiscard]] std::size_t memory_limit(const std::string& root = "");

/// Peak resident memory of this process so far, bytes (VmHWM).
[[nodiscard]] std::size_t peak_memory();

/// Processors that this process may run on (sched_getaffinity).
[[nodiscard]] int allowed_processors();

/// Processors that the machine has running.
[[nodiscard]] int online_processors();

/// Files that this process may have open.
[[nodiscard]] std::size_t open_file_limit();

/// Bytes of the file system that a folder is on; nothing when there is none.
[[nodiscard]] std::optional<std::uint64_t> file_system_size(const std::string& folder);

/// Bytes of it that this user may still fill; nothing when there is no such folder.
[[nodiscard]] std::optional<std::uint64_t> free_space(const std::string& folder);

/// Whether files in a folder are kept in memory (tmpfs).
[[nodiscard]] bool is_in_memory(const std::string& folder);

/// Whether this process is the superuser's.
[[nodiscard]] bool is_root();

/// Names of the environment variables that begin with one of some words, sorted. Values stay where they are: some are secrets.
[[nodiscard]] std::vector<std::string> variable_names(const std::vector<std::string>& beginnings);

/// Columns of the terminal that standard error goes to; 0: there is none, or it does not tell.
[[nodiscard]] int terminal_columns();

/// This machine's name.
[[nodiscard]] std::string host_name();

}  // namespace terroir
