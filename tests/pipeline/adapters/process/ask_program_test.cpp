#include "pipeline/adapters/process/ask_program.h"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <thread>

namespace terroir {
namespace {

TEST(AskProgram, SaysWhatItSaysAndHowItEnds) {
  const auto output = ask_program({"sh", "-c", "echo out; echo error >&2; exit 7"}, 20);
  ASSERT_TRUE(output);
  EXPECT_TRUE(output->ended);
  EXPECT_EQ(output->exit_code, 7);
  EXPECT_EQ(output->text, "out\nerror\n");
}

TEST(AskProgram, GetsItsWordsAsTheyAreAndNoInput) {
  const auto output = ask_program({"sh", "-c", "printf '%s.' \"$@\"; cat; echo", "name", "a b", "$HOME", ""}, 20);
  ASSERT_TRUE(output);
  EXPECT_EQ(output->text, "a b.$HOME..\n");
}

TEST(AskProgram, IsEndedWithItsOwnChildrenWhenItTakesTooLong) {
  const auto output = ask_program({"sh", "-c", "echo begun; sleep 600 & echo $!; wait"}, 1);
  ASSERT_TRUE(output);
  EXPECT_FALSE(output->ended);
  const std::string text = output->text;
  ASSERT_EQ(text.substr(0, 6), "begun\n");
  const std::string grandchild = text.substr(6, text.size() - 7);
  const auto runs = [&] {
    std::ifstream state("/proc/" + grandchild + "/stat");
    std::string line;
    return std::getline(state, line) && line.find(" Z ") == std::string::npos;
  };
  for (int waited = 0; runs() && waited < 1000; ++waited) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_FALSE(runs());
}

TEST(AskProgram, DoesNotFillTheMemory) {
  const auto output = ask_program({"sh", "-c", "for i in 1 2 3 4; do head -c 30000 /dev/zero | tr '\\0' x; echo; done"}, 20);
  ASSERT_TRUE(output);
  EXPECT_TRUE(output->ended);
  EXPECT_EQ(output->text.size(), 64u * 1024);
}

TEST(AskProgram, MayNotBeThere) { EXPECT_FALSE(ask_program({"/no/such/program"}, 20)); }

}  // namespace
}  // namespace terroir
