#include "pipeline/adapters/yaml/yaml_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace terroir {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

/// "line:column problem" of each mistake.
std::vector<std::string> mistakes(const std::string& text, const YamlLimits& limits = {}) {
  std::vector<std::string> lines;
  for (const auto& d : read_yaml(text, limits).diagnostics)
    lines.push_back(std::to_string(d.at.line) + ":" + std::to_string(d.at.column) + " " + d.problem);
  return lines;
}

TEST(YamlReader, KeepsTextAndPlaces) {
  const auto parsed = read_yaml("a: 1e-05\nb:\n  - \"yes\"\n  - {c: True}\n");
  EXPECT_THAT(parsed.diagnostics, IsEmpty());
  const Value& root = parsed.root;
  EXPECT_EQ(root.find("a")->text(), "1e-05");
  EXPECT_EQ(root.find("a")->at(), (Position{1, 4}));
  EXPECT_TRUE(root.find("a")->plain());
  const auto& items = root.find("b")->items();
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(items[0].text(), "yes");
  EXPECT_FALSE(items[0].plain());
  EXPECT_EQ(items[0].at(), (Position{3, 5}));
  EXPECT_EQ(items[1].find("c")->boolean(), true);
  EXPECT_EQ(items[1].entries()[0].at, (Position{4, 6}));
}

TEST(YamlReader, NothingIsAValueAtItsKey) {
  const auto parsed = read_yaml("a:\n\n\nb: ~\n");
  EXPECT_THAT(parsed.diagnostics, IsEmpty());
  EXPECT_TRUE(parsed.root.find("a")->is_null());
  EXPECT_EQ(parsed.root.find("a")->at(), (Position{1, 1}));
  EXPECT_TRUE(parsed.root.find("b")->is_null());
  EXPECT_TRUE(read_yaml("").root.is_null());
  EXPECT_THAT(mistakes("# nothing\n"), IsEmpty());
}

TEST(YamlReader, DoubledKeysAreMistakes) {
  EXPECT_THAT(mistakes("a: 1\nb: {c: 1, c: 2}\na: 3\n"),
              ElementsAre("2:11 'c' is given twice, first in line 2", "3:1 'a' is given twice, first in line 1"));
  EXPECT_EQ(read_yaml("a: 1\na: 3\n").root.find("a")->text(), "1");
}

TEST(YamlReader, YamlThatIsMoreThanDataIsRefused) {
  EXPECT_THAT(mistakes("a: &x 1\nb: *x\n"), ElementsAre("1:4 an anchor (&) is not allowed", "2:4 an alias (*) is not allowed"));
  EXPECT_THAT(mistakes("a: !!python/object:os.system 1\n"), ElementsAre(StartsWith("1:4 a tag (tag:yaml.org,2002:python/object:os.syst")));
  EXPECT_THAT(mistakes("a: !custom {}\n"), ElementsAre("1:4 a tag (!custom) is not allowed"));
  EXPECT_THAT(mistakes("a: 1\n---\nb: 1\n"), ElementsAre("2:1 a second document begins here"));
  EXPECT_THAT(mistakes("{a: 1}: 2\n"), ElementsAre("1:1 a key must be text, not a map"));
  EXPECT_THAT(mistakes("? [a]\n: 2\n"), ElementsAre("1:3 a key must be text, not a list"));
}

TEST(YamlReader, SectionsWhoseMeaningIsOpenAreNamed) {
  const ParsedYaml parsed = read_yaml(
      "inputs:\n  a: &x {path: p}\nsteps:\n  b: {c: *x}\n  d: {e: 1, e: 2}\n  f: !t g\n  h: {i: {{j: k}: l}}\n  m: n\noutputs: *x\n");
  EXPECT_THAT(parsed.unclear, ElementsAre("outputs", "steps.b", "steps.d", "steps.f", "steps.h"));
  EXPECT_EQ(parsed.diagnostics.size(), 6u);  // an anchor leaves nothing open
  EXPECT_TRUE(parsed.whole);
  EXPECT_FALSE(read_yaml("a: [1, 2\nb: 3\n").whole);
  EXPECT_FALSE(read_yaml("a: 1\n---\nb: 1\n").whole);
  EXPECT_FALSE(read_yaml("a: 1\nb: \"c\nd: 3\n").whole);
}

TEST(YamlReader, SyntaxErrorsAreOneMistake) {
  EXPECT_THAT(mistakes("a: [1, 2\nb: 3\n"), ElementsAre(StartsWith("2:2 not YAML: ")));
  EXPECT_THAT(mistakes("a: 1\nb: \"c\nd: 3\n"), ElementsAre("2:4 the quote is not closed"));
  EXPECT_THAT(mistakes("a: 'it''s\n"), ElementsAre("1:4 the quote is not closed"));
  EXPECT_THAT(mistakes("\xEF\xBB\xBF"
                       "a: ['it''s', \"\\\"\", '', \"\"]\n"),
              IsEmpty());
  EXPECT_THAT(mistakes("a: {b: *nowhere}\n"), testing::SizeIs(1));
}

TEST(YamlReader, BombsEndAtTheLimits) {
  // A billion laughs needs aliases; each line is refused by itself.
  std::string laughs = "a: &a [x, x]\n";
  for (char c = 'b'; c < 'h'; ++c)
    laughs += std::string(1, c) + ": &" + c + " [*" + static_cast<char>(c - 1) + ", *" + static_cast<char>(c - 1) + "]\n";
  EXPECT_EQ(mistakes(laughs).size(), 7u + 12u);
  const auto nested = [](std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); };
  EXPECT_THAT(mistakes(nested(32)), IsEmpty());
  EXPECT_THAT(mistakes(nested(33)), ElementsAre("1:33 the document is nested deeper than 32 levels"));
  for (const std::string item : {"[", "{", "? ", "- "}) {
    std::string bomb;
    for (int i = 0; i < 50'000; ++i) bomb += item;
    EXPECT_THAT(mistakes(bomb), ElementsAre(testing::EndsWith("nested deeper than 32 levels"))) << item;
  }
  std::string block;
  for (int i = 0; i < 500; ++i) block += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
  EXPECT_THAT(mistakes(block), ElementsAre("33:33 the document is nested deeper than 32 levels"));
  EXPECT_THAT(mistakes("[a, b, c, d, e]", {100, 4, 5}), ElementsAre("1:14 the document has more than 5 values"));
  EXPECT_THAT(mistakes(std::string(101, ' '), {100, 4, 5}), ElementsAre("0:0 the file is larger than 100 bytes"));
}

TEST(YamlReader, TheLastOfDoubledKeysCountsWhereThatIsAskedFor) {
  const ParsedYaml parsed = read_yaml("a: {b: 1}\nc: 2\na: {d: 3}\na: 4\n", {}, DoubledKeys::keep_last);
  ASSERT_EQ(parsed.root.entries().size(), 2u);
  EXPECT_EQ(parsed.root.find("a")->text(), "4");
  EXPECT_EQ(parsed.root.entries()[0].at, (Position{4, 1}));
  ASSERT_EQ(parsed.diagnostics.size(), 2u);
  EXPECT_TRUE(parsed.diagnostics[0].warning);
  EXPECT_EQ(parsed.diagnostics[1].at, (Position{4, 1}));
  EXPECT_EQ(parsed.diagnostics[1].problem, "'a' is given twice, first in line 1, and the last one counts");
}

TEST(YamlReader, KeysKnowWhetherTheyWereQuoted) {
  const ParsedYaml parsed = read_yaml("yes: 1\n\"no\": 2\n'on': 3\n");
  EXPECT_TRUE(parsed.root.entries()[0].plain);
  EXPECT_FALSE(parsed.root.entries()[1].plain);
  EXPECT_FALSE(parsed.root.entries()[2].plain);
}

TEST(YamlReader, FilesThatAreNoTextAreTold) {
  EXPECT_THAT(mistakes(std::string("a: \0b", 5)), ElementsAre("1:4 the file holds a control character"));
  EXPECT_THAT(mistakes("a: 1\nb: \xff\n"), ElementsAre("2:4 the file is not UTF-8 text"));
  EXPECT_THAT(mistakes("a: \xed\xa0\x80\n"), ElementsAre("1:4 the file is not UTF-8 text"));
  EXPECT_THAT(mistakes("a: \"x\\0y\"\n"), ElementsAre("1:4 the text holds a null character"));
  EXPECT_THAT(mistakes("a: \xc3\xa4\xe2\x82\xac\n"), IsEmpty());
}

}  // namespace
}  // namespace terroir
