#include "pipeline/adapters/yaml/yaml_reader.h"
#include "pipeline/recipe/recipe.h"

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using namespace terroir;

void require(bool truth) {
  if (!truth) std::abort();
}

bool has_errors(const std::vector<Diagnostic>& diagnostics) {
  for (const auto& d : diagnostics)
    if (!d.warning) return true;
  return false;
}

/// Each mistake is one line that names a problem and a remedy.
void check(const std::vector<Diagnostic>& diagnostics) {
  for (const auto& d : diagnostics) {
    require(!d.problem.empty() && !d.remedy.empty() && d.at.line >= 0 && d.at.column >= 0);
    const std::string line = to_text(d, "r.yml");
    require(line.size() <= 1000 && line.find('\n') == std::string::npos);
  }
}

/// Each step stands after what it uses, has its kernel, and every output has layers.
void check(const Recipe& recipe) {
  for (std::size_t i = 0; i < recipe.steps.size(); ++i) {
    require(recipe.steps[i].process != nullptr && recipe.steps[i].kernel != nullptr);
    for (const auto& [port, references] : recipe.steps[i].inputs)
      for (const auto& reference : references)
        for (std::size_t later = i; later < recipe.steps.size(); ++later) require(recipe.steps[later].name != reference.name);
  }
  for (const auto& output : recipe.outputs) require(!output.layers.empty());
}

}  // namespace

/// Any text is either a recipe, whose canonical form is a recipe again, or has mistakes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto yaml = read_yaml({reinterpret_cast<const char*>(data), size});
  check(yaml.diagnostics);
  const Bindings bindings = {{{"dem", "d.tif"}, {"scenes", "s"}, {"a", "a"}, {"size", "7"}}, {{"features", "f"}, {"o", "o"}}};
  const auto parsed = parse_recipe(yaml.root, bindings, "r.yml");
  check(parsed.diagnostics);
  require(parsed.recipe.has_value() != has_errors(parsed.diagnostics));
  if (!parsed.recipe) return 0;
  check(*parsed.recipe);
  require(parse_recipe(canonical_recipe(*parsed.recipe), bindings, "r.yml").recipe.has_value());
  return 0;
}
