#include "pipeline/adapters/report/rank_logs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace terroir {
namespace {

namespace fs = std::filesystem;
using ::testing::UnorderedElementsAre;

class RankLogsTest : public ::testing::Test {
 protected:
  RankLogsTest() {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~RankLogsTest() override { fs::remove_all(folder_); }
  [[nodiscard]] RankLogs logs(int ranks = 1) { return {folder_.string(), ranks, shown_, redactor_}; }
  [[nodiscard]] std::string file(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream(folder_ / name).rdbuf();
    return text.str();
  }
  [[nodiscard]] std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_)) names.push_back(entry.path().filename());
    return names;
  }
  fs::path folder_ = fs::path(::testing::TempDir()) / "rank-logs";
  Redactor redactor_{{"planted-value"}};
  std::ostringstream shown_;
};

TEST_F(RankLogsTest, NameTheRankButTheFirst) {
  RankLogs out = logs(13);
  out.rank_line(0, "a");
  out.rank_line(12, "b");
  out.mpirun_line("c", true);
  out.mpirun_line("d", false);
  out.rank_line(0, "");
  out.flush();
  EXPECT_EQ(shown_.str(), "a\n[12] b\n[mpirun] c\n\n");
  EXPECT_EQ(file("mpi_log.txt"), "c\nd\n");
}

TEST_F(RankLogsTest, KeepAFileForEachRank) {
  RankLogs out = logs(3);
  EXPECT_THAT(files(), UnorderedElementsAre("std_log_process_00.txt", "std_log_process_01.txt", "std_log_process_02.txt"));
  out.rank_line(0, "a");
  out.rank_line(2, "b");
  out.flush();
  out.rank_line(0, "d");
  out.flush();
  EXPECT_EQ(file("std_log_process_00.txt"), "a\nd\n");
  EXPECT_EQ(file("std_log_process_01.txt"), "");
  EXPECT_EQ(file("std_log_process_02.txt"), "b\n");
}

TEST_F(RankLogsTest, OfOneProcessHaveItsName) {
  RankLogs out = logs(0);
  out.rank_line(0, "a");
  out.flush();
  EXPECT_EQ(file("std_log.txt"), "a\n");
}

TEST_F(RankLogsTest, HoldNoSecrets) {
  RankLogs out = logs();
  out.rank_line(3, "export FAKE_TOKEN=planted-value");
  out.mpirun_line("-x planted-value", true);
  out.flush();
  for (const auto& text : {shown_.str(), file("std_log_process_03.txt"), file("mpi_log.txt")}) {
    EXPECT_EQ(text.find("planted-value"), std::string::npos) << text;
    EXPECT_NE(text.find("[redacted]"), std::string::npos) << text;
  }
}

TEST_F(RankLogsTest, BeginAnewButLeaveOthersFiles) {
  for (const char* name : {"std_log_process_07.txt", "std_log.txt", "mpi_log.txt", "notes.txt"}) std::ofstream(folder_ / name) << "old";
  RankLogs out = logs();
  EXPECT_THAT(files(), UnorderedElementsAre("notes.txt", "std_log_process_00.txt"));
  EXPECT_EQ(file("std_log_process_00.txt"), "");
}

TEST_F(RankLogsTest, TellOnceThatTheyCannotBeWritten) {
  RankLogs out = logs();
  fs::remove(folder_ / "std_log_process_00.txt");
  fs::create_directories(folder_ / "std_log_process_00.txt");
  for (const char* line : {"a", "b"}) {
    out.rank_line(0, line);
    out.flush();
  }
  EXPECT_EQ(shown_.str(),
            "a\ncannot write " + folder_.string() + "/std_log_process_00.txt; check the disk and the folder's permissions\nb\n");
}

}  // namespace
}  // namespace terroir
