#include "pipeline/adapters/process/family.h"

#include "pipeline/adapters/process/child.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace terroir {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;

/// Runs a shell script to its end and returns the number that it prints.
pid_t number_of(const std::string& script) {
  pid_t out = 0;
  Child child({{"sh", "-c", script}, {"PATH=/usr/bin:/bin", "MARK=1"}, ""}, [&](std::string_view line) { out = std::stoi(std::string(line)); });
  while (!child.end()) child.wait(10);
  return out;
}

TEST(Family, ChildrenAreThoseThatRun) {
  (void)end_children(0);  // of other tests
  EXPECT_THAT(children_of(::getpid()), IsEmpty());
  bool ready = false;
  Child child({{"sh", "-c", "echo ready; sleep 0.1"}, {"PATH=/usr/bin:/bin"}, ""}, [&](std::string_view) { ready = true; });
  EXPECT_THAT(children_of(::getpid()), Contains(child.id()));
  while (!child.end()) child.wait(10);
  EXPECT_TRUE(ready);
  EXPECT_THAT(children_of(::getpid()), IsEmpty());
}

TEST(Family, KnowsWithWhichVariablesAProcessWasStarted) {
  Child child({{"sleep", "100"}, {"PATH=/usr/bin:/bin", "FIRST=1", "OMPI_COMM_WORLD_RANK=3"}, ""}, [](std::string_view) {});
  EXPECT_TRUE(has_variable(child.id(), "OMPI_COMM_WORLD_RANK"));
  EXPECT_TRUE(has_variable(child.id(), "PATH"));
  EXPECT_FALSE(has_variable(child.id(), "WORLD_RANK"));
  EXPECT_FALSE(has_variable(child.id(), "OMPI_COMM"));
}

TEST(Family, OrphansAreAdoptedAndEnded) {
  adopt_orphans();
  // The inner shell's parent ends at once; it ignores what can be ignored.
  const pid_t orphan = number_of("sh -c 'trap \"\" TERM; sleep 100; exit' & echo $!; sleep 0.1");
  EXPECT_THAT(children_of(::getpid()), Contains(orphan));
  EXPECT_GE(end_children(0), 1) << "the shell; its sleep too, if it got so far";
  EXPECT_THAT(children_of(::getpid()), IsEmpty());
  EXPECT_NE(::kill(orphan, 0), 0);
}

TEST(Family, OrphansThatEndInTimeAreLeftToIt) {
  adopt_orphans();
  (void)number_of("sleep 0.1 & echo $!");
  EXPECT_EQ(end_children(60), 0);
}

}  // namespace
}  // namespace terroir
