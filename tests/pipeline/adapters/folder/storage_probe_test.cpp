#include "pipeline/adapters/folder/storage_probe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace terroir {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

/// What a file system without its own rules does; tests/faults/run_doctor.sh has others.
class StorageProbeTest : public testing::Test {
 protected:
  StorageProbeTest() {
    std::string name = (fs::temp_directory_path() / "probe-XXXXXX").string();
    root_ = mkdtemp(name.data());
  }
  ~StorageProbeTest() override { fs::remove_all(root_); }
  fs::path root_;
};

TEST_F(StorageProbeTest, ADiskCanDoEverything) {
  const StorageFacts facts = probe_storage(root_.string(), "name", true);
  EXPECT_EQ(facts.problem, "");
  ASSERT_EQ(facts.probes.size(), 12u);
  for (std::size_t i = 0; i < facts.probes.size(); ++i) {
    EXPECT_EQ(facts.probes[i].operation, static_cast<StorageOperation>(i));
    EXPECT_TRUE(facts.probes[i].works) << i << ": " << facts.probes[i].reason;
  }
  EXPECT_TRUE(facts.listed_before_close);
  EXPECT_GT(facts.free_bytes.value_or(0), 0u);
  EXPECT_GE(facts.written, std::uint64_t{4} << 20);
  EXPECT_GT(facts.seconds, 0);
  EXPECT_TRUE(fs::is_empty(root_)) << "nothing is left";
}

TEST_F(StorageProbeTest, TriesOnlyTheNeedsWhenTold) {
  const StorageFacts facts = probe_storage(root_.string(), "name", false);
  ASSERT_EQ(facts.probes.size(), 6u);
  EXPECT_EQ(facts.probes.back().operation, StorageOperation::remove);
  EXPECT_EQ(facts.written, 0u);
  EXPECT_TRUE(fs::is_empty(root_));
}

TEST_F(StorageProbeTest, EndsAtTheFirstNeedThatFails) {
  std::ofstream(root_ / "__terroir") << "a file where a folder is needed";
  const StorageFacts facts = probe_storage(root_.string(), "name", true);
  ASSERT_EQ(facts.probes.size(), 1u);
  EXPECT_FALSE(facts.probes[0].works);
  EXPECT_THAT(facts.probes[0].reason, HasSubstr("cannot create " + root_.string() + "/__terroir/doctor-name: Not a directory"));
}

TEST_F(StorageProbeTest, SaysWhyThereIsNoFolder) {
  EXPECT_THAT(probe_storage((root_ / "no").string(), "name", true).problem, HasSubstr("No such file or directory"));
  std::ofstream(root_ / "file") << "x";
  EXPECT_THAT(probe_storage((root_ / "file").string(), "name", true).problem, HasSubstr("is no folder"));
}

}  // namespace
}  // namespace terroir
