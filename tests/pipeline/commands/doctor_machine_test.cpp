#include "pipeline/commands/doctor_checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace terroir {
namespace {

using ::testing::HasSubstr;

constexpr std::size_t mebibyte = std::size_t{1} << 20;

Finding named(const std::vector<Finding>& findings, const std::string& what) {
  const auto found = std::find_if(findings.begin(), findings.end(), [&](const Finding& f) { return f.what == what; });
  return found == findings.end() ? Finding{} : *found;
}

MachineFacts roomy() {
  MachineFacts facts;
  facts.memory = {{"/sys/fs/cgroup/memory.max", 2048 * mebibyte}, {"MemTotal", 16384 * mebibyte}};
  facts.local_ranks = 4;
  facts.local_processors = facts.online_processors = 8;
  facts.allowed_processors = 8;
  facts.open_files = 1024;
  facts.shared_memory = 64 * mebibyte;
  return facts;
}

TEST(DoctorMachine, FindsNothingWrongWhereThereIsRoom) {
  for (const auto& finding : check_machine(roomy())) EXPECT_EQ(finding.verdict, Verdict::ok) << finding.what;
}

TEST(DoctorMachine, SaysWhatLimitsTheMemory) {
  // 80 % of 2 GiB are 1638 MiB, a quarter of which is 410 MiB.
  EXPECT_EQ(named(check_machine(roomy()), "memory").value,
            "2.0 GiB by /sys/fs/cgroup/memory.max (MemTotal 16 GiB); each of 4 ranks may take 410 MiB");
  MachineFacts facts = roomy();
  facts.local_ranks = 16;
  EXPECT_EQ(named(check_machine(facts), "memory").verdict, Verdict::note) << "102 MiB for a rank";
  facts.memory.clear();
  EXPECT_EQ(named(check_machine(facts), "memory").verdict, Verdict::note);
}

TEST(DoctorMachine, NotesBoundRanks) {
  MachineFacts facts = roomy();
  facts.local_processors = 4;
  EXPECT_EQ(named(check_machine(facts), "processors").verdict, Verdict::ok) << "a container may have fewer";
  facts.bound = true;
  EXPECT_EQ(named(check_machine(facts), "processors").value, "4 of 8 for the ranks of this host: mpirun has bound them");
  EXPECT_EQ(named(check_machine(facts), "processors").verdict, Verdict::note);
}

TEST(DoctorMachine, NotesFewOpenFilesAndLittleSharedMemory) {
  MachineFacts facts = roomy();
  facts.open_files = 255;
  facts.shared_memory = 63 * mebibyte;
  EXPECT_EQ(named(check_machine(facts), "open files").verdict, Verdict::note);
  EXPECT_EQ(named(check_machine(facts), "/dev/shm").verdict, Verdict::note) << "8 processors, so perhaps 8 ranks";
  facts.shared_memory.reset();
  EXPECT_EQ(named(check_machine(facts), "/dev/shm").value, "there is none");
}

TEST(DoctorMachine, ComparesLoadedLibrariesWithBuiltOnes) {
  EXPECT_EQ(check_library({"GDAL", "3.6.2", "3.6.2"}), (Finding{"Libraries", "GDAL", Verdict::ok, "3.6.2", ""}));
  EXPECT_EQ(check_library({"libdeflate", "", "1.14"}).value, "1.14");
  EXPECT_EQ(check_library({"GDAL", "3.8.0", "3.6.2"}).value, "3.8.0, built with 3.6.2");
  EXPECT_EQ(check_library({"GDAL", "3.8.0", "3.6.2"}).verdict, Verdict::note);
}

TEST(DoctorMachine, NeedsTheDatabaseOfProj) {
  EXPECT_EQ(check_proj({{}, "/usr/share/proj/proj.db"}).verdict, Verdict::ok);
  EXPECT_EQ(check_proj({{}, ""}).verdict, Verdict::fault);
}

TEST(DoctorMachine, WantsGdalLockedDown) {
  for (const auto& finding : check_gdal({{}, {"GTiff", "COG"}, {}})) EXPECT_EQ(finding.verdict, Verdict::ok);
  EXPECT_EQ(check_gdal({{}, {"GTiff", "VRT"}, {}})[0].verdict, Verdict::note);
  EXPECT_EQ(check_gdal({{}, {"GTiff"}, {"PROJ's network is on"}})[1].verdict, Verdict::fault);
}

TEST(DoctorMachine, TellsAMixedMpi) {
  const MpiRelease linked{"Open MPI", "4.1.4"};
  const auto said = [](const std::string& text) { return ProgramAnswer{true, 0, text}; };
  EXPECT_EQ(check_mpirun({"/usr/bin/mpirun", said("mpirun (Open MPI) 4.1.4\n"), linked}).verdict, Verdict::ok);
  const Finding other = check_mpirun({"/usr/local/bin/mpirun", said("mpirun (Open MPI) 4.1.0\n"), linked});
  EXPECT_EQ(other.verdict, Verdict::fault);
  EXPECT_EQ(other.value, "/usr/local/bin/mpirun: Open MPI 4.1.0; the program is linked with Open MPI 4.1.4");
  EXPECT_EQ(check_mpirun({"/bin/mpirun", said("HYDRA build details:\n    Version:    4.0.2\n"), linked}).value,
            "/bin/mpirun: MPICH 4.0.2; the program is linked with Open MPI 4.1.4");
  EXPECT_THAT(check_mpirun({"/bin/mpirun", said("what?"), linked}).value, HasSubstr("/bin/mpirun: does not say what it is"));
}

TEST(DoctorMachine, TellsAnMpirunThatCannotBeAsked) {
  const MpiRelease linked{"Open MPI", "4.1.4"};
  EXPECT_EQ(check_mpirun({std::nullopt, std::nullopt, linked}).verdict, Verdict::note) << "alone, terroir needs none";
  EXPECT_EQ(check_mpirun({"/bin/mpirun", std::nullopt, linked}).value, "/bin/mpirun cannot be started");
  EXPECT_EQ(check_mpirun({"/bin/mpirun", ProgramAnswer{}, linked}).value, "/bin/mpirun --version does not end");
  EXPECT_EQ(check_mpirun({"/bin/mpirun", ProgramAnswer{}, linked}).verdict, Verdict::fault);
}

TEST(DoctorMachine, RootMustBeAllowed) {
  EXPECT_EQ(check_user(false, false).verdict, Verdict::ok);
  EXPECT_EQ(check_user(true, true).verdict, Verdict::ok);
  EXPECT_EQ(check_user(true, false).verdict, Verdict::note);
}

TEST(DoctorMachine, ListsNamesOfVariables) {
  EXPECT_EQ(check_azure({"AZUREML_RUN_ID", "AZUREML_RUN_TOKEN"}).value, "AZUREML_RUN_ID and AZUREML_RUN_TOKEN");
  EXPECT_THAT(check_azure({}).value, HasSubstr("none"));
}

}  // namespace
}  // namespace terroir
