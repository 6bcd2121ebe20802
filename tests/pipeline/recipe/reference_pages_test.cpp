#include "pipeline/recipe/reference_pages.h"

#include "kernels/catalog.h"
#include "pipeline/recipe/schema.h"
#include "tests/pipeline/recipe/recipe_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <sstream>

namespace terroir {
namespace {

using testing::HasSubstr;

TEST(Reference, PageOfProcessesIsThatOfTheCatalogue) {
  std::ifstream file(std::string(TERROIR_SOURCE_DIR) + "/docs/processes.md");
  std::ostringstream page;
  page << file.rdbuf();
  EXPECT_EQ(page.str(), catalogue_markdown()) << "write it anew: terroir processes --markdown > docs/processes.md";
}

TEST(Reference, ExamplesAreRightSteps) {
  for (const auto& process : catalog()) {
    const std::string text = "version: 1\ngrid: {like: dem}\ninputs: {dem: {path: d}, scenes: {path: s}}\nsteps:\n  " +
                             example_step(process.info) + "\noutputs: {o: {path: p}}\n";
    const auto parsed = parse_text(text);
    EXPECT_TRUE(parsed.recipe) << example_step(process.info) << "\n" << to_text(parsed.diagnostics[0], "");
  }
}

TEST(Reference, APageTellsWhatAPersonNeeds) {
  const std::string page = process_page(find_process("slope")->info);
  for (const char* part : {"slope (terrain)", "Formula", "Horn", "data", "unit", "degree, percent or radian; default degree",
                           "number above 0; default 1", "slope: {process: slope, data: dem}"})
    EXPECT_THAT(page, HasSubstr(part));
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100u) << line;
}

TEST(Reference, JsonHasEveryProcess) {
  const auto json = nlohmann::json::parse(catalogue_json());
  ASSERT_EQ(json.size(), catalog().size());
  const auto slope = nlohmann::json::parse(process_json(find_process("slope")->info));
  EXPECT_EQ(slope["scope"], "focal");
  EXPECT_EQ(slope["parameters"][1]["name"], "unit");
  EXPECT_EQ(slope["parameters"][1]["default"], "degree");
}

TEST(Schema, HasEachProcessWithItsParameters) {
  const auto schema = nlohmann::json::parse(recipe_schema());
  EXPECT_EQ(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
  const auto& cases = schema["properties"]["steps"]["additionalProperties"]["allOf"];
  EXPECT_EQ(cases.size(), catalog().size());
  const auto& slope = schema["$defs"]["step_slope"];
  EXPECT_EQ(slope["properties"]["unit"]["anyOf"][0]["enum"], nlohmann::json::array({"degree", "percent", "radian"}));
  EXPECT_EQ(slope["properties"]["z_factor"]["anyOf"][0]["exclusiveMinimum"], 0);
  EXPECT_EQ(slope["properties"]["z_factor"]["default"], 1);
  EXPECT_EQ(slope["required"], nlohmann::json::array({"process", "data"}));
  EXPECT_EQ(slope["additionalProperties"], false);
  EXPECT_EQ(schema["$defs"]["step_mask_values"]["required"], nlohmann::json::array({"process", "data", "mask", "values"}));
}

TEST(Schema, KnowsTheKeysThatRecipesMayHave) {
  const auto schema = nlohmann::json::parse(recipe_schema());
  const auto keys_of = [](const nlohmann::json& map) {
    std::vector<std::string> keys;
    for (const auto& [key, value] : map["properties"].items()) keys.push_back(key);
    return keys;
  };
  // What the parser offers for a key that is not known is what the schema knows.
  const auto offered = [](const std::string& message) {
    std::string list = message.substr(message.find("; use ") + 6);
    list.replace(list.rfind(" or "), 4, ", ");
    std::vector<std::string> words;
    std::istringstream stream(list);
    for (std::string word; std::getline(stream, word, ',');) words.push_back(word.substr(word.find_first_not_of(' ')));
    return words;
  };
  EXPECT_THAT(keys_of(schema), testing::UnorderedElementsAreArray(offered(messages("zzzzzzzz: 1\n" + skeleton())[0])));
  EXPECT_THAT(keys_of(schema["properties"]["inputs"]["additionalProperties"]),
              testing::UnorderedElementsAreArray(offered(messages(skeleton(3, "  dem: {path: d, zzzzzzzz: 1}"))[0])));
  EXPECT_THAT(keys_of(schema["properties"]["outputs"]["additionalProperties"]),
              testing::UnorderedElementsAreArray(offered(messages(skeleton(7, "  out: {path: d, zzzzzzzz: 1}"))[0])));
  EXPECT_THAT(keys_of(schema["properties"]["grid"]),
              testing::UnorderedElementsAreArray(offered(messages(skeleton(1, "version: 1\ngrid: {like: dem, zzzzzzzz: 1}"))[0])));
}

}  // namespace
}  // namespace terroir
