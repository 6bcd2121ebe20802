#include "kernels/catalog.h"
#include "pipeline/recipe/reference_pages.h"

namespace terroir {
namespace {

/// Text in a table's cell.
std::string cell(const std::string& text) {
  std::string result;
  for (const char c : text) result += c == '|' ? std::string("\\|") : std::string(1, c);
  return result;
}

std::string code(const std::string& text) { return text.empty() ? "" : "`" + text + "`"; }

std::string table(const std::vector<std::vector<std::string>>& rows) {
  std::string text;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (const auto& entry : rows[i]) text += "| " + cell(entry) + " ";
    text += "|\n";
    if (i > 0) continue;
    for (std::size_t column = 0; column < rows[0].size(); ++column) text += "|---";
    text += "|\n";
  }
  return text + "\n";
}

std::string formula_block(const std::string& formula) {
  std::string text = "```\n";
  std::size_t begin = 0;
  while (begin < formula.size()) {
    const auto end = std::min(formula.find("; ", begin), formula.size());
    text += formula.substr(begin, end - begin) + "\n";
    begin = end + 2;
  }
  return text + "```\n\n";
}

std::string ports(const std::string& heading, const std::vector<Port>& list, const std::string& nameless) {
  std::vector<std::vector<std::string>> rows = {{heading, "unit", "what it is"}};
  for (const auto& port : list) rows.push_back({port.name.empty() ? nameless : code(port.name), port.unit, port.summary});
  return table(rows);
}

std::string parameters(const ProcessInfo& info) {
  if (info.parameters.empty()) return "No parameters.\n\n";
  std::vector<std::vector<std::string>> rows = {{"parameter", "values", "default", "what it does"}};
  for (const auto& p : info.parameters)
    rows.push_back({code(p.name), allowed_values(p), p.required ? "must be given" : code(default_text(p)), p.summary});
  return table(rows);
}

std::string section(const ProcessInfo& info) {
  std::string text = "### " + info.name + "\n\n" + sentence(info.summary) + "\n\n";
  if (!info.formula.empty()) text += formula_block(info.formula);
  if (!info.citation.empty()) text += "Source: " + sentence(info.citation) + "\n\n";
  text += ports("input", info.inputs, "`data`") + ports("output", info.outputs, "the layer") + parameters(info);
  return text + "```yaml\nsteps:\n  " + example_step(info) + "\n```\n";
}

}  // namespace

std::string catalogue_markdown() {
  std::string text =
      "# Processes\n\nWritten by `terroir processes --markdown` from the declarations in `kernels/`. How steps are put together is told "
      "in\n[the recipe's reference](recipe.md).\n";
  std::vector<std::vector<std::string>> rows = {{"process", "family", "what it does"}};
  for (const auto& process : catalog())
    rows.push_back({"[" + process.info.name + "](#" + process.info.name + ")", process.info.family, sentence(process.info.summary)});
  text += "\n" + table(rows);
  text.pop_back();
  std::string family;
  for (const auto& process : catalog()) {
    if (process.info.family != family) text += "\n## " + process.info.family + "\n";
    family = process.info.family;
    text += "\n" + section(process.info);
  }
  return text;
}

}  // namespace terroir
