#include "pipeline/dataset/staged_file.h"

#include "pipeline/adapters/folder/folder_store.h"
#include "pipeline/adapters/memory/memory_store.h"
#include "pipeline/error.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace terroir {
namespace {

namespace fs = std::filesystem;

/// TMPDIR is an empty folder of its own.
class StagedFiles : public ::testing::Test {
 protected:
  StagedFiles() {
    std::string name = fs::temp_directory_path() / "staged-XXXXXX";
    folder_ = ::mkdtemp(name.data());
    ::setenv("TMPDIR", folder_.c_str(), 1);
  }
  ~StagedFiles() override {
    ::unsetenv("TMPDIR");
    fs::remove_all(folder_);
  }
  [[nodiscard]] std::ptrdiff_t entries() const { return std::distance(fs::directory_iterator(folder_), {}); }

  fs::path folder_;
};

void write(const StagedFile& file) { std::ofstream(file.path()) << "pixels"; }

TEST_F(StagedFiles, IsGoneWithItsOwner) {
  {
    const StagedFile file(".nc");
    write(file);
    EXPECT_TRUE(file.path().ends_with(".nc"));
    EXPECT_EQ(entries(), 1);
  }
  EXPECT_EQ(entries(), 0);
}

TEST_F(StagedFiles, OfAKilledProcessIsRemovedByTheNextOne) {
  const pid_t child = ::fork();
  if (child == 0) {
    const StagedFile file(".nc");
    write(file);
    ::kill(::getpid(), SIGKILL);
  }
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  EXPECT_EQ(entries(), 1);
  const StagedFile next(".nc");
  EXPECT_EQ(entries(), 1);
  EXPECT_TRUE(fs::exists(fs::path(next.path()).parent_path()));
}

TEST_F(StagedFiles, OfALivingOwnerStaysAsDoesAllThatIsNotOurs) {
  fs::create_directory(folder_ / "terroir-other");
  fs::create_directory_symlink(folder_ / "terroir-other", folder_ / "terroir-staged-link");
  const StagedFile first(".nc");
  write(first);
  const StagedFile second(".tif");
  EXPECT_TRUE(fs::exists(first.path()));
  EXPECT_TRUE(fs::exists(folder_ / "terroir-other"));
  EXPECT_EQ(entries(), 4);
}

TEST_F(StagedFiles, IsMovedOrCopiedIntoAStoreWithOneRecord) {
  const StagedFile moved(".nc"), copied(".nc");
  write(moved);
  write(copied);
  MemoryStore memory;
  const auto folder = make_folder_store((folder_ / "out").string());
  const ObjectRecord one = moved.publish(*folder, "result.nc"), other = copied.publish(memory, "result.nc");
  EXPECT_FALSE(fs::exists(moved.path()));
  EXPECT_TRUE(fs::exists(copied.path()));
  EXPECT_EQ(folder->get("result.nc"), memory.get("result.nc"));
  EXPECT_EQ(memory.get("result.nc").value().size(), 6U);
  EXPECT_EQ(one.bytes, 6U);
  EXPECT_EQ(one.crc32c, 0x828E4E93U);
  EXPECT_EQ(other.crc32c, one.crc32c);
}

TEST_F(StagedFiles, OfWhichPartsAreKnownHasTheRecordOfAllItsBytes) {
  const auto folder = make_folder_store((folder_ / "out").string());
  const KnownStretch first{2, 2, 0x871BE793U}, second{5, 1, 0x30B5F4A8U};  // "xe" and "s" of "pixels"
  const StagedFile moved(".nc"), copied(".nc");
  write(moved);
  write(copied);
  const ObjectRecord one = moved.publish(*folder, "result.nc", {second, first});
  EXPECT_EQ(one.bytes, 6U);
  EXPECT_EQ(one.crc32c, 0x828E4E93U);
  // What is known is believed of a file that is moved, and not needed of one that is copied.
  const StagedFile believed(".nc");
  write(believed);
  EXPECT_EQ(believed.publish(*folder, "other.nc", {{0, 6, 1}}).crc32c, 1U);
  MemoryStore memory;
  EXPECT_EQ(copied.publish(memory, "result.nc", {{0, 6, 1}}).crc32c, 0x828E4E93U);
}

TEST_F(StagedFiles, ThatIsShorterThanWhatIsKnownIsNotPublished) {
  const auto folder = make_folder_store((folder_ / "out").string());
  const StagedFile file(".nc");
  write(file);
  for (const std::vector<KnownStretch>& beyond : {std::vector<KnownStretch>{{7, 1, 0}}, {{5, 2, 0}}, {{0, 3, 0}, {2, 1, 0}}})
    EXPECT_THROW((void)file.publish(*folder, "result.nc", beyond), Error);
  EXPECT_FALSE(folder->get("result.nc"));
}

}  // namespace
}  // namespace terroir
