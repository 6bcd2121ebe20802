#include "pipeline/recipe/sections.h"

namespace terroir {

std::optional<Reference> read_reference(const Value& value, const std::string& where, Report& report) {
  const std::string& text = value.text();
  const auto dot = text.find('.');
  Reference reference{value.at(), text.substr(0, dot), dot == std::string::npos ? "" : text.substr(dot + 1)};
  const bool right = value.is_scalar() && is_name(reference.name) && (dot == std::string::npos || is_name(reference.layer));
  if (right) return reference;
  report.error(value.at(), where, (value.is_scalar() ? in_quotes(text) : value.describe()) + " is no reference",
               "name an input or a step, or one layer as NAME.LAYER");
  return std::nullopt;
}

std::vector<Reference> read_references(const Value& value, const std::string& where, Report& report) {
  std::vector<Reference> references;
  if (!value.is_list()) {
    if (auto one = read_reference(value, where, report)) references.push_back(std::move(*one));
    return references;
  }
  if (value.items().empty()) report.error(value.at(), where, "the list is empty", "name an input or a step");
  std::set<std::string> seen;
  for (const Value& item : value.items()) {
    auto reference = read_reference(item, where, report);
    if (!reference) continue;
    if (!seen.insert(reference->text()).second)
      report.error(item.at(), where, in_quotes(reference->text()) + " is named twice", "name it once");
    references.push_back(std::move(*reference));
  }
  return references;
}

}  // namespace terroir
