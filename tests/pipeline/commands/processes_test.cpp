#include "pipeline/commands/processes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

namespace terroir {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

struct Answer {
  int code = 0;
  std::string out, errors;
};

Answer processes(const std::vector<std::string>& arguments) {
  std::ostringstream out, errors;
  const int code = run_processes(arguments, out, errors);
  return {code, out.str(), errors.str()};
}

TEST(Processes, FormsOfTheCatalogue) {
  EXPECT_THAT(processes({}).out, HasSubstr("  slope "));
  EXPECT_THAT(processes({"slope"}).out, StartsWith("slope (terrain)\n"));
  EXPECT_THAT(processes({"--json", "slope"}).out, StartsWith("{\n  \"name\": \"slope\""));
  EXPECT_THAT(processes({"--json"}).out, StartsWith("[\n"));
  EXPECT_THAT(processes({"--schema"}).out, HasSubstr("json-schema.org"));
  EXPECT_THAT(processes({"--markdown"}).out, StartsWith("# Processes\n"));
  EXPECT_EQ(processes({"slope"}).code, 0);
}

TEST(Processes, HelpIsAskedForInTwoWays) {
  EXPECT_THAT(processes({"--help"}).out, StartsWith("terroir processes [NAME]"));
  EXPECT_EQ(processes({"-h"}).out, processes({"--help"}).out);
  EXPECT_EQ(processes({"-h"}).code, 0);
}

TEST(Processes, MistakesAreTold) {
  const Answer unknown = processes({"slop"});
  EXPECT_EQ(unknown.code, 2);
  EXPECT_THAT(unknown.out, IsEmpty());
  EXPECT_EQ(unknown.errors, "terroir processes: there is no process 'slop'; did you mean 'slope'?\n");
  EXPECT_EQ(processes({"--xml"}).errors, "terroir processes: unknown option '--xml'; use --json, --schema or --markdown\n");
  EXPECT_EQ(processes({"slope", "tpi"}).code, 2);
  EXPECT_EQ(processes({"slope", "--schema"}).errors, "terroir processes: --schema is of the whole catalogue; leave out 'slope'\n");
}

}  // namespace
}  // namespace terroir
