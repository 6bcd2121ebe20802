#include "pipeline/job/command_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace terroir {
namespace {

using testing::ElementsAre;

/// The pieces as one line: text as it is, [in:NAME] and [out:NAME], a group's number behind a piece.
std::string flat(const std::string& command) {
  std::string line;
  for (const auto& piece : split_command(command).pieces) {
    const bool text = piece.kind == CommandPiece::Kind::text;
    line += text ? piece.text : (piece.kind == CommandPiece::Kind::input ? "[in:" : "[out:") + piece.text + "]";
    if (piece.group > 0) line += "/" + std::to_string(piece.group);
  }
  return line;
}

TEST(CommandText, IsCutAtItsNames) {
  EXPECT_EQ(flat("a ${{inputs.b}} c${{ outputs.d }}"), "a [in:b] c[out:d]");
  EXPECT_EQ(flat("${{inputs.b}}${{inputs.c}}"), "[in:b][in:c]");
  EXPECT_EQ(flat("a $B ${C} {d} ]] {{e}}"), "a $B ${C} {d} ]] {{e}}");
  EXPECT_EQ(flat(""), "");
}

TEST(CommandText, KnowsTheOldForm) {
  EXPECT_EQ(flat("a {inputs.b} {outputs.c}"), "a [in:b] [out:c]");
  EXPECT_TRUE(split_command("a {inputs.b}").single_braces);
  EXPECT_FALSE(split_command("a ${{inputs.b}} {{inputs.c}} {inputs.d}} {e}").single_braces);
}

TEST(CommandText, NumbersItsOptionalGroups) {
  EXPECT_EQ(flat("a $[[--b ${{inputs.b}}]] c $[[ ${{inputs.d}} ]]"), "a --b /1[in:b]/1 c  /2[in:d]/2 /2");
}

TEST(CommandText, TellsEveryMistake) {
  std::vector<std::string> problems;
  for (const auto& complaint : split_command("$[[a $[[ ${{x.y}} ${{inputs.}} ${{inputs.b").complaints)
    problems.push_back(complaint.problem);
  EXPECT_THAT(problems, ElementsAre("'$[[' stands in another '$[['", "'${{x.y}}' is not known here", "'${{inputs.}}' names nothing",
                                    "'${{' is not closed", "'$[[' is not closed"));
}

}  // namespace
}  // namespace terroir
