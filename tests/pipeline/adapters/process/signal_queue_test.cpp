#include "pipeline/adapters/process/signal_queue.h"

#include <gtest/gtest.h>
#include <poll.h>

namespace terroir {
namespace {

bool readable(int descriptor) {
  pollfd event{descriptor, POLLIN, 0};
  return ::poll(&event, 1, 0) == 1;
}

TEST(SignalQueue, KeepsSignalsUntilTheyAreTaken) {
  SignalQueue queue({SIGUSR1, SIGTERM}, {});
  EXPECT_FALSE(readable(queue.descriptor()));
  EXPECT_EQ(queue.take(), std::nullopt);
  ::raise(SIGTERM);  // would end the test
  EXPECT_TRUE(readable(queue.descriptor()));
  EXPECT_EQ(queue.take(), SIGTERM);
  EXPECT_EQ(queue.take(), std::nullopt);
}

TEST(SignalQueue, LeavesIgnoredSignalsIgnored) {
  const auto before = std::signal(SIGHUP, SIG_IGN);
  {
    SignalQueue queue({}, {SIGHUP});
    ::raise(SIGHUP);
    EXPECT_EQ(queue.take(), std::nullopt);
  }
  std::signal(SIGHUP, SIG_DFL);
  {
    SignalQueue queue({}, {SIGHUP});
    ::raise(SIGHUP);
    EXPECT_EQ(queue.take(), SIGHUP);
  }
  std::signal(SIGHUP, before);
}

TEST(SignalQueue, DropsWhatNobodyTook) {
  {
    const SignalQueue queue({SIGUSR2}, {});
    ::raise(SIGUSR2);
  }
  SUCCEED() << "SIGUSR2 would have ended the process";
}

}  // namespace
}  // namespace terroir
