#include "pipeline/recipe/reference_pages.h"

#include <algorithm>
#include <cmath>

namespace terroir {
namespace {

std::string range_of(const Parameter& p) {
  std::string text;
  if (p.min && p.max)
    text = " from " + number_text(*p.min) + " to " + number_text(*p.max);
  else if (p.min)
    text = " of at least " + number_text(*p.min);
  else if (p.max && !p.min_excluded)
    text = " of at most " + number_text(*p.max);
  if (p.min_excluded) text += " above " + number_text(*p.min_excluded);
  if (p.min_excluded && p.max) text += " and at most " + number_text(*p.max);
  return text;
}

std::string flow_text(const Value& value) {
  if (value.is_scalar()) return value.text();
  std::string text;
  for (const auto& item : value.items()) text += (text.empty() ? "" : ", ") + flow_text(item);
  return value.is_list() ? "[" + text + "]" : "{}";
}

/// Text that YAML would read otherwise needs quotes in an example.
std::string in_yaml(const std::string& text) {
  return text.find_first_of(",:#{}[]\"'&*!|>%@`") == std::string::npos ? text : "\"" + text + "\"";
}

std::string example_value(const Parameter& p) {
  if (!p.example.empty()) return p.kind == ParameterKind::text ? in_yaml(p.example) : p.example;
  switch (p.kind) {
    case ParameterKind::number:
    case ParameterKind::integer: return number_text(std::max(p.min.value_or(p.min_excluded.value_or(0)), 3.0));
    case ParameterKind::boolean: return "true";
    case ParameterKind::choice:
    case ParameterKind::choices: return p.choices.front();
    case ParameterKind::numbers: return "[0, 1]";
    case ParameterKind::text:
    case ParameterKind::texts: return p.name;
    case ParameterKind::map: return "{}";
  }
  return {};
}

std::string example_input(const ProcessInfo& info, const Port& port) {
  if (port.name != "data") return "scenes.SCL";
  return info.family == "terrain" || info.family == "focal" ? "dem" : "scenes";
}

}  // namespace

std::string sentence(const std::string& text) { return text.empty() || text.back() == '.' ? text : text + "."; }

std::string allowed_values(const Parameter& p) {
  const std::string unit = p.unit.empty() || p.unit == "1" ? "" : p.unit == "as data" ? " in the unit of data" : ", " + p.unit;
  switch (p.kind) {
    case ParameterKind::number: return "number" + range_of(p) + unit;
    case ParameterKind::integer: return "whole number" + range_of(p) + unit;
    case ParameterKind::boolean: return "true or false";
    case ParameterKind::text: return "text";
    case ParameterKind::choice: return list_words(p.choices);
    case ParameterKind::numbers: return "numbers" + (range_of(p).empty() ? "" : ", each" + range_of(p)) + unit;
    case ParameterKind::texts: return "one text or a list";
    case ParameterKind::choices: return "one or a list of " + list_words(p.choices, "and");
    case ParameterKind::map: return "map";
  }
  return {};
}

std::string default_text(const Parameter& p) {
  const Value& value = p.standard;
  // Infinite and missing numbers, empty lists and texts stand for "not given".
  const bool no_scalar = value.is_scalar() && (value.text().empty() || (value.number() && !std::isfinite(*value.number())));
  const bool unset = value.is_null() || no_scalar || (value.is_list() && value.items().empty()) || value.is_map();
  return p.required || unset ? "" : flow_text(value);
}

std::string example_step(const ProcessInfo& info) {
  std::string text = (info.family == "terrain" ? info.name : "result") + ": {process: " + info.name;
  for (const auto& port : info.inputs) text += ", " + port.name + ": " + example_input(info, port);
  for (const auto& p : info.parameters)
    if (p.required || !p.example.empty()) text += ", " + p.name + ": " + example_value(p);
  return text + "}";
}

}  // namespace terroir
