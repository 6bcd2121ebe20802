#include "pipeline/commands/run_documents.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

namespace terroir {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A plan of nothing, and a folder for what is written.
class RunDocuments : public ::testing::Test {
 protected:
  RunDocuments() {
    std::string name = (fs::temp_directory_path() / "documents-XXXXXX").string();
    root_ = mkdtemp(name.data());
    plan_.name = "valley";
    plan_.recipe_file = "recipes/hills.v2.yml";
    plan_.hash = "0123456789abcdef";
    plan_.lattices.emplace_back(Crs{}, Affine{0, 1, 0, -1}, Shape{4, 4});
    plan_.canonical = Value::map({{"name", {}, Value::scalar("valley of dem.tif?sig=abc", false)}});
    plan_.outputs.resize(1);
    plan_.outputs[0].window = {0, 0, 4, 4};
    plan_.outputs[0].chunk = plan_.outputs[0].shard = {2, 2};
    plan_.outputs[0].path = (root_ / "elsewhere/o.zarr").string();
  }
  ~RunDocuments() override { fs::remove_all(root_); }

  [[nodiscard]] std::unique_ptr<OutputsFolder> outputs() {
    return std::make_unique<OutputsFolder>(plan_, (root_ / "outputs").string(),
                                           [this](const std::string& line) { warnings_.push_back(line); });
  }
  [[nodiscard]] std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(root_))
      if (entry.is_regular_file()) names.push_back(fs::relative(entry.path(), root_).string());
    std::sort(names.begin(), names.end());
    return names;
  }

  fs::path root_;
  Plan plan_;
  std::vector<std::string> warnings_;
};

TEST_F(RunDocuments, LieInAFolderOfTheRun) {
  EXPECT_EQ(documents_folder(plan_), "valley");
  plan_.name = "../a valley/of: dem.tif?sig=abc";
  EXPECT_EQ(documents_folder(plan_), "_.._a_valley_of__dem.tif_sig__redacted_");
  plan_.name = "";
  EXPECT_EQ(run_name(plan_), "hills.v2");
}

TEST_F(RunDocuments, HoldTheRecipeAndThePlan) {
  const auto documents = plan_documents(plan_);
  ASSERT_EQ(documents.size(), 3u);
  EXPECT_EQ(documents[0].path, "valley/recipe.json");
  EXPECT_EQ(documents[0].text, "{\n  \"name\": \"valley of dem.tif?sig=[redacted]\"\n}\n");
  EXPECT_EQ(documents[1].path, "valley/plan.txt");
  EXPECT_THAT(documents[1].text, HasSubstr("Plan of valley (0123456789ab)\n"));
  EXPECT_EQ(documents[2].path, "valley/plan.json");
  EXPECT_EQ(nlohmann::json::parse(documents[2].text).at("hash"), "0123456789abcdef");
}

TEST_F(RunDocuments, AreLeftInOutputs) {
  const auto folder = outputs();
  EXPECT_THAT(files(), ElementsAre("outputs/valley/plan.json", "outputs/valley/plan.txt", "outputs/valley/recipe.json"));
  JobSummary summary;
  summary.attempt = "now";
  summary.failure = JobFailure{3, "reading dem.tif?sig=abc: broken"};
  folder->ended(summary);
  std::ifstream file(root_ / "outputs/valley/summary.json");
  const auto kept = nlohmann::json::parse(file);
  EXPECT_EQ(kept.at("attempt"), "now");
  EXPECT_EQ(kept.at("failure").at("text"), "reading dem.tif?sig=[redacted]: broken");
  EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(RunDocuments, AreNotLeftInAnOutput) {
  for (const char* path : {"outputs", "outputs/valley", "outputs/../outputs/valley/", "."}) {
    plan_.outputs[0].path = (root_ / path).string();
    warnings_.clear();
    outputs()->ended({});
    EXPECT_THAT(files(), IsEmpty()) << path;
    EXPECT_THAT(warnings_, ElementsAre(HasSubstr("is an output of this run; recipe, plan and summary are not left there")));
  }
  for (const char* path : {"outputs/valley/o.zarr", "outputs/valley2", "out"}) {
    plan_.outputs[0].path = (root_ / path).string();
    outputs()->ended({});
    EXPECT_EQ(files().size(), 4u) << path;
    fs::remove_all(root_ / "outputs");
  }
}

TEST_F(RunDocuments, CostAWarningWhereTheyCannotBeWritten) {
  std::ofstream(root_ / "outputs") << "a file";
  outputs()->ended({});
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("make ./outputs writable")));
}

}  // namespace
}  // namespace terroir
