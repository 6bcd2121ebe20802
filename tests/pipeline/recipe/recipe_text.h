#pragma once

#include "pipeline/adapters/yaml/yaml_reader.h"
#include "pipeline/recipe/recipe.h"

#include <string>
#include <vector>

namespace terroir {

/// Parses text to the end; mistakes of the YAML come first.
inline ParsedRecipe parse_text(const std::string& text, const Bindings& bindings = {}) {
  const ParsedYaml yaml = read_yaml(text);
  if (!yaml.diagnostics.empty()) return {std::nullopt, yaml.diagnostics};
  return parse_recipe(yaml.root, bindings, "r.yml");
}

/// The lines that a user sees.
inline std::vector<std::string> messages(const std::string& text, const Bindings& bindings = {}) {
  std::vector<std::string> lines;
  for (const auto& d : parse_text(text, bindings).diagnostics) lines.push_back(to_text(d, "r.yml"));
  return lines;
}

/// A right recipe of seven lines, one of which is replaced.
inline std::string skeleton(std::size_t line = 0, const std::string& replacement = "") {
  std::vector<std::string> lines = {
      "version: 1",           "inputs:", "  dem: {path: dem.tif}", "steps:", "  slope: {process: slope, data: dem}", "outputs:",
      "  out: {path: o.zarr}"};
  if (line > 0) lines[line - 1] = replacement;
  std::string text;
  for (const auto& l : lines) text += l + "\n";
  return text;
}

/// "key: {a: [b, c]}": a value as one line, to compare.
inline std::string flow(const Value& value) {
  if (value.is_null()) return "~";
  if (value.is_scalar()) return value.text();
  std::string text;
  for (const auto& item : value.items()) text += (text.empty() ? "" : ", ") + flow(item);
  for (const auto& entry : value.entries()) text += (text.empty() ? "" : ", ") + entry.key + ": " + flow(entry.value);
  return value.is_list() ? "[" + text + "]" : "{" + text + "}";
}

}  // namespace terroir
