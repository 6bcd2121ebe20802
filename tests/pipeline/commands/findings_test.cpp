#include "pipeline/commands/findings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace terroir {
namespace {

using ::testing::ElementsAre;

const Finding good{"Libraries", "GDAL", Verdict::ok, "3.6.2", ""};
const Finding fair{"Machine", "open files", Verdict::note, "100", "allow more"};
const Finding bad{"Machine", "memory", Verdict::fault, "none", "buy some"};

TEST(Findings, MakeAPageOfAlignedLines) {
  EXPECT_EQ(findings_page({good, fair, bad}),
            "Libraries\n"
            "  ok     GDAL        3.6.2\n"
            "Machine\n"
            "  note   open files  100\n"
            "                     -> allow more\n"
            "  fault  memory      none\n"
            "                     -> buy some\n"
            "Terroir cannot run here: 1 fault.\n");
  EXPECT_EQ(findings_page({good}), "Libraries\n  ok     GDAL  3.6.2\nTerroir can run here.\n");
}

TEST(Findings, OnlyAFaultIsInTheWay) {
  EXPECT_FALSE(any_fault({good, fair}));
  EXPECT_TRUE(any_fault({good, bad}));
}

TEST(Findings, ComeThroughJsonUnchanged) {
  EXPECT_THAT(parse_findings(findings_json({good, fair, bad})), ElementsAre(good, fair, bad));
  const auto json = nlohmann::json::parse(findings_json({good, bad}));
  EXPECT_EQ(json["can_run"], false);
  EXPECT_EQ(json["findings"][1]["verdict"], "fault");
}

TEST(Findings, OfRanksThatAgreeAreToldOnce) {
  EXPECT_THAT(merge_findings({{0, "a", {good, fair}}, {1, "b", {good, fair}}}), ElementsAre(good, fair));
}

TEST(Findings, OfRanksThatDifferAreNamed) {
  Finding less = fair;
  less.value = "50";
  EXPECT_THAT(merge_findings({{0, "a", {good, fair}}, {1, "a", {fair}}, {2, "b", {less}}, {5, "c", {less}}}),
              ElementsAre(good, fair, Finding{"Machine", "open files", Verdict::note, "50 (rank 2 on b and 1 more)", "allow more"}));
}

TEST(Findings, RanksWithOtherLibrariesAreNoJob) {
  Finding other = good;
  other.value = "3.4.1";
  const auto merged = merge_findings({{0, "a", {good}}, {1, "b", {other}}});
  ASSERT_EQ(merged.size(), 2u);
  EXPECT_EQ(merged[1].value, "3.4.1 (rank 1 on b)");
  EXPECT_EQ(merged[1].verdict, Verdict::fault);
}

}  // namespace
}  // namespace terroir
