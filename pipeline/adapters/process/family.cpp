#include "pipeline/adapters/process/family.h"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

namespace terroir {
namespace {

namespace fs = std::filesystem;

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// State and parent of a process: "pid (name) S ppid ..."; the name may hold anything.
struct Standing {
  char state = 'X';
  pid_t parent = 0;
};

Standing standing_of(const std::string& process) {
  Standing out;
  const std::string text = contents("/proc/" + process + "/stat");
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos || name_end + 4 >= text.size()) return out;
  out.state = text[name_end + 2];
  std::from_chars(text.data() + name_end + 4, text.data() + text.size(), out.parent);
  return out;
}

}  // namespace

void adopt_orphans() { ::prctl(PR_SET_CHILD_SUBREAPER, 1); }

std::vector<pid_t> children_of(pid_t parent) {
  std::vector<pid_t> out;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/proc", ignored)) {
    const std::string name = entry.path().filename();
    pid_t process = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), process);
    if (error != std::errc{} || end != name.data() + name.size()) continue;
    const Standing standing = standing_of(name);
    if (standing.parent == parent && standing.state != 'Z' && standing.state != 'X') out.push_back(process);
  }
  return out;
}

bool has_variable(pid_t process, const std::string& name) {
  const std::string text = std::string(1, '\0') + contents("/proc/" + std::to_string(process) + "/environ");
  return text.find(std::string(1, '\0') + name + "=") != std::string::npos;
}

int end_children(double seconds) {
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + std::chrono::duration<double>(seconds);
  const auto surrender = deadline + std::chrono::seconds(5);  // a dead mount holds a process for ever
  std::set<pid_t> ended;
  for (;;) {
    while (::waitpid(-1, nullptr, WNOHANG) > 0) {
    }
    const auto left = children_of(::getpid());
    if (left.empty() || Clock::now() >= surrender) return static_cast<int>(ended.size());
    if (Clock::now() >= deadline)
      for (const pid_t process : left)
        if (::kill(process, SIGKILL) == 0) ended.insert(process);
    ::poll(nullptr, 0, 10);
  }
}

}  // namespace terroir
