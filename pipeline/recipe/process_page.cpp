#include "kernels/catalog.h"
#include "pipeline/recipe/reference_pages.h"

#include <algorithm>
#include <sstream>

namespace terroir {
namespace {

constexpr std::size_t width = 100;

/// Breaks a text at spaces; further lines begin with `indent` spaces. The first line begins after `indent` characters as well.
std::string wrapped(const std::string& text, std::size_t indent) {
  std::istringstream words(text);
  std::string result, word;
  std::size_t column = indent;
  while (words >> word) {
    if (column > indent && column + 1 + word.size() > width) {
      result += "\n" + std::string(indent, ' ');
      column = indent;
    }
    if (column > indent) result += " ", ++column;
    result += word;
    column += word.size();
  }
  return result;
}

std::string padded(const std::string& text, std::size_t size) {
  return text + std::string(text.size() < size ? size - text.size() : 0, ' ');
}

/// "  name   text", the text indented under itself.
std::string row(const std::string& name, const std::string& text, std::size_t name_width) {
  const std::size_t indent = name_width + 4;
  return "  " + padded(name, name_width) + "  " + wrapped(text, indent) + "\n";
}

/// Formulas of several results stand one below the other.
std::string formula_lines(const std::string& formula) {
  std::string text;
  std::size_t begin = 0;
  while (begin < formula.size()) {
    const auto end = std::min(formula.find("; ", begin), formula.size());
    text += "  " + wrapped(formula.substr(begin, end - begin), 4) + "\n";
    begin = end + 2;
  }
  return text;
}

std::string in_unit(const Port& port) { return port.unit.empty() ? "" : " (" + port.unit + ")"; }

std::string how_it_works(const ProcessInfo& info) {
  const std::string layers = info.take == Take::each ? "each layer of data by itself" : "the layers of data that it names, together";
  switch (info.scope) {
    case Scope::local: return "local: a pixel depends on the same pixel of its inputs; runs over " + layers;
    case Scope::focal: return "focal: a pixel depends on its neighbours; runs over " + layers;
    case Scope::zonal: return "zonal: a pixel depends on its zone; runs over " + layers;
    case Scope::global: return "global: a pixel depends on the whole layer within the bounds; runs over " + layers;
  }
  return {};
}

std::string port_rows(const std::vector<Port>& ports, const std::string& nameless) {
  std::size_t longest = nameless.size();
  for (const auto& port : ports) longest = std::max(longest, port.name.size());
  std::string text;
  for (const auto& port : ports) text += row(port.name.empty() ? nameless : port.name, port.summary + in_unit(port), longest);
  return text;
}

std::string parameter_rows(const ProcessInfo& info) {
  std::size_t longest = 0;
  for (const auto& p : info.parameters) longest = std::max(longest, p.name.size());
  std::string text;
  for (const auto& p : info.parameters) {
    const std::string standard = default_text(p);
    text += row(p.name, p.summary, longest);
    text += row("", allowed_values(p) + (p.required ? "; must be given" : standard.empty() ? "" : "; default " + standard), longest);
  }
  return text;
}

}  // namespace

std::string process_page(const ProcessInfo& info) {
  std::string page = info.name + " (" + info.family + ")\n\n" + "  " + wrapped(sentence(info.summary), 2) + "\n";
  if (!info.formula.empty()) page += "\nFormula\n" + formula_lines(info.formula);
  if (!info.citation.empty()) page += "\nSource\n  " + wrapped(sentence(info.citation), 2) + "\n";
  page += "\nScope\n  " + wrapped(how_it_works(info), 2) + "\n";
  page += "\nInputs\n" + port_rows(info.inputs, "data");
  page += "\nOutputs\n" + port_rows(info.outputs, "(layer)");
  if (!info.parameters.empty()) page += "\nParameters\n" + parameter_rows(info);
  return page + "\nExample\n  steps:\n    " + example_step(info) + "\n";
}

std::string catalogue_list() {
  std::size_t longest = 0;
  for (const auto& process : catalog()) longest = std::max(longest, process.info.name.size());
  std::string text, family;
  for (const auto& process : catalog()) {
    if (process.info.family != family) text += (text.empty() ? "" : "\n") + process.info.family + "\n";
    family = process.info.family;
    text += row(process.info.name, sentence(process.info.summary), longest);
  }
  return text + "\n`terroir processes NAME` explains one of them.\n";
}

}  // namespace terroir
