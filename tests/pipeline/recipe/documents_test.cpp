#include "pipeline/recipe/placeholder.h"
#include "tests/pipeline/recipe/recipe_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace terroir {
namespace {

namespace fs = std::filesystem;

std::string content(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// The recipes among a page's fenced blocks: those with a line `version: 1`.
std::vector<std::string> recipes_of(const std::string& markdown) {
  std::vector<std::string> found;
  std::istringstream lines(markdown);
  std::string line, block;
  bool inside = false;
  while (std::getline(lines, line)) {
    if (line.rfind("```", 0) == 0) {
      if (inside && ("\n" + block).find("\nversion: 1\n") != std::string::npos) found.push_back(block);
      inside = line == "```yaml";
      block.clear();
    } else if (inside) {
      block += line + "\n";
    }
  }
  return found;
}

/// Something for every path that a recipe names.
Bindings bindings_for(const Value& value, Bindings bindings = {}) {
  for (const auto& piece : split_placeholders(value.text()).pieces)
    if (const auto* name = std::get_if<Placeholder>(&piece)) (name->output ? bindings.outputs : bindings.inputs)[name->name] = "/data";
  for (const auto& item : value.items()) bindings = bindings_for(item, bindings);
  for (const auto& entry : value.entries()) bindings = bindings_for(entry.value, bindings);
  if (const Value* declared = value.find("parameters"))
    for (const auto& parameter : declared->entries()) bindings.inputs.erase(parameter.key);
  return bindings;
}

void expect_right(const std::string& text, const std::string& name) {
  const auto yaml = read_yaml(text);
  ASSERT_TRUE(yaml.diagnostics.empty()) << to_text(yaml.diagnostics[0], name);
  const auto parsed = parse_recipe(yaml.root, bindings_for(yaml.root), name);
  for (const auto& d : parsed.diagnostics) ADD_FAILURE() << to_text(d, name);
  EXPECT_TRUE(parsed.recipe);
}

TEST(Documents, RecipesOfThePagesAreRight) {
  int count = 0;
  std::vector<fs::path> pages = {fs::path(TERROIR_SOURCE_DIR) / "README.md"};
  for (const auto& entry : fs::directory_iterator(fs::path(TERROIR_SOURCE_DIR) / "docs")) pages.push_back(entry.path());
  for (const auto& page : pages)
    for (const auto& text : recipes_of(content(page))) expect_right(text, page.filename().string() + " recipe " + std::to_string(++count));
  EXPECT_GE(count, 4);
}

TEST(Documents, RecipesOfConfigsAreRight) {
  int count = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(TERROIR_SOURCE_DIR) / "configs"))
    if (entry.path().extension() == ".yml") expect_right(content(entry.path()), entry.path().filename().string()), ++count;
  EXPECT_GE(count, 4);
}

/// The fenced blocks after a heading.
std::vector<std::string> blocks_after(const std::string& page, const std::string& heading) {
  std::vector<std::string> blocks;
  std::size_t at = page.find(heading);
  while (at != std::string::npos && (at = page.find("```\n", at)) != std::string::npos) {
    const std::size_t end = page.find("```\n", at + 4);
    blocks.push_back(page.substr(at + 4, end - at - 4));
    at = end == std::string::npos ? end : end + 4;
  }
  return blocks;
}

TEST(Documents, MistakesOfTheReferenceAreThoseOfItsRecipe) {
  const auto blocks = blocks_after(content(fs::path(TERROIR_SOURCE_DIR) / "docs/recipe.md"), "## Mistakes");
  ASSERT_EQ(blocks.size(), 2u);
  std::string lines;
  for (const auto& d : parse_text(blocks[0], {{{"dem", "dem.tif"}}, {}}).diagnostics) lines += to_text(d, "features.yml") + "\n";
  EXPECT_EQ(lines, blocks[1]);
}

}  // namespace
}  // namespace terroir
