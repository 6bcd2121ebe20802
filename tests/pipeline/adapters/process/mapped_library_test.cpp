#include "pipeline/adapters/process/mapped_library.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace terroir {
namespace {

namespace fs = std::filesystem;

TEST(MappedLibrary, OfThisProcess) {
  EXPECT_THAT(mapped_library("self", "libc"), ::testing::MatchesRegex("/.*/libc\\.so.*"));
  EXPECT_EQ(mapped_library("self", "libnosuch"), "");
}

TEST(MappedLibrary, OfTheNearestAncestorThatHasIt) {
  const fs::path root = fs::path(::testing::TempDir()) / "mapped-library";
  fs::remove_all(root);
  const auto put = [&](const std::string& process, const std::string& parent, const std::string& maps) {
    fs::create_directories(root / "proc" / process);
    std::ofstream(root / "proc" / process / "status") << "Name:\tx\nPPid:\t" << parent << "\n";
    std::ofstream(root / "proc" / process / "maps") << maps;
  };
  put("self", "30", "7f0-7f1 r-xp 0 08:01 5    /usr/lib/librte.so.1\n");
  put("30", "20", "7f0-7f1 r-xp 0 08:01 6    /usr/lib/libc.so.6\n7f2-7f3 rw-p 0 00:00 0\n");
  put("20", "10", "7f0-7f1 r-xp 0 08:01 7    /opt/a b/librte.so.2\n");
  put("10", "0", "7f0-7f1 r-xp 0 08:01 8    /usr/lib/librte.so.3\n");
  EXPECT_EQ(library_of_ancestor("librte", root.string()), "/opt/a b/librte.so.2");
  EXPECT_EQ(library_of_ancestor("libr", root.string()), "");
  EXPECT_EQ(mapped_library("10", "librte", root.string()), "/usr/lib/librte.so.3");
  fs::remove_all(root);
}

}  // namespace
}  // namespace terroir
