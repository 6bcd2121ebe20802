#include "pipeline/adapters/folder/folder_store.h"

#include "pipeline/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <malloc.h>
#include <unistd.h>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string_view>

namespace terroir {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

std::string text_of(const std::vector<std::byte>& bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

class FolderStore : public testing::Test {
 protected:
  FolderStore() {
    std::string name = (fs::temp_directory_path() / "folder-store-XXXXXX").string();
    root_ = mkdtemp(name.data());
  }
  ~FolderStore() override { fs::remove_all(root_); }

  fs::path root_;
};

// As the C library counts it, which sanitizers replace. A piece is 1 MiB.
TEST_F(FolderStore, TakesMemoryForOpenObjectsAndNotForStores) {
  const auto taken = [] {
    const auto all = ::mallinfo2();
    return all.uordblks + all.hblkhd;
  };
  const auto one = make_folder_store((root_ / "one").string()), other = make_folder_store((root_ / "other").string());
  one->put("a", bytes_of("first"));
  const std::size_t before = taken();
  other->put("a", bytes_of("second"));
  EXPECT_LT(taken(), before + (std::size_t{1} << 18));
  EXPECT_EQ(fs::file_size(root_ / "other/a"), 6U);
}

TEST_F(FolderStore, KeepsObjectsInFoldersThatItMakes) {
  const auto store = make_folder_store((root_ / "new" / "out.zarr/").string());
  EXPECT_FALSE(fs::exists(root_ / "new"));
  store->put("a/c/0/1", bytes_of("one"));
  store->put("zarr.json", bytes_of("{}"));
  EXPECT_EQ(store->location(), (root_ / "new" / "out.zarr").string());
  EXPECT_TRUE(fs::is_regular_file(root_ / "new/out.zarr/a/c/0/1"));
  EXPECT_EQ(text_of(store->get("a/c/0/1").value()), "one");
  EXPECT_EQ(store->get("a/c/0/2"), std::nullopt);
  EXPECT_EQ(store->get("zarr.json/below"), std::nullopt);
}

TEST_F(FolderStore, WritesAnewOverALongerObject) {
  const auto store = make_folder_store(root_.string());
  store->put("key", bytes_of("a long text"));
  store->put("key", bytes_of("short"));
  EXPECT_EQ(text_of(store->get("key").value()), "short");
}

TEST_F(FolderStore, TakesAFileOfItsOwnFileSystem) {
  const auto store = make_folder_store((root_ / "out").string());
  std::ofstream(root_ / "file") << "pixels";
  EXPECT_TRUE(store->take(root_ / "file", "maps/result.nc"));
  EXPECT_EQ(text_of(store->get("maps/result.nc").value()), "pixels");
  EXPECT_FALSE(fs::exists(root_ / "file"));
}

TEST_F(FolderStore, LeavesAFileThatOthersCouldNotReadAsTheyCanANewOne) {
  const auto store = make_folder_store((root_ / "out").string());
  std::ofstream(root_ / "file") << "pixels";
  fs::permissions(root_ / "file", fs::perms::owner_read | fs::perms::owner_write | fs::perms::owner_exec);
  EXPECT_FALSE(store->take(root_ / "file", "result.nc"));
  EXPECT_TRUE(fs::exists(root_ / "file"));
}

TEST_F(FolderStore, LeavesAFileOfAnotherFileSystem) {
  const auto store = make_folder_store((root_ / "out").string());
  EXPECT_FALSE(store->take("/proc/self/status", "status"));
  EXPECT_TRUE(fs::exists("/proc/self/status"));
  EXPECT_EQ(store->get("status"), std::nullopt) << "nor is anything written for it";
}

TEST_F(FolderStore, JoinsPiecesOfAnySize) {
  const auto store = make_folder_store(root_.string());
  const std::string small(1000, 's'), large((std::size_t{1} << 20) + 17, 'L');
  const auto writer = store->create("key");
  std::string expected;
  for (const auto* part : {&small, &large, &large, &small, &small}) {
    writer->write(bytes_of(*part));
    expected += *part;
  }
  writer->close();
  EXPECT_EQ(text_of(store->get("key").value()), expected);
}

TEST_F(FolderStore, ListsKeysByPrefixSorted) {
  const auto store = make_folder_store(root_.string());
  for (const auto* key : {"b/2", "b/10", "a", "__terroir/s-0", "__terroir/s-1", "__terroir/t"}) store->put(key, {});
  EXPECT_THAT(store->list(""), ElementsAre("__terroir/s-0", "__terroir/s-1", "__terroir/t", "a", "b/10", "b/2"));
  EXPECT_THAT(store->list("__terroir/s-"), ElementsAre("__terroir/s-0", "__terroir/s-1"));
  EXPECT_THAT(store->list("b/"), ElementsAre("b/10", "b/2"));
  EXPECT_THAT(store->list("none/"), IsEmpty());
  EXPECT_THAT(make_folder_store((root_ / "absent").string())->list(""), IsEmpty());
}

TEST_F(FolderStore, TellsTheSizeOfAnObject) {
  const auto store = make_folder_store(root_.string());
  store->put("a/b", bytes_of("three"));
  EXPECT_EQ(store->size("a/b"), 5u);
  EXPECT_EQ(store->size("a/c"), std::nullopt);
  EXPECT_EQ(store->size("a/b/c"), std::nullopt);
}

TEST_F(FolderStore, ListsWhatLiesBehindALinkAndDoesNotGoRound) {
  const auto store = make_folder_store((root_ / "out").string());
  fs::create_directories(root_ / "elsewhere" / "c");
  std::ofstream(root_ / "elsewhere" / "c" / "0") << "pixels";
  fs::create_directories(root_ / "out" / "b");
  fs::create_directory_symlink(root_ / "elsewhere", root_ / "out" / "a");
  fs::create_directory_symlink(root_ / "elsewhere", root_ / "out" / "b" / "keep");
  fs::create_directory_symlink(root_ / "elsewhere", root_ / "elsewhere" / "round");
  EXPECT_THAT(store->list(""), ElementsAre("a/c/0", "a/round", "b/keep"));
}

TEST_F(FolderStore, RemovesObjectsAndTheFoldersThatTheyLeaveEmpty) {
  const auto store = make_folder_store(root_.string());
  store->put("a/b/1", {});
  store->put("a/2", {});
  store->remove("a/b/1");
  EXPECT_FALSE(fs::exists(root_ / "a/b"));
  EXPECT_TRUE(fs::exists(root_ / "a/2"));
  store->remove("a/2");
  store->remove("a/2");
  EXPECT_TRUE(fs::exists(root_));
  EXPECT_THAT(store->list(""), IsEmpty());
}

TEST_F(FolderStore, NamesObjectReasonAndRemedyWhenTheDeviceIsFull) {
  fs::create_symlink("/dev/full", root_ / "key");
  const auto store = make_folder_store(root_.string());
  try {
    store->put("key", bytes_of("text"));
    FAIL() << "a full device took the bytes";
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::system);
    EXPECT_THAT(error.what(), HasSubstr((root_ / "key").string() + ": No space left on device; free some space"));
  }
  EXPECT_TRUE(fs::is_symlink(root_ / "key") && fs::exists("/dev/full"));
}

/// Readers would take the stump of an object for the whole.
TEST_F(FolderStore, TakesBackWhatCannotBeWrittenToItsEnd) {
  fs::create_symlink(root_ / "elsewhere", root_ / "link");
  const auto store = make_folder_store(root_.string());
  for (const char* key : {"key", "link"}) {
    const auto half = [](ObjectWriter& writer) {
      writer.write(bytes_of(std::string(3 << 20, 'x')));
      throw Error(Fault::system, "the other half is lost");
    };
    EXPECT_THROW(store->make(key, half), Error);
    EXPECT_EQ(store->size(key), std::nullopt);
  }
  EXPECT_TRUE(fs::is_symlink(root_ / "link") && !fs::exists(root_ / "elsewhere"));
}

TEST_F(FolderStore, RefusesAFileWhereAFolderIsNeeded) {
  std::ofstream(root_ / "file") << "text";
  const auto store = make_folder_store((root_ / "file").string());
  EXPECT_THROW(store->put("key", {}), Error);
  EXPECT_THAT(store->list(""), IsEmpty());
}

}  // namespace
}  // namespace terroir
