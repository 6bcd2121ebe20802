#include "pipeline/adapters/process/folder_lock.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace terroir {
namespace {

TEST(FolderLock, IsHadByOneAtATime) {
  const auto folder = std::filesystem::path(::testing::TempDir()) / "folder-lock";
  std::filesystem::create_directories(folder);
  {
    const auto first = lock_folder(folder);
    EXPECT_TRUE(first);
    EXPECT_FALSE(lock_folder(folder));
  }
  EXPECT_TRUE(lock_folder(folder));
  std::filesystem::remove(folder);
}

TEST(FolderLock, IsHadByAllWhereThereAreNone) {
  EXPECT_TRUE(lock_folder("/proc/no-such-folder"));
}

}  // namespace
}  // namespace terroir
