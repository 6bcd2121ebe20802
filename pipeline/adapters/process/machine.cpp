#include "pipeline/adapters/process/machine.h"

#include <sched.h>
#include <sys/resource.h>
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

/// The smallest limit of a group and its parents. In a container the path may not exist below the mount: then the mount's own counts.
std::size_t smallest_limit(const std::string& mount, std::string group, const std::string& file) {
  std::size_t smallest = limit_in(mount + "/" + file);
  while (!group.empty() && group != "/") {
    smallest = std::min(smallest, limit_in(mount + group + "/" + file));
    group.erase(group.rfind('/'));
  }
  return smallest;
}

std::size_t cgroup_limit(const std::string& root) {
  std::size_t smallest = unlimited;
  std::ifstream groups(root + "/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    const std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1), path = line.substr(second + 1);
    if (controllers.empty())
      smallest = std::min(smallest, smallest_limit(root + "/sys/fs/cgroup", path, "memory.max"));
    else if (("," + controllers + ",").find(",memory,") != std::string::npos)
      smallest = std::min(smallest, smallest_limit(root + "/sys/fs/cgroup/memory", path, "memory.limit_in_bytes"));
  }
  return smallest;
}

}  // namespace

std::size_t memory_limit(const std::string& root) {
  rlimit space{};
  std::size_t smallest = std::min(cgroup_limit(root), kilobytes_of(root + "/proc/meminfo", "MemTotal:"));
  if (getrlimit(RLIMIT_AS, &space) == 0 && space.rlim_cur != RLIM_INFINITY) smallest = std::min<std::size_t>(smallest, space.rlim_cur);
  return smallest;
}

std::size_t peak_memory() {
  const std::size_t peak = kilobytes_of("/proc/self/status", "VmHWM:");
  return peak == unlimited ? 0 : peak;
}

int allowed_processors() {
  cpu_set_t mask;
  return sched_getaffinity(0, sizeof mask, &mask) == 0 ? CPU_COUNT(&mask) : 1;
}

std::string host_name() {
  char name[256] = {};
  return gethostname(name, sizeof name - 1) == 0 ? name : "unknown";
}

}  // namespace terroir
