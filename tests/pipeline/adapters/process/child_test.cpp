#include "pipeline/adapters/process/child.h"

#include "pipeline/error.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>

namespace terroir {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A child that runs a shell script, and what it prints.
class Script {
 public:
  explicit Script(const std::string& text, const std::string& folder = "", std::vector<std::string> variables = {"PATH=/usr/bin:/bin"})
      : child({{"sh", "-c", text}, std::move(variables), folder}, [this](std::string_view line) { lines.emplace_back(line); }) {}
  const ChildEnd& ended() {
    while (!child.end()) child.wait(10);
    return *child.end();
  }
  /// Runs until it has printed so many lines.
  void printed(std::size_t count) {
    while (lines.size() < count && !child.end()) child.wait(10);
  }
  std::vector<std::string> lines;
  Child child;
};

std::size_t open_descriptors() {
  const fs::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

TEST(Child, PrintsInOrderAndEndsWithItsCode) {
  Script script("echo one; echo two >&2; printf three; exit 7");
  EXPECT_EQ(script.ended().code, 7);
  EXPECT_EQ(script.ended().signal, 0);
  EXPECT_THAT(script.lines, ElementsAre("one", "two", "three"));
}

TEST(Child, GetsItsWordsFolderAndEnvironmentAndNothingElse) {
  setenv("LEFT_BEHIND", "1", 1);
  Script script("pwd; env; cat", "/usr", {"PATH=/usr/bin:/bin", "A=b c"});
  EXPECT_EQ(script.ended().code, 0);
  EXPECT_EQ(script.lines.at(0), "/usr");
  EXPECT_THAT(script.lines, ::testing::Contains("A=b c"));
  EXPECT_THAT(script.lines, ::testing::Not(::testing::Contains("LEFT_BEHIND=1")));
  std::vector<std::string> words;
  Child echo({{"printf", "%s;", "a b", "*", "$HOME"}, {"PATH=/usr/bin"}, ""}, [&](std::string_view line) { words.emplace_back(line); });
  while (!echo.end()) echo.wait(10);
  EXPECT_THAT(words, ElementsAre("a b;*;$HOME;")) << "no shell looks at them";
}

TEST(Child, PrintsMoreThanAPipeHolds) {
  Script script("i=0; while [ $i -lt 20000 ]; do echo 0123456789; i=$((i+1)); done");
  EXPECT_EQ(script.ended().code, 0);
  EXPECT_EQ(script.lines.size(), 20000U);
}

TEST(Child, TellsTheSignalThatEndedIt) {
  Script script("kill -SEGV $$");
  EXPECT_EQ(script.ended().code, 139);
  EXPECT_EQ(script.ended().signal, SIGSEGV);
}

TEST(Child, HasAGroupOfItsOwn) {
  Script script("trap 'echo got; exit 3' USR1; (trap '' USR1; exec sleep 100) & echo ready; wait");
  script.printed(1);
  EXPECT_EQ(::getpgid(script.child.id()), script.child.id());
  script.child.signal(SIGUSR1);
  EXPECT_EQ(script.ended().code, 3) << "whose descendants still hold its output";
  EXPECT_THAT(script.lines, ElementsAre("ready", "got"));
  EXPECT_EQ(::kill(-script.child.id(), SIGKILL), 0) << "the sleeper of the group was left alone";
}

TEST(Child, IsSignalledWithItsGroup) {
  // The outer trap is set before the inner shell says that it is ready.
  Script script(
      "trap 'wait; exit 0' USR1; "
      "sh -c 'trap \"echo inner; exit\" USR1; echo ready; for i in $(seq 3000); do sleep 0.01; done' 2>/dev/null & wait");
  script.printed(1);
  script.child.signal_group(SIGUSR1);
  EXPECT_EQ(script.ended().code, 0);
  EXPECT_THAT(script.lines, ElementsAre("ready", "inner"));
}

TEST(Child, StartsWithDefaultSignalsWhateverThisProcessDoesWithThem) {
  sigset_t blocked, before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  sigprocmask(SIG_BLOCK, &blocked, &before);
  const auto handler = std::signal(SIGPIPE, SIG_IGN);
  for (const char* name : {"TERM", "PIPE"}) {
    Script script(std::string("kill -") + name + " $$; echo survived");
    EXPECT_GT(script.ended().code, 128) << name;
  }
  std::signal(SIGPIPE, handler);
  sigprocmask(SIG_SETMASK, &before, nullptr);
}

TEST(Child, IsWaitedForNoLongerThanAsked) {
  Script script("sleep 100");
  script.child.wait(0.05);
  EXPECT_FALSE(script.child.end());
}

TEST(Child, WakesWhenAnotherDescriptorBecomesReadable) {
  Script script("sleep 100");
  int pipe[2];
  ASSERT_EQ(::pipe(pipe), 0);
  ASSERT_EQ(::write(pipe[1], "x", 1), 1);
  script.child.wait(1000, pipe[0]);  // the test would run into its time limit
  EXPECT_FALSE(script.child.end());
  ::close(pipe[0]);
  ::close(pipe[1]);
}

TEST(Child, IsEndedWithItsObject) {
  pid_t id = 0;
  {
    Script script("trap '' TERM; echo ready; sleep 60");
    script.printed(1);
    id = script.child.id();
  }
  EXPECT_NE(::kill(id, 0), 0);
}

TEST(Child, LeavesNoDescriptorsBehind) {
  const std::size_t before = open_descriptors();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Script("ls /proc/self/fd | wc -l").ended().code, 0);
  EXPECT_EQ(open_descriptors(), before);
  const int inherited = ::open("/dev/null", O_RDONLY);  // without O_CLOEXEC
  Script script("ls /proc/self/fd");
  (void)script.ended();
  ::close(inherited);
  EXPECT_THAT(script.lines, ElementsAre("0", "1", "2", "3")) << "3 is the folder that ls reads";
}

TEST(Child, ThatCannotBeStartedIsNamed) {
  const auto complaint = [](const ChildCommand& command) {
    const std::size_t before = open_descriptors();
    try {
      const Child child(command, [](std::string_view) {});
    } catch (const Error& error) {
      EXPECT_EQ(error.fault(), Fault::system);
      EXPECT_EQ(open_descriptors(), before);
      return std::string(error.what());
    }
    return std::string("started");
  };
  EXPECT_THAT(complaint({{"no-such-program"}, {"PATH=/usr/bin"}, ""}), HasSubstr("no-such-program is not in a folder of PATH"));
  EXPECT_THAT(complaint({{"/no/such/program"}, {}, ""}), HasSubstr("/no/such/program cannot be started in .: No such file"));
  EXPECT_THAT(complaint({{"sh"}, {"PATH=/usr/bin:/bin"}, "/no/such/folder"}), HasSubstr("/no/such/folder: No such file"));
}

TEST(FindProgram, LooksInTheFoldersInTurn) {
  const fs::path root = fs::path(::testing::TempDir()) / "find-program";
  fs::remove_all(root);
  for (const char* folder : {"a", "b"}) {
    fs::create_directories(root / folder);
    std::ofstream(root / folder / "tool") << "#!/bin/sh\n";
  }
  const std::string path = (root / "a").string() + ":" + (root / "b").string();
  fs::permissions(root / "b" / "tool", fs::perms::owner_all);
  EXPECT_EQ(find_program("tool", path), (root / "b" / "tool").string()) << "the first one cannot be executed";
  EXPECT_EQ(find_program("other", path), std::nullopt);
  EXPECT_EQ(find_program("./tool", path), "./tool");
  fs::remove_all(root);
}

}  // namespace
}  // namespace terroir
