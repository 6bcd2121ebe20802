#include "pipeline/adapters/process/lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace terroir {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Collected {
 public:
  void add(std::string_view bytes) { lines_.add(bytes, handler_); }
  void finish() { lines_.finish(handler_); }
  std::vector<std::string> lines;

 private:
  Lines lines_;
  LineHandler handler_ = [this](std::string_view line) { lines.emplace_back(line); };
};

TEST(Lines, AreWholeHoweverTheirBytesArrive) {
  Collected out;
  out.add("on");
  EXPECT_THAT(out.lines, IsEmpty());
  out.add("e\n\ntwo\nthr");
  EXPECT_THAT(out.lines, ElementsAre("one", "", "two"));
  out.add("ee\n");
  EXPECT_THAT(out.lines, ElementsAre("one", "", "two", "three"));
}

TEST(Lines, TheLastNeedsNoEnd) {
  Collected out;
  out.add("one\ntwo");
  out.finish();
  out.finish();
  EXPECT_THAT(out.lines, ElementsAre("one", "two"));
}

TEST(Lines, AreCutWhereTheyAreEndless) {
  Collected out;
  const std::size_t most = 1 << 20;
  const std::string bytes(2 * most + 5, 'x');
  out.add(bytes.substr(0, most + 7));
  out.add(bytes.substr(most + 7));
  out.add("\n");
  ASSERT_EQ(out.lines.size(), 3U);
  EXPECT_EQ(out.lines[0].size(), most);
  EXPECT_EQ(out.lines[1].size(), most);
  EXPECT_EQ(out.lines[2].size(), 5U);
}

TEST(Lines, OfExactlyTheMostStayWhole) {
  Collected out;
  const std::string line(1 << 20, 'x');
  out.add(line + "\nnext\n");
  ASSERT_EQ(out.lines.size(), 2U);
  EXPECT_EQ(out.lines[0], line);
  EXPECT_EQ(out.lines[1], "next");
}

}  // namespace
}  // namespace terroir
