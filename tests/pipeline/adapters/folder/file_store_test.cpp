#include "pipeline/adapters/folder/file_store.h"

#include "pipeline/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdlib.h>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace terroir {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

class FileStore : public testing::Test {
 protected:
  FileStore() {
    std::string name = "/tmp/file-store-XXXXXX";
    folder_ = ::mkdtemp(name.data());
  }
  ~FileStore() override { fs::remove_all(folder_); }

  static void put(Store& store, const std::string& key, const std::string& text) { store.put(key, std::as_bytes(std::span(text))); }
  static std::string content(const fs::path& path) {
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }

  fs::path folder_;
};

TEST_F(FileStore, IsAFileWithAFolderOfItsRunsBesideIt) {
  const auto store = make_file_store((folder_ / "out" / "a.nc").string());
  EXPECT_THAT(store->list(""), IsEmpty());
  put(*store, "__terroir/parts/v/0/0", "part");
  put(*store, "a.nc", "file");
  EXPECT_EQ(content(folder_ / "out/a.nc"), "file");
  EXPECT_EQ(content(folder_ / "out/a.nc.terroir/parts/v/0/0"), "part");
  EXPECT_THAT(store->list(""), ElementsAre("__terroir/parts/v/0/0", "a.nc"));
  EXPECT_THAT(store->list("__terroir/parts/"), ElementsAre("__terroir/parts/v/0/0"));
  EXPECT_THAT(store->list("__terroir/journal-"), IsEmpty());
  EXPECT_EQ(store->get("__terroir/parts/v/0/0")->size(), 4u);
}

TEST_F(FileStore, DoesNotSeeOrRemoveWhatLiesBeside) {
  std::ofstream(folder_ / "notes.txt") << "mine";
  const auto store = make_file_store((folder_ / "a.nc").string());
  put(*store, "a.nc", "file");
  EXPECT_THAT(store->list(""), ElementsAre("a.nc"));
  store->remove("a.nc");
  EXPECT_THAT(store->list(""), IsEmpty());
  EXPECT_EQ(content(folder_ / "notes.txt"), "mine");
}

TEST_F(FileStore, RefusesAFolder) {
  const auto store = make_file_store(folder_.string());
  EXPECT_THROW((void)store->list(""), Error);
}

}  // namespace
}  // namespace terroir
