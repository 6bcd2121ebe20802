#include "pipeline/adapters/process/machine.h"

#include <linux/magic.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <limits>
#include <sstream>
#include <string_view>

namespace terroir {
namespace {

constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

/// The number at the start of a file; `unlimited` when there is no such file, or it says "max".
std::size_t limit_in(const std::string& path) {
  std::ifstream file(path);
  std::string word;
  if (!(file >> word)) return unlimited;
  std::size_t value = unlimited;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  return error == std::errc{} ? value : unlimited;
}

/// A line "Name:   1234 kB" of a file of /proc, in bytes.
std::size_t kilobytes_of(const std::string& path, std::string_view name) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);)
    if (line.rfind(name, 0) == 0) return static_cast<std::size_t>(std::strtoull(line.c_str() + name.size(), nullptr, 10)) * 1024;
  return unlimited;
}

using Limits = std::vector<MemoryLimit>;

void add_limit(const std::string& source, std::size_t bytes, Limits& limits) {
  if (bytes != unlimited) limits.push_back({source, bytes});
}

/// The limits of a group and its parents. In a container the path may not exist below the mount: then the mount's own counts.
void add_limits(const std::string& root, const std::string& mount, std::string group, const std::string& file, Limits& limits) {
  const auto add = [&](const std::string& path) { add_limit(path, limit_in(root + path), limits); };
  add(mount + "/" + file);
  while (!group.empty() && group != "/") {
    add(mount + group + "/" + file);
    group.erase(group.rfind('/'));
  }
}

void add_cgroup_limits(const std::string& root, Limits& limits) {
  std::ifstream groups(root + "/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    const std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1), path = line.substr(second + 1);
    if (controllers.empty())
      add_limits(root, "/sys/fs/cgroup", path, "memory.max", limits);
    else if (("," + controllers + ",").find(",memory,") != std::string::npos)
      add_limits(root, "/sys/fs/cgroup/memory", path, "memory.limit_in_bytes", limits);
  }
}

}  // namespace

std::vector<MemoryLimit> memory_limits(const std::string& root) {
  Limits limits;
  add_limit("MemTotal", kilobytes_of(root + "/proc/meminfo", "MemTotal:"), limits);
  add_cgroup_limits(root, limits);
  rlimit space{};
  if (getrlimit(RLIMIT_AS, &space) == 0 && space.rlim_cur != RLIM_INFINITY) add_limit("ulimit -v", space.rlim_cur, limits);
  std::stable_sort(limits.begin(), limits.end(), [](const MemoryLimit& a, const MemoryLimit& b) { return a.bytes < b.bytes; });
  return limits;
}

std::size_t memory_limit(const std::string& root) {
  const auto limits = memory_limits(root);
  return limits.empty() ? unlimited : limits.front().bytes;
}

std::size_t peak_memory() {
  const std::size_t peak = kilobytes_of("/proc/self/status", "VmHWM:");
  return peak == unlimited ? 0 : peak;
}

int allowed_processors() {
  cpu_set_t mask;
  return sched_getaffinity(0, sizeof mask, &mask) == 0 ? CPU_COUNT(&mask) : 1;
}

int online_processors() { return static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN)); }

std::size_t open_file_limit() {
  rlimit files{};
  return getrlimit(RLIMIT_NOFILE, &files) == 0 ? files.rlim_cur : 0;
}

std::optional<std::uint64_t> file_system_size(const std::string& folder) {
  struct statvfs facts {};
  if (statvfs(folder.c_str(), &facts) != 0) return std::nullopt;
  return static_cast<std::uint64_t>(facts.f_blocks) * facts.f_frsize;
}

std::optional<std::uint64_t> free_space(const std::string& folder) {
  struct statvfs facts {};
  if (statvfs(folder.c_str(), &facts) != 0) return std::nullopt;
  return static_cast<std::uint64_t>(facts.f_bavail) * facts.f_frsize;
}

bool is_in_memory(const std::string& folder) {
  struct statfs facts {};
  return statfs(folder.c_str(), &facts) == 0 && facts.f_type == TMPFS_MAGIC;
}

bool is_root() { return geteuid() == 0; }

std::vector<std::string> variable_names(const std::vector<std::string>& beginnings) {
  std::vector<std::string> names;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const bool wanted = std::any_of(beginnings.begin(), beginnings.end(), [&](const std::string& b) { return text.starts_with(b); });
    if (wanted) names.emplace_back(text.substr(0, text.find('=')));
  }
  std::sort(names.begin(), names.end());
  return names;
}

int terminal_columns() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

std::string host_name() {
  char name[256] = {};
  return gethostname(name, sizeof name - 1) == 0 ? name : "unknown";
}

}  // namespace terroir
