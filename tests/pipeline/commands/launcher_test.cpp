#include "pipeline/commands/launcher.h"

#include "pipeline/adapters/process/folder_lock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

namespace terroir {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

std::string contents(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

/// Launches shell scripts in a folder of their own.
class LauncherTest : public ::testing::Test {
 protected:
  LauncherTest() {
    std::string name = ::testing::TempDir() + "launcherXXXXXX";
    folder_ = ::mkdtemp(name.data());
    plan_.folder = (folder_ / "run").string();
    plan_.mpi = false;
  }
  ~LauncherTest() override { fs::remove_all(folder_); }

  int run(const std::string& script) {
    plan_.words = {"sh", "-c", script};
    return launch(plan_, shown_, said_);
  }
  /// A program named mpirun that does as the script says; `$ranks` is the folder for what ranks print.
  void mpirun(const std::string& script) {
    fs::create_directories(folder_ / "bin");
    std::ofstream(folder_ / "bin" / "mpirun") << "#!/bin/sh\nranks=$PWD/user_logs/.ranks/1\nmkdir -p $ranks/rank.0 $ranks/rank.1\n"
                                              << script;
    fs::permissions(folder_ / "bin" / "mpirun", fs::perms::owner_all);
    plan_.environment.emplace_back("PATH", (folder_ / "bin").string() + ":/usr/bin:/bin");
    plan_.mpi = true;
    plan_.ranks = 2;
  }
  [[nodiscard]] std::string log(const std::string& name) const { return contents(folder_ / "run" / "user_logs" / name); }
  [[nodiscard]] std::size_t times_said(const std::string& part) const {
    std::size_t count = 0;
    for (std::size_t at = said_.str().find(part); at != std::string::npos; at = said_.str().find(part, at + 1)) ++count;
    return count;
  }

  fs::path folder_;
  LaunchPlan plan_;
  std::ostringstream shown_, said_;
};

TEST_F(LauncherTest, MakesFoldersAndLinksAndRunsInThem) {
  plan_.folders = {{(folder_ / "out" / "deep").string(), ""}};
  fs::create_directories(folder_ / "code");
  plan_.links = {{"code", (folder_ / "code").string()}};
  EXPECT_EQ(run("pwd; test -d ../out/deep && test -d code && echo there"), 0);
  EXPECT_EQ(shown_.str(), fs::canonical(folder_ / "run").string() + "\nthere\n");
  EXPECT_EQ(log("std_log.txt"), shown_.str());
  EXPECT_EQ(run("test -L code"), 0) << "a second launch finds the link";
}

TEST_F(LauncherTest, SaysOnceWhatStartsAndHowItEnds) {
  EXPECT_EQ(run("exit 3"), 3);
  EXPECT_EQ(times_said("\n"), 2U) << said_.str();
  EXPECT_THAT(said_.str(), HasSubstr("terroir launch: starts one process: sh -c exit 3; logs in " + plan_.folder + "/user_logs\n"));
  EXPECT_THAT(said_.str(), HasSubstr("an input cannot be decoded; exit code 3\n"));
}

TEST_F(LauncherTest, StartsNothingWhenSomethingIsInTheWayAndSaysAllOfIt) {
  plan_.folders = {{(folder_ / "out").string(), ""}};
  plan_.words = {"no-such-program"};
  plan_.mpi = true;
  plan_.hostfile = "/no/such/hostfile";
  plan_.folder = (folder_ / "a:b").string();
  plan_.environment = {{"PATH", folder_.string()}};
  EXPECT_EQ(launch(plan_, shown_, said_), 2);
  EXPECT_EQ(times_said("\n"), 4U) << said_.str();
  for (const char* part : {"mpirun is not in", "no-such-program is not in", "/no/such/hostfile cannot be read", "has a ':' in its name"})
    EXPECT_THAT(said_.str(), HasSubstr(part));
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(LauncherTest, NamesAFolderThatCannotBeMade) {
  plan_.folders = {LaunchFolder{"/dev/null/out", "job.yml:7:3: outputs.features"}};
  EXPECT_EQ(run("echo started"), 2);
  EXPECT_THAT(said_.str(), HasSubstr("job.yml:7:3: outputs.features: the folder /dev/null/out cannot be used: Not a directory; check"));
  EXPECT_EQ(shown_.str(), "");
}

TEST_F(LauncherTest, StartsNothingWhereNothingCanBeWritten) {
  plan_.folders = {LaunchFolder{"/sys/kernel", ""}};  // whose permissions let root in
  EXPECT_EQ(run("echo started"), 2);
  EXPECT_THAT(said_.str(), HasSubstr("the folder /sys/kernel cannot be used: cannot create /sys/kernel/.terroir-launch-"));
  EXPECT_EQ(shown_.str(), "");
  plan_.folders = {{(folder_ / "out").string(), ""}};
  EXPECT_EQ(run("echo started"), 0);
  EXPECT_TRUE(fs::is_empty(folder_ / "out"));
}

TEST_F(LauncherTest, LeavesAFolderToTheLaunchThatIsAtWorkThere) {
  fs::create_directories(folder_ / "run" / "user_logs");
  {
    const auto lock = lock_folder(folder_ / "run" / "user_logs");
    EXPECT_EQ(run("echo started"), 2);
    EXPECT_EQ(said_.str(), "terroir launch: another launch is at work in " + plan_.folder + "; wait for it, or stop it\n");
    EXPECT_EQ(shown_.str(), "");
  }
  EXPECT_EQ(run("exit 0"), 0);
}

TEST_F(LauncherTest, StartsAgainAfterACrash) {
  plan_.retries = 2;
  EXPECT_EQ(run("echo start; [ -e crashed ] && exit 0; touch crashed; kill -KILL $$"), 0);
  EXPECT_EQ(log("std_log.txt"), "start\nstart\n");
  EXPECT_EQ(times_said("starts again"), 1U);
  EXPECT_THAT(said_.str(), HasSubstr("ended by signal 9 (SIGKILL) (exit code 137); starts again in 1.0 s, retry 1 of 2\n"));
}

TEST_F(LauncherTest, StartsAgainAsOftenAsItMay) {
  plan_.retries = 1;
  EXPECT_EQ(run("echo start; exit 75"), 75);
  EXPECT_EQ(log("std_log.txt"), "start\nstart\n");
}

TEST_F(LauncherTest, DoesNotRepeatAMistake) {
  plan_.retries = 5;
  EXPECT_EQ(run("exit 2"), 2);
  EXPECT_EQ(times_said("starts again"), 0U);
}

TEST_F(LauncherTest, AsksAtTheTimeoutAndReturnsItsCode) {
  plan_.retries = 5;
  plan_.timeout_seconds = 1.5;  // for a shell to set its trap, on a busy machine
  EXPECT_EQ(run("trap 'echo asked; exit 75' USR1; for i in $(seq 3000); do sleep 0.02; done 2>/dev/null"), 124);
  EXPECT_EQ(shown_.str(), "asked\n");
  EXPECT_THAT(said_.str(), HasSubstr("limits.timeout was reached; it has stopped; exit code 124"));
  EXPECT_EQ(times_said("starts again"), 0U);
}

TEST_F(LauncherTest, EndsByForceWhatDoesNotStop) {
  plan_.timeout_seconds = plan_.grace_seconds = 1.5;  // for a shell to set its traps, and to come to them, on a busy machine
  EXPECT_EQ(run("trap 'echo asked' USR1; trap 'echo told' TERM; for i in $(seq 3000); do sleep 0.02; done 2>/dev/null"), 124);
  EXPECT_EQ(shown_.str(), "asked\ntold\n") << "and SIGKILL, which nobody can print";
  EXPECT_THAT(said_.str(), HasSubstr("it did not stop in time and was ended by force"));
}

TEST_F(LauncherTest, PassesItsOwnSignalOnAndReturns75) {
  plan_.retries = 5;
  // The script signals its parent, which is the test.
  EXPECT_EQ(run("trap 'echo asked; exit 75' USR1; kill -TERM $PPID; for i in $(seq 3000); do sleep 0.02; done 2>/dev/null"), 75);
  EXPECT_EQ(shown_.str(), "asked\n");
  EXPECT_THAT(said_.str(), HasSubstr("interrupted; it has stopped; exit code 75"));
}

TEST_F(LauncherTest, KillsAtTheSecondSignal) {
  // The second one is sent when the first has been passed on, and later than what a terminal may send twice.
  EXPECT_EQ(
      run("trap 'sleep 0.7; kill -INT $PPID' USR1; trap '' TERM; kill -INT $PPID; for i in $(seq 3000); do sleep 0.02; done 2>/dev/null"),
      75);
  EXPECT_THAT(said_.str(), Not(HasSubstr("ends it by force"))) << "it does not wait for the grace";
}

TEST_F(LauncherTest, EndsWhatTheJobLeavesBehind) {
  EXPECT_EQ(run("(trap '' TERM; exec sleep 1000) & echo $!"), 0);
  EXPECT_THAT(said_.str(), HasSubstr("ended 1 process that the job left behind"));
  EXPECT_NE(::kill(std::stoi(shown_.str()), 0), 0);
}

TEST_F(LauncherTest, KeepsTheOutputOfEachRankWithoutSecrets) {
  plan_.environment = {{"FAKE_TOKEN", "planted-value"}};
  mpirun("echo one >>$ranks/rank.0/stdout; echo two $FAKE_TOKEN >>$ranks/rank.1/stdout; echo note $FAKE_TOKEN >&2; echo \"$@\"");
  plan_.words = {"command"};
  EXPECT_EQ(run("true"), 0);
  EXPECT_EQ(log("std_log_process_00.txt"), "one\n");
  EXPECT_EQ(log("std_log_process_01.txt"), "two [redacted]\n");
  EXPECT_THAT(log("mpi_log.txt"), HasSubstr("note [redacted]\n"));
  EXPECT_THAT(log("mpi_log.txt"), HasSubstr("-x FAKE_TOKEN -x PATH sh -c true\n"));
  EXPECT_THAT(shown_.str(), HasSubstr("one\n"));
  EXPECT_THAT(shown_.str(), HasSubstr("[1] two [redacted]\n"));
  EXPECT_FALSE(fs::exists(folder_ / "run" / "user_logs" / ".ranks"));
}

TEST_F(LauncherTest, EndsAnMpirunThatHangsAfterALostRankAndStartsAgain) {
  plan_.grace_seconds = 0.1;
  plan_.retries = 1;
  mpirun(R"([ -e lost ] && { echo resumed >$ranks/rank.0/stdout; exit 0; }
touch lost
trap '' TERM
echo 'terroir: rank 1 on there has been silent for 10 s' >$ranks/rank.0/stdout
echo 'MPI_ABORT was invoked on rank 0 in communicator MPI_COMM_WORLD' >&2
sleep 60)");
  EXPECT_EQ(run("true"), 0);
  EXPECT_THAT(said_.str(), HasSubstr("a host or rank was lost and mpirun did not end; it was ended by force (exit code 4); starts again"));
  EXPECT_EQ(log("std_log_process_00.txt"), "terroir: rank 1 on there has been silent for 10 s\nresumed\n");
}

TEST_F(LauncherTest, EndsAnMpirunWhoseRanksAreGone) {
  plan_.grace_seconds = 0.1;
  mpirun("OMPI_COMM_WORLD_RANK=0 sleep 1.2\nsleep 60");
  EXPECT_EQ(run("true"), 4);
}

TEST_F(LauncherTest, BelievesARankThatHasLostTheFirst) {
  plan_.grace_seconds = 0.3;
  mpirun("echo 'terroir: rank 1 on there has lost rank 0 and ends' >$ranks/rank.1/stdout\nsleep 60");
  EXPECT_EQ(run("true"), 4);
}

}  // namespace
}  // namespace terroir
