#include "pipeline/commands/job_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <sstream>

namespace terroir {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

struct Parsed {
  std::optional<JobArguments> options;
  std::string out, errors;
  int code = 0;
};

Parsed parse(const std::string& command, const std::vector<std::string>& words) {
  Parsed result;
  std::ostringstream out, errors;
  result.options = parse_job_options(command, "What it does.", words, out, errors, result.code);
  result.out = out.str();
  result.errors = errors.str();
  return result;
}

TEST(JobArguments, AreAllTaken) {
  const auto parsed = parse(
      "launch",
      {"j.yml", "--input", "dem=a=b", "--output",   "o=/x", "--datastore", "d=/y", "--set",         "a.b=c",        "--set", "d=", "--step",
       "s",     "--ranks", "3",       "--hostfile", "h",    "--retries",   "2",    "--allow-shell", "--experiment", "e"});
  ASSERT_TRUE(parsed.options) << parsed.errors;
  const JobArguments& options = *parsed.options;
  EXPECT_EQ(options.file, "j.yml");
  EXPECT_EQ(options.step, "s");
  EXPECT_THAT(options.sets, ElementsAre(Pair("a.b", "c"), Pair("d", "")));
  EXPECT_THAT(options.launch.inputs, ElementsAre(Pair("dem", "a=b")));
  EXPECT_THAT(options.launch.outputs, ElementsAre(Pair("o", "/x")));
  EXPECT_THAT(options.launch.datastores, ElementsAre(Pair("d", "/y")));
  EXPECT_EQ(options.launch.ranks, 3);
  EXPECT_EQ(options.launch.hostfile, "h");
  EXPECT_EQ(options.launch.retries, 2);
  EXPECT_TRUE(options.launch.allow_shell);
  EXPECT_EQ(options.launch.experiment, "e");
  EXPECT_EQ(options.launch.here, std::filesystem::current_path().string());
  EXPECT_EQ(options.launch.environment.at("PATH"), std::getenv("PATH"));
}

TEST(JobArguments, OfACheckAreFewer) {
  EXPECT_TRUE(parse("check", {"j.yml", "--datastore", "d=/y", "--set", "a=b", "--step", "s"}).options);
  for (const char* option : {"--ranks=2", "--hostfile=h", "--retries=1", "--allow-shell", "--experiment=e"})
    EXPECT_THAT(parse("check", {"j.yml", option}).errors, HasSubstr("unrecognised option")) << option;
}

TEST(JobArguments, KnowWhichGoWithJobsOnly) {
  EXPECT_EQ(parse("check", {"j.yml", "--input", "a=b"}).options->job_only, "");
  EXPECT_EQ(parse("check", {"j.yml", "--set", "a=b"}).options->job_only, "--set");
}

TEST(JobArguments, TellWhatIsWrongInOneLine) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> wrong = {
      {{}, "name a job"},
      {{"a", "b"}, "name one file only"},
      {{"a", "--input", "dem"}, "--input dem has no value; give NAME=VALUE"},
      {{"a", "--output", "o=1", "--output", "o=2"}, "--output o is given twice; keep one"},
      {{"a", "--datastore", "=x"}, "--datastore =x has no name; give NAME=VALUE"},
      {{"a", "--output", "o="}, "--output o= names no folder; give o=FOLDER"},
      {{"a", "--datastore", "d="}, "--datastore d= names no folder; give d=FOLDER"},
      {{"a", "--set", "=x"}, "--set =x has no key; give KEY=VALUE"},
      {{"a", "--ranks", "0"}, "--ranks must be between 1 and 100000"},
      {{"a", "--retries", "-1"}, "--retries must be between 0 and 1000"},
      {{"a", "--retires", "1"}, "unrecognised option '--retires'"}};
  for (const auto& [words, message] : wrong) {
    const auto parsed = parse("launch", words);
    EXPECT_FALSE(parsed.options);
    EXPECT_EQ(parsed.code, 2);
    EXPECT_EQ(parsed.errors, "terroir launch: " + message + "; see terroir launch --help\n");
  }
}

TEST(JobArguments, HelpShowsWhatACommandTakes) {
  const auto launch = parse("launch", {"--help"});
  EXPECT_EQ(launch.code, 0);
  EXPECT_THAT(launch.out, HasSubstr("terroir launch JOB [options]\nWhat it does.\n"));
  EXPECT_THAT(launch.out, HasSubstr("--hostfile"));
  EXPECT_EQ(parse("launch", {"-h"}).out, launch.out);
  const auto check = parse("check", {"--help"});
  EXPECT_THAT(check.out, HasSubstr("terroir check RECIPE|JOB [options]"));
  EXPECT_THAT(check.out, Not(HasSubstr("--hostfile")));
}

}  // namespace
}  // namespace terroir
