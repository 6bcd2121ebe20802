#include "pipeline/job/supervisor.h"

#include <gtest/gtest.h>

namespace terroir {
namespace {

using Action = Supervisor::Action;
using Reason = Supervisor::Reason;

TEST(Supervisor, LeavesARunningJobAlone) {
  Supervisor supervisor(15, std::nullopt);
  for (double t = 0; t < 1000; t += 100) EXPECT_EQ(supervisor.step(t), Action::nothing);
  EXPECT_EQ(supervisor.reason(), Reason::none);
}

TEST(Supervisor, AsksThenEndsByForceAfterTheGrace) {
  Supervisor supervisor(15, std::nullopt);
  supervisor.stop(100);
  EXPECT_EQ(supervisor.step(100), Action::interrupt);
  EXPECT_EQ(supervisor.step(114.9), Action::nothing);
  EXPECT_FALSE(supervisor.forced());
  EXPECT_EQ(supervisor.step(115), Action::terminate);
  EXPECT_TRUE(supervisor.forced());
  EXPECT_EQ(supervisor.step(116.9), Action::nothing);
  EXPECT_EQ(supervisor.step(117), Action::kill);
  EXPECT_EQ(supervisor.step(200), Action::nothing);
  EXPECT_EQ(supervisor.reason(), Reason::request);
}

TEST(Supervisor, EndsAtOnceWhenAskedASecondTime) {
  Supervisor supervisor(15, std::nullopt);
  supervisor.stop(100);
  EXPECT_EQ(supervisor.step(100), Action::interrupt);
  supervisor.stop(101);
  EXPECT_EQ(supervisor.step(101), Action::kill);
}

TEST(Supervisor, TakesTwoSignalsOfOneKeyForOne) {
  Supervisor supervisor(15, std::nullopt);
  supervisor.stop(100);
  supervisor.stop(100.1);
  EXPECT_EQ(supervisor.step(100.2), Action::interrupt);
  EXPECT_EQ(supervisor.step(100.3), Action::nothing);
}

TEST(Supervisor, AsksAtTheTimeoutAndSaysSo) {
  Supervisor supervisor(5, 60);
  EXPECT_EQ(supervisor.step(59.9), Action::nothing);
  EXPECT_EQ(supervisor.step(60), Action::interrupt);
  EXPECT_EQ(supervisor.step(64), Action::nothing);
  EXPECT_EQ(supervisor.step(65), Action::terminate);
  EXPECT_EQ(supervisor.step(67), Action::kill);
  EXPECT_EQ(supervisor.reason(), Reason::timeout);
}

TEST(Supervisor, EndsAtOnceWhenAskedAfterTheTimeout) {
  Supervisor supervisor(5, 60);
  EXPECT_EQ(supervisor.step(60), Action::interrupt);
  supervisor.stop(61);
  EXPECT_EQ(supervisor.step(61), Action::kill);
  EXPECT_EQ(supervisor.reason(), Reason::timeout);
}

TEST(Supervisor, GivesAFailedJobTheGraceToEnd) {
  Supervisor supervisor(15, std::nullopt);
  supervisor.expect_end(100);
  supervisor.expect_end(110);
  EXPECT_EQ(supervisor.step(100), Action::nothing) << "it knows already that it shall end";
  EXPECT_EQ(supervisor.step(115), Action::terminate) << "counted from the first sign";
  EXPECT_EQ(supervisor.step(117), Action::kill);
  EXPECT_EQ(supervisor.reason(), Reason::hang);
}

TEST(Supervisor, PrefersAWishToAHang) {
  Supervisor supervisor(15, std::nullopt);
  supervisor.expect_end(100);
  supervisor.stop(105);
  EXPECT_EQ(supervisor.step(115), Action::terminate) << "the grace is not given twice";
  EXPECT_EQ(supervisor.reason(), Reason::request);
}

}  // namespace
}  // namespace terroir
