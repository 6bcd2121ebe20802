#include "pipeline/job/shell_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace terroir {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

ShellWords split(const std::string& line) { return split_words({{line, false}}); }

TEST(ShellWords, AreCutAtSpacesOutsideOfQuotes) {
  EXPECT_THAT(split("terroir run  r.yml\t--input a=b ").words, ElementsAre("terroir", "run", "r.yml", "--input", "a=b"));
  EXPECT_THAT(split(R"(a 'b c'd "e  f" g\ h '')").words, ElementsAre("a", "b cd", "e  f", "g h", ""));
  EXPECT_THAT(split(R"(a "b\"c\\d\e" 'f\g"h' i\'j)").words, ElementsAre("a", R"(b"c\d\e)", R"(f\g"h)", "i'j"));
  EXPECT_THAT(split("").words, IsEmpty());
  EXPECT_EQ(split(R"(a 'b c'd "e" g\ h)").shell, "");
}

TEST(ShellWords, TellWhatNeedsAShell) {
  const std::vector<std::pair<std::string, std::string>> lines = {
      {"a && b", "'&'"},          {"a | b", "'|'"},          {"a; b", "';'"},
      {"a > b", "'>'"},           {"a < b", "'<'"},          {"a $B", "'$'"},
      {"a \"$B\"", "'$'"},        {"a `b`", "'`'"},          {"a \"`b`\"", "'`'"},
      {"a *.tif", "'*'"},         {"a ?.tif", "'?'"},        {"a [ab].tif", "'['"},
      {"a ~/b", "'~'"},           {"a # b", "'#'"},          {"(a)", "'('"},
      {"a {b,c}", "'{'"},         {"a {1..3}", "'{'"},       {"! a", "'!'"},
      {"A=b c", "an assignment"}, {"a\nb", "a second line"}, {"a 'b", "a quote that is not closed"},
      {"a \\", "'\\' at the end"}};
  for (const auto& [line, what] : lines) EXPECT_EQ(split(line).shell, what) << line;
}

TEST(ShellWords, LeaveAloneWhatAShellLeavesAlone) {
  for (const char* line : {"a '$B'", "a \\$B", "a '*' \\? '[x]'", "a b#c", "a b~c", "a {b} {} {c.d} x{time:%Y}y", "a b=c", "a '&&'",
                           "a 'A=b'", "'A'=b", "a \"{b,c}\"", "a x,y", "a ! b"})
    EXPECT_EQ(split(line).shell, line == std::string("a ! b") ? "'!'" : "") << line;
  EXPECT_THAT(split("a {b} {} x{time:%Y}y").words, ElementsAre("a", "{b}", "{}", "x{time:%Y}y"));
}

TEST(ShellWords, ValuesAreNeverRead) {
  const std::string wild = "it's $HOME; *";
  EXPECT_THAT(split_words({{"a --x=", false}, {wild, true}, {" 'b ", false}, {wild, true}, {"'", false}}).words,
              ElementsAre("a", "--x=" + wild, "b " + wild));
  EXPECT_EQ(split_words({{"a ", false}, {wild, true}}).shell, "");
}

TEST(ShellWords, OfALineAreThoseOfEachOfItsCommands) {
  const auto commands = split_commands({{"cd a&&terroir run 'r;s.yml' --x=", false}, {"p|q", true}, {"; b > c\n\nd |e \\; f &", false}});
  ASSERT_EQ(commands.size(), 5u);
  EXPECT_THAT(commands[0].words, ElementsAre("cd", "a"));
  EXPECT_THAT(commands[1].words, ElementsAre("terroir", "run", "r;s.yml", "--x=p|q"));
  EXPECT_EQ(commands[1].shell, "");
  EXPECT_EQ(commands[2].shell, "'>'");
  EXPECT_THAT(commands[3].words, ElementsAre("d"));
  EXPECT_THAT(commands[4].words, ElementsAre("e", ";", "f"));
  EXPECT_TRUE(split("a 'b").unclosed);
  EXPECT_FALSE(split("a 'b' \\'").unclosed);
  EXPECT_FALSE(split("# it's\nb").unclosed) << "in a comment";
  const auto commented = split_commands({{"# it's; gone\nb c # d; e\nf#g", false}});
  ASSERT_EQ(commented.size(), 2u);
  EXPECT_THAT(commented[0].words, ElementsAre("b", "c"));
  EXPECT_THAT(commented[1].words, ElementsAre("f#g"));
}

TEST(ShellWords, ValuesAreQuotedForAShell) {
  const std::string text =
      shell_text({{"a ", false}, {"/p q", true}, {" \"b ", false}, {"/p q", true}, {"\" 'c ", false}, {"it's", true}, {"'", false}});
  EXPECT_EQ(text, R"(a '/p q' "b "'/p q'"" 'c ''it'\''s''')");
  EXPECT_EQ(shell_text({{"a ", false}, {"/p/q.tif", true}}), "a /p/q.tif");
}

TEST(ShellWords, AreQuotedWhereNeeded) {
  EXPECT_EQ(quoted_word("/a/b-c.tif=1"), "/a/b-c.tif=1");
  EXPECT_EQ(quoted_word("a b"), "'a b'");
  EXPECT_EQ(quoted_word("it's"), R"('it'\''s')");
  EXPECT_EQ(quoted_word(""), "''");
}

}  // namespace
}  // namespace terroir
