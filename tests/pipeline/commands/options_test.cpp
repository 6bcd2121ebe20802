#include "pipeline/commands/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

namespace terroir {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Parsed {
  std::optional<RecipeOptions> options;
  std::string out, errors;
  int code = 0;
};

Parsed parse(const std::string& command, const std::vector<std::string>& words) {
  Parsed result;
  std::ostringstream out, errors;
  result.options = parse_recipe_options(command, "What it does.", words, out, errors, result.code);
  result.out = out.str();
  result.errors = errors.str();
  return result;
}

TEST(Options, BindNamesToValues) {
  const auto parsed = parse("run", {"r.yml", "--input", "dem=a=b.tif", "--input", "year=2024", "--output", "out=/mnt/x"});
  ASSERT_TRUE(parsed.options);
  EXPECT_EQ(parsed.options->recipe, "r.yml");
  EXPECT_EQ(parsed.options->bindings.inputs, (std::map<std::string, std::string>{{"dem", "a=b.tif"}, {"year", "2024"}}));
  EXPECT_EQ(parsed.options->bindings.outputs, (std::map<std::string, std::string>{{"out", "/mnt/x"}}));
  EXPECT_EQ(parsed.options->memory, 0u);
  EXPECT_FALSE(parsed.options->overwrite || parsed.options->verify || parsed.options->quiet || parsed.options->json);
}

TEST(Options, AreAllTaken) {
  const auto parsed = parse("run", {"--memory", "1.5G", "--threads=3", "--overwrite", "--verify", "--quiet", "--json", "--schedule",
                                    "static", "--block", "32x64", "--expect-ranks", "4", "r.yml"});
  ASSERT_TRUE(parsed.options);
  EXPECT_EQ(parsed.options->memory, std::size_t{3} << 29);
  EXPECT_EQ(parsed.options->threads, 3);
  EXPECT_EQ(parsed.options->expect_ranks, 4);
  EXPECT_TRUE(parsed.options->overwrite && parsed.options->verify && parsed.options->quiet && parsed.options->json);
  EXPECT_TRUE(parsed.options->fixed_schedule);
  EXPECT_EQ(parsed.options->block, (Shape{32, 64}));
}

TEST(Options, TellWhatIsWrongInOneLine) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> wrong = {
      {{}, "name a recipe"},
      {{"a.yml", "b.yml"}, "name one file only"},
      {{"a.yml", "--input", "dem"}, "--input dem has no value; give NAME=VALUE"},
      {{"a.yml", "--output", "=x"}, "--output =x has no name"},
      {{"a.yml", "--input", "dem=a", "--input", "dem=b"}, "--input dem is given twice; keep one"},
      {{"a.yml", "--output", "o=a", "--output", "o=a"}, "--output o is given twice; keep one"},
      {{"a.yml", "--memory", "lots"}, "--memory lots is no size"},
      {{"a.yml", "--memory", "0"}, "--memory 0 is no size"},
      {{"a.yml", "--threads", "0"}, "--threads must be between 1 and 1024"},
      {{"a.yml", "--expect-ranks", "0"}, "--expect-ranks must be 1 or more"},
      {{"a.yml", "--schedule", "fair"}, "--schedule must be dynamic or static"},
      {{"a.yml", "--block", "32"}, "--block must be ROWSxCOLS"},
      {{"a.yml", "--frobnicate"}, "frobnicate"}};
  for (const auto& [words, text] : wrong) {
    const auto parsed = parse("run", words);
    EXPECT_FALSE(parsed.options);
    EXPECT_EQ(parsed.code, 2);
    EXPECT_THAT(parsed.errors, HasSubstr(text));
    EXPECT_EQ(std::count(parsed.errors.begin(), parsed.errors.end(), '\n'), 1);
    EXPECT_EQ(parsed.out, "");
  }
}

TEST(Options, HelpShowsWhatACommandTakes) {
  const auto run = parse("run", {"--help"});
  EXPECT_FALSE(run.options);
  EXPECT_EQ(run.code, 0);
  EXPECT_THAT(run.out, HasSubstr("--overwrite"));
  EXPECT_THAT(run.out, Not(HasSubstr("--block")));
  EXPECT_EQ(parse("run", {"-h"}).out, run.out);
  const auto plan = parse("plan", {"--help"});
  EXPECT_THAT(plan.out, HasSubstr("--input"));
  EXPECT_THAT(plan.out, Not(HasSubstr("--overwrite")));
  EXPECT_FALSE(parse("plan", {"r.yml", "--overwrite"}).options);
}

TEST(Options, SizesAreInPowersOf1024) {
  EXPECT_EQ(parse_bytes("1000"), 1000u);
  EXPECT_EQ(parse_bytes("2K"), 2048u);
  EXPECT_EQ(parse_bytes("2GiB"), std::size_t{2} << 30);
  EXPECT_EQ(parse_bytes("0.5gb"), std::nullopt);
  EXPECT_EQ(parse_bytes("0.5gB"), std::size_t{1} << 29);
  for (const char* wrong : {"", "G", "-1G", "1X", "1GG", "nan", "inf"}) EXPECT_EQ(parse_bytes(wrong), std::nullopt) << wrong;
}

}  // namespace
}  // namespace terroir
