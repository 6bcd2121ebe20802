#include "pipeline/adapters/process/rank_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace terroir {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

/// Files as mpirun writes them.
class RankFilesTest : public ::testing::Test {
 protected:
  RankFilesTest() { fs::remove_all(folder_); }
  ~RankFilesTest() override { fs::remove_all(folder_); }
  void print(const std::string& rank, const std::string& text) const {
    fs::create_directories(folder_ / "1" / rank);
    std::ofstream(folder_ / "1" / rank / "stdout", std::ios::app) << text;
  }
  std::vector<std::string> read() { return collected([this](const auto& handler) { files_.read(handler); }); }
  std::vector<std::string> finish() { return collected([this](const auto& handler) { files_.finish(handler); }); }

 private:
  template <class Call>
  std::vector<std::string> collected(const Call& call) {
    std::vector<std::string> out;
    call([&](int rank, std::string_view line) { out.push_back(std::to_string(rank) + " " + std::string(line)); });
    return out;
  }
  fs::path folder_ = fs::path(::testing::TempDir()) / "rank-files";
  RankFiles files_{folder_.string()};
};

TEST_F(RankFilesTest, GiveEachLineOnce) {
  EXPECT_THAT(read(), IsEmpty()) << "there are none yet";
  print("rank.0", "a\nb");
  EXPECT_THAT(read(), ElementsAre("0 a"));
  print("rank.1", "c\n");
  print("rank.0", "b\n");
  EXPECT_THAT(read(), UnorderedElementsAre("0 bb", "1 c"));
  EXPECT_THAT(read(), IsEmpty());
  print("rank.1", "no end");
  EXPECT_THAT(finish(), ElementsAre("1 no end"));
}

TEST_F(RankFilesTest, NumberManyRanksWithZeros) {
  print("rank.07", "seven\n");
  print("rank.11", "eleven\n");
  print("other", "nothing\n");
  EXPECT_THAT(read(), UnorderedElementsAre("7 seven", "11 eleven"));
}

TEST_F(RankFilesTest, MayBeLong) {
  print("rank.0", std::string(200000, 'x') + "\n");
  EXPECT_THAT(read(), ElementsAre("0 " + std::string(200000, 'x')));
}

}  // namespace
}  // namespace terroir
