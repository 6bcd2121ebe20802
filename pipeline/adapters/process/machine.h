#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace terroir {

/// Bytes that all processes of this node together may use: the smallest of the cgroup's limits (v1 and v2, this group and its
/// parents), the machine's memory and RLIMIT_AS. `root` stands in front of /proc and /sys (tests).
[[nodiscard]] std::size_t memory_limit(const std::string& root = "");

/// Peak resident memory of this process so far, bytes (VmHWM).
[[nodiscard]] std::size_t peak_memory();

/// Processors that this process may run on (sched_getaffinity).
[[nodiscard]] int allowed_processors();

/// This machine's name.
[[nodiscard]] std::string host_name();

}  // namespace terroir
