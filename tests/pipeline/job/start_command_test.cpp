#include "pipeline/job/start_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace terroir {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Key;
using ::testing::Not;
using ::testing::Pair;

LaunchPlan plan_of(std::vector<std::string> words) {
  LaunchPlan plan;
  plan.words = std::move(words);
  plan.folder = "/job";
  return plan;
}

TEST(StartCommand, OnOneMachine) {
  LaunchPlan plan = plan_of({"terroir", "run", "valley.yml"});
  plan.ranks = 4;
  const StartCommand start = start_command(plan, {});
  EXPECT_THAT(start.words, ElementsAre("mpirun", "-n", "4", "--bind-to", "none", "--output-filename", "user_logs/.ranks:nocopy",
                                       "--merge-stderr-to-stdout", "terroir", "run", "valley.yml"));
  EXPECT_THAT(start.environment, Contains(Pair("OMPI_ALLOW_RUN_AS_ROOT", "1")));
  EXPECT_THAT(start.environment, Contains(Pair("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1")));
  EXPECT_THAT(start.environment, Contains(Pair("OMPI_MCA_rmaps_base_oversubscribe", "1")));
  EXPECT_THAT(start.environment, Contains(Pair("PMIX_MCA_gds", "hash")));
  EXPECT_THAT(start.environment, Contains(Pair("TERROIR_ONE_MACHINE", "1")));
  EXPECT_THAT(start.environment, Contains(Pair("OMPI_MCA_btl", "self,vader,tcp")));
  EXPECT_THAT(start.environment, Contains(Pair("OMPI_MCA_pml", "ob1")));
}

TEST(StartCommand, OnSeveralHostsLooksAfterThemAndKeepsToTheirSlots) {
  LaunchPlan plan = plan_of({"terroir", "run", "valley.yml"});
  plan.hostfile = "/etc/hosts.mpi";
  const StartCommand start = start_command(plan, {});
  const auto option = std::find(start.words.begin(), start.words.end(), "--hostfile");
  ASSERT_NE(option, start.words.end());
  EXPECT_EQ(option[1], "/etc/hosts.mpi");
  EXPECT_THAT(start.environment, Contains(Pair("OMPI_MCA_oob_tcp_keepalive_time", "3")));
  EXPECT_THAT(start.environment, Contains(Pair("OMPI_MCA_oob_tcp_keepalive_intvl", "1")));
  EXPECT_THAT(start.environment, Contains(Pair("OMPI_MCA_oob_tcp_keepalive_probes", "3")));
  EXPECT_THAT(start.environment, Not(Contains(Key("OMPI_MCA_rmaps_base_oversubscribe"))));
  EXPECT_THAT(start.environment, Not(Contains(Key("TERROIR_ONE_MACHINE"))));
}

TEST(StartCommand, KeepsWhatTheUserHasSetForOpenMpi) {
  LaunchPlan plan = plan_of({"x"});
  plan.environment = {{"OMPI_MCA_btl", "self,tcp"}};
  const StartCommand start = start_command(plan, {{"OMPI_MCA_pml", "ucx"}, {"OMPI_MCA_rmaps_base_oversubscribe", "0"}});
  EXPECT_THAT(start.environment, Contains(Pair("OMPI_MCA_pml", "ucx")));
  EXPECT_THAT(start.environment, Contains(Pair("OMPI_MCA_btl", "self,tcp")));
  EXPECT_THAT(start.environment, Contains(Pair("OMPI_MCA_rmaps_base_oversubscribe", "0")));
  EXPECT_EQ(std::count_if(start.environment.begin(), start.environment.end(), [](const auto& v) { return v.first == "OMPI_MCA_pml"; }), 1);
}

TEST(StartCommand, NamesThePlansVariablesButNeverTheirValues) {
  LaunchPlan plan = plan_of({"x"});
  plan.environment = {{"MODE", "fast"}, {"API_TOKEN", "planted-value"}};
  const StartCommand start = start_command(plan, {{"MODE", "slow"}, {"HOME", "/home/me"}});
  EXPECT_THAT(start.environment, Contains(Pair("API_TOKEN", "planted-value")));
  EXPECT_THAT(start.environment, Contains(Pair("MODE", "fast"))) << "the plan's wins";
  EXPECT_THAT(start.environment, Not(Contains(Pair("MODE", "slow"))));
  EXPECT_THAT(start.environment, Contains(Pair("HOME", "/home/me")));
  EXPECT_THAT(start.words, ElementsAre("mpirun", "-n", "1", "--bind-to", "none", "--output-filename", "user_logs/.ranks:nocopy",
                                       "--merge-stderr-to-stdout", "-x", "API_TOKEN", "-x", "MODE", "x"));
  for (const auto& word : start.words) EXPECT_THAT(word, Not(HasSubstr("planted")));
}

TEST(StartCommand, TakesAccessToStorageToOtherHosts) {
  LaunchPlan plan = plan_of({"x"});
  plan.hostfile = "/hosts";
  const Variables own{{"AZURE_STORAGE_ACCOUNT", "a"}, {"GDAL_HTTP_TIMEOUT", "9"}, {"OMPI_MCA_pml", "ob1"}, {"EDITOR", "vi"}};
  const auto words = start_command(plan, own).words;
  EXPECT_THAT(words, Contains("AZURE_STORAGE_ACCOUNT"));
  EXPECT_THAT(words, Contains("GDAL_HTTP_TIMEOUT"));
  EXPECT_THAT(words, Not(Contains("EDITOR")));
  EXPECT_THAT(words, Not(Contains("OMPI_MCA_pml"))) << "mpirun passes its own settings on";
  plan.hostfile.clear();
  EXPECT_THAT(start_command(plan, own).words, Not(Contains("-x"))) << "processes of this machine inherit them";
}

TEST(StartCommand, WithoutMpiIsTheCommandItself) {
  LaunchPlan plan = plan_of({"sh", "-c", "echo $A"});
  plan.mpi = false;
  plan.environment = {{"A", "1"}};
  const StartCommand start = start_command(plan, {{"PATH", "/bin"}});
  EXPECT_THAT(start.words, ElementsAre("sh", "-c", "echo $A"));
  EXPECT_THAT(start.environment, ElementsAre(Pair("PATH", "/bin"), Pair("A", "1")));
}

}  // namespace
}  // namespace terroir
