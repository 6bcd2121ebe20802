#include "pipeline/adapters/report/rank_logs.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <utility>

namespace terroir {
namespace {

namespace fs = std::filesystem;

constexpr const char *only_file = "std_log.txt", *mpirun_file = "mpi_log.txt";

std::string file_of(int rank) {
  char name[40];
  std::snprintf(name, sizeof name, "std_log_process_%02d.txt", rank);
  return name;
}

}  // namespace

RankLogs::RankLogs(std::string folder, int ranks, std::ostream& out, const Redactor& redactor)
    : folder_(std::move(folder)), ranks_(ranks), out_(out), redactor_(redactor) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder_, ignored)) {
    const std::string name = entry.path().filename();
    if (name.starts_with("std_log") || name == mpirun_file) fs::remove(entry.path(), ignored);
  }
  if (ranks_ == 0) waiting_[only_file];
  for (int rank = 0; rank < ranks_; ++rank) waiting_[file_of(rank)];
  flush();
}

void RankLogs::rank_line(int rank, std::string_view line) {
  const std::string text = redactor_(std::string(line));
  waiting_[ranks_ == 0 ? only_file : file_of(rank)] += text + "\n";
  if (rank != 0) out_ << "[" << rank << "] ";
  out_ << text << "\n";
}

void RankLogs::mpirun_line(std::string_view line, bool shown) {
  const std::string text = redactor_(std::string(line));
  waiting_[mpirun_file] += text + "\n";
  if (shown) out_ << "[mpirun] " << text << "\n";
}

void RankLogs::flush() {
  out_ << std::flush;
  for (const auto& [name, text] : waiting_) {
    std::ofstream file(folder_ + "/" + name, std::ios::app | std::ios::binary);
    if (file << text << std::flush || std::exchange(told_, true)) continue;
    out_ << "cannot write " << folder_ << "/" << name << "; check the disk and the folder's permissions" << std::endl;
  }
  waiting_.clear();
}

}  // namespace terroir
