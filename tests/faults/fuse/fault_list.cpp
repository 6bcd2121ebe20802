#include "tests/faults/fuse/fault_list.h"

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace terroir::blobfs {
namespace {

const std::map<std::string, int, std::less<>> error_numbers = {{"EIO", EIO},       {"ENOSPC", ENOSPC}, {"EACCES", EACCES}, {"EROFS", EROFS},
                                                               {"ENOENT", ENOENT}, {"EAGAIN", EAGAIN}, {"EDQUOT", EDQUOT}};

bool blank(const std::string& line) { return line.empty() || line.front() == '#'; }

}  // namespace

Fault parse_fault(const std::string& line) {
  Fault fault;
  fault.text = line;
  std::istringstream words(line);
  std::string count;
  std::string error = "EIO";
  words >> fault.operation >> fault.substring >> count;
  if (fault.operation != "kill") words >> error;
  const auto number = error_numbers.find(error);
  const bool digits = !count.empty() && count.find_first_not_of("0123456789+") == std::string::npos;
  if (!words || !digits || number == error_numbers.end()) throw std::invalid_argument("not a fault: " + line);
  fault.onwards = count.back() == '+';
  fault.count = std::stoi(count);
  fault.error = number->second;
  return fault;
}

void FaultList::reload() {
  std::error_code none;
  const auto changed = std::filesystem::last_write_time(file_, none);
  if (none || changed == read_at_) return;
  read_at_ = changed;
  faults_.clear();
  std::map<std::string, int> seen;
  std::ifstream text(file_);
  for (std::string line; std::getline(text, line);) {
    if (blank(line)) continue;
    try {
      faults_.push_back(parse_fault(line));
      seen[line] = seen_[line];
    } catch (const std::exception& problem) {
      std::fprintf(stderr, "blobfs: %s\n", problem.what());
    }
  }
  seen_ = std::move(seen);
}

int FaultList::error(std::string_view operation, std::string_view path) {
  if (file_.empty()) return 0;
  const std::lock_guard lock(mutex_);
  reload();
  int result = 0;
  for (const Fault& fault : faults_) {
    if (fault.operation != operation || path.find(fault.substring) == std::string_view::npos) continue;
    const int now = ++seen_[fault.text];
    if (now == fault.count || (fault.onwards && now > fault.count)) result = fault.error;
  }
  return result;
}

}  // namespace terroir::blobfs
