#include "pipeline/commands/doctor_checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace terroir {
namespace {

using ::testing::HasSubstr;
using enum StorageOperation;

constexpr StorageOperation all[] = {write, close, read, replace, list, remove, rename, append, update, map, lock_range, lock_file};

StorageFacts working() {
  StorageFacts facts;
  for (const StorageOperation operation : all) facts.probes.push_back({operation, true, ""});
  facts.free_bytes = std::uint64_t{5} << 30;
  facts.written = std::uint64_t{64} << 20;
  facts.seconds = 0.5;
  return facts;
}

TEST(DoctorStorage, FindsNothingWrongWithADisk) {
  const auto findings = check_storage("/data", working());
  ASSERT_EQ(findings.size(), 15u);
  for (const auto& finding : findings) {
    EXPECT_EQ(finding.verdict, Verdict::ok) << finding.what;
    EXPECT_EQ(finding.group, "Storage of /data");
  }
  EXPECT_EQ(findings[13].value, "5.0 GiB");
  EXPECT_EQ(findings[14].value, "64 MiB in 0.50 s, 134 MB/s, as the system takes it");
}

TEST(DoctorStorage, ToleratesWhatRunsDoNotNeed) {
  for (const StorageOperation operation : {rename, append, update, map, lock_range, lock_file}) {
    StorageFacts facts = working();
    facts.probes[static_cast<std::size_t>(operation)] = {operation, false, "Function not implemented"};
    const Finding finding = check_storage("/data", facts)[static_cast<std::size_t>(operation)];
    EXPECT_EQ(finding.verdict, Verdict::note) << finding.what;
    EXPECT_EQ(finding.value, "Function not implemented");
    EXPECT_THAT(finding.remedy, HasSubstr("fine: "));
  }
}

TEST(DoctorStorage, InsistsOnWhatRunsNeed) {
  for (const StorageOperation operation : {write, close, read, replace, list, remove}) {
    StorageFacts facts = working();
    facts.probes.resize(static_cast<std::size_t>(operation) + 1);
    facts.probes.back() = {operation, false, "it is broken"};
    const auto findings = check_storage("/data", facts);
    ASSERT_EQ(findings.size(), facts.probes.size()) << "nothing is said of what was not tried";
    EXPECT_EQ(findings.back().verdict, Verdict::fault) << findings.back().what;
  }
}

TEST(DoctorStorage, SaysOnceThatThereIsNoFolder) {
  StorageFacts facts;
  facts.problem = "cannot be looked at";
  const auto findings = check_storage("/data", facts);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].verdict, Verdict::fault);
}

TEST(DoctorStorage, NotesLittleSpaceAndMeasuresNothingThere) {
  StorageFacts facts = working();
  facts.free_bytes = 1000;
  facts.written = 0;
  const auto findings = check_storage("/data", facts);
  EXPECT_EQ(findings[13].verdict, Verdict::note);
  EXPECT_THAT(findings[14].value, HasSubstr("not measured"));
  facts.free_bytes.reset();
  EXPECT_EQ(check_storage("/data", facts)[13].value, "not told");
}

}  // namespace
}  // namespace terroir
