#include "pipeline/commands/start_checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace terroir {
namespace {

using ::testing::HasSubstr;

WorldFacts four_ranks() {
  WorldFacts facts;
  facts.ranks = facts.launched = 4;
  facts.hosts = {"node1", "node1", "node2", "node1"};
  return facts;
}

TEST(StartChecks, CountRanksAndHosts) {
  const Finding finding = check_world(four_ranks());
  EXPECT_EQ(finding.verdict, Verdict::ok);
  EXPECT_EQ(finding.value, "4 ranks on 2 hosts: node1 3, node2 1");
  WorldFacts alone;
  alone.hosts = {"node1"};
  EXPECT_EQ(check_world(alone).value, "alone, not under mpirun");
}

TEST(StartChecks, NameTheFirstHosts) {
  WorldFacts facts;
  facts.ranks = facts.launched = 12;
  for (int i = 10; i < 22; ++i) facts.hosts.push_back("n" + std::to_string(i));
  EXPECT_EQ(check_world(facts).value, "12 ranks on 12 hosts: n10 1, n11 1, n12 1, n13 1, n14 1, n15 1, n16 1, n17 1 and others");
}

TEST(StartChecks, ALaunchOfSeveralThatMpiDoesNotSee) {
  WorldFacts facts;
  facts.launched = 4;
  facts.hosts = {"node1"};
  const Finding finding = check_world(facts);
  EXPECT_EQ(finding.verdict, Verdict::fault);
  EXPECT_EQ(finding.value, "mpirun has started 4 ranks, and MPI sees 1");
}

TEST(StartChecks, ALauncherOfAnotherMpi) {
  WorldFacts facts;
  facts.hosts = {"node1"};
  facts.foreign = "PMI_SIZE=4";
  const Finding finding = check_world(facts);
  EXPECT_EQ(finding.verdict, Verdict::fault);
  EXPECT_THAT(finding.value, HasSubstr("(PMI_SIZE=4)"));
}

TEST(StartChecks, AnotherNumberOfRanksThanExpected) {
  WorldFacts facts = four_ranks();
  facts.expected = 4;
  EXPECT_EQ(check_world(facts).verdict, Verdict::ok);
  facts.expected = 8;
  EXPECT_EQ(check_world(facts).verdict, Verdict::fault);
  EXPECT_EQ(check_world(facts).value, "the job has 4 ranks, and --expect-ranks says 8");
}

TEST(StartChecks, FewerHostsThanAzureMlHasGiven) {
  WorldFacts facts = four_ranks();
  facts.wanted_hosts = 2;
  EXPECT_EQ(check_world(facts).verdict, Verdict::ok);
  facts.wanted_hosts = 3;
  EXPECT_EQ(check_world(facts).verdict, Verdict::note);
  EXPECT_THAT(check_world(facts).value, HasSubstr("Azure ML has given the job 3"));
}

TEST(StartChecks, ALauncherOfTheSameOpenMpi) {
  const MpiRelease mpi{"Open MPI", "4.1.4"};
  EXPECT_EQ(check_launcher({mpi, "/usr/lib/libopen-rte.so.40", "/usr/lib/libopen-rte.so.40", ""}).verdict, Verdict::ok);
  EXPECT_EQ(check_launcher({mpi, "/usr/lib/libopen-rte.so.40", "", ""}).verdict, Verdict::ok) << "it does not tell";
  EXPECT_EQ(check_launcher({{"Open MPI", "5.0.3"}, "", "", "/usr/lib/libprrte.so.3"}).verdict, Verdict::ok) << "both are new";
}

TEST(StartChecks, ALauncherOfAnotherOpenMpi) {
  const MpiRelease mpi{"Open MPI", "4.1.4"};
  const Finding finding = check_launcher({mpi, "/usr/lib/libopen-rte.so.40", "/usr/local/lib/libopen-rte.so.40", ""});
  EXPECT_EQ(finding.verdict, Verdict::note);
  EXPECT_EQ(finding.value,
            "mpirun uses /usr/local/lib/libopen-rte.so.40, and the program is linked with Open MPI 4.1.4, /usr/lib/libopen-rte.so.40");
  EXPECT_EQ(check_launcher({mpi, "/usr/lib/libopen-rte.so.40", "", "/opt/lib/libprrte.so.3"}).verdict, Verdict::note);
  EXPECT_EQ(check_launcher({{"Open MPI", "5.0.3"}, "", "/usr/lib/libopen-rte.so.40", ""}).verdict, Verdict::note);
}

TEST(StartChecks, ThreadsWithoutAProcessorOfTheirOwn) {
  EXPECT_EQ(check_mask(2, 2).verdict, Verdict::ok);
  EXPECT_EQ(check_mask(4, 1).verdict, Verdict::note);
  EXPECT_EQ(check_mask(4, 1).value, "4 threads of a rank share 1 processor");
}

}  // namespace
}  // namespace terroir
