#include "kernels/settings.h"

#include <algorithm>
#include <cmath>

namespace terroir::settings {
namespace {

Complaint wrong_type(const Value& value, const std::string& wanted) { return {value.describe() + " is not " + wanted, "give " + wanted}; }

template <class T>
Result assign_list(std::vector<T>& member, const Value& value, const std::vector<std::string>& choices) {
  const std::vector<Value> one = {value};
  std::vector<T> items;
  for (const Value& item : value.is_list() ? value.items() : one) {
    T element{};
    if (auto complaint = assign(element, item, choices)) return complaint;
    items.push_back(std::move(element));
  }
  if (items.empty()) return Complaint{"the list is empty", "give at least one value"};
  member = std::move(items);
  return std::nullopt;
}

template <class T>
Value read_list(const std::vector<T>& list, const std::vector<std::string>& choices) {
  std::vector<Value> items;
  for (const T& item : list) items.push_back(read(item, choices));
  return Value::list(std::move(items));
}

/// What is wrong with the numbers of a value that is of the right type.
Result out_of_range(const Parameter& p, const Value& value) {
  if (value.is_list()) {
    for (const Value& item : value.items())
      if (auto complaint = out_of_range(p, item)) return complaint;
    return std::nullopt;
  }
  const auto number = value.number();
  if (!number || (p.kind != ParameterKind::number && p.kind != ParameterKind::integer && p.kind != ParameterKind::numbers))
    return std::nullopt;
  if (std::isfinite(*number) && !std::isfinite(static_cast<float>(*number)))
    return Complaint{value.text() + " is more than a pixel can hold", "give a number between -3.4e38 and 3.4e38"};
  const std::string unit = p.unit.empty() || p.unit == "1" || p.unit == "as data" ? "" : " " + p.unit;
  if (p.min && !(*number >= *p.min)) return Complaint{value.text() + " is too small", "give at least " + number_text(*p.min) + unit};
  if (p.min_excluded && !(*number > *p.min_excluded))
    return Complaint{value.text() + " is too small", "give more than " + number_text(*p.min_excluded) + unit};
  if (p.max && !(*number <= *p.max)) return Complaint{value.text() + " is too large", "give at most " + number_text(*p.max) + unit};
  return std::nullopt;
}

/// Whether a given name that is no parameter's means this one, which is told of that name.
bool is_misspelt(const std::string& name, const std::vector<Parameter>& parameters, const std::vector<Value::Entry>& given) {
  std::vector<std::string> names;
  for (const auto& p : parameters) names.push_back(p.name);
  return std::any_of(given.begin(), given.end(), [&](const Value::Entry& entry) {
    return std::find(names.begin(), names.end(), entry.key) == names.end() && nearest_word(entry.key, names) == name;
  });
}

std::string known_names(const std::vector<Parameter>& parameters) {
  std::vector<std::string> names;
  for (const auto& p : parameters) names.push_back(p.name);
  return names.empty() ? "remove it: this process has no parameters" : "use " + list_words(names);
}

Diagnostic unknown(const std::vector<Parameter>& parameters, const Value::Entry& entry) {
  std::vector<std::string> names;
  for (const auto& p : parameters) names.push_back(p.name);
  const auto near = nearest_word(entry.key, names);
  return {entry.at, entry.key, "unknown parameter '" + entry.key + "'", near ? "did you mean '" + *near + "'?" : known_names(parameters)};
}

}  // namespace

Result assign(bool& member, const Value& value, const std::vector<std::string>&) {
  const auto b = value.boolean();
  if (!b) return wrong_type(value, "true or false");
  member = *b;
  return std::nullopt;
}

Result assign(std::int64_t& member, const Value& value, const std::vector<std::string>&) {
  const auto n = value.integer();
  if (!n && value.number() && std::abs(*value.number()) > 9e15)  // what Value::integer reads at most
    return Complaint{value.text() + (*value.number() > 0 ? " is too large" : " is too small"), "give a number between -9e15 and 9e15"};
  if (!n) return wrong_type(value, "a whole number");
  member = *n;
  return std::nullopt;
}

Result assign(double& member, const Value& value, const std::vector<std::string>&) {
  const auto n = value.number();
  if (!n || *n != *n) return wrong_type(value, "a number");
  member = *n;
  return std::nullopt;
}

Result assign(std::string& member, const Value& value, const std::vector<std::string>&) {
  if (!value.is_scalar()) return wrong_type(value, "text");
  member = value.text();
  return std::nullopt;
}

Result assign(std::vector<double>& member, const Value& value, const std::vector<std::string>& c) { return assign_list(member, value, c); }
Result assign(std::vector<std::string>& member, const Value& value, const std::vector<std::string>& c) {
  return assign_list(member, value, c);
}

Result assign(Value& member, const Value& value, const std::vector<std::string>&) {
  if (!value.is_map() && !value.is_null()) return wrong_type(value, "a map");
  member = value;
  return std::nullopt;
}

Result assign_choice(std::int64_t& position, const Value& value, const std::vector<std::string>& choices) {
  const auto found = std::find(choices.begin(), choices.end(), value.text());
  if (!value.is_scalar() || found == choices.end()) {
    const auto near = nearest_word(value.text(), choices);
    return Complaint{value.describe() + " is not a choice",
                     near ? "did you mean '" + *near + "'? Choices: " + list_words(choices) : "use " + list_words(choices)};
  }
  position = found - choices.begin();
  return std::nullopt;
}

Value read(bool b, const std::vector<std::string>&) { return Value::scalar(b ? "true" : "false"); }
Value read(std::int64_t n, const std::vector<std::string>&) { return Value::scalar(std::to_string(n)); }
Value read(double n, const std::vector<std::string>&) { return Value::scalar(number_text(n)); }
Value read(const std::string& text, const std::vector<std::string>&) { return Value::scalar(text, false); }
Value read(const std::vector<double>& list, const std::vector<std::string>& c) { return read_list(list, c); }
Value read(const std::vector<std::string>& list, const std::vector<std::string>& c) { return read_list(list, c); }
Value read(const Value& value, const std::vector<std::string>&) { return value; }

std::vector<Diagnostic> assign_all(const std::vector<Parameter>& parameters, void* kernel, const std::vector<Value::Entry>& given) {
  std::vector<Diagnostic> found;
  for (const auto& entry : given) {
    const auto p = std::find_if(parameters.begin(), parameters.end(), [&](const Parameter& q) { return q.name == entry.key; });
    if (p == parameters.end()) {
      found.push_back(unknown(parameters, entry));
      continue;
    }
    auto complaint = p->assign(kernel, entry.value);
    if (!complaint) complaint = out_of_range(*p, entry.value);
    if (!complaint && p->rule) complaint = p->rule(entry.value);
    const Position at = entry.value.at().line > 0 ? entry.value.at() : entry.at;
    if (complaint) found.push_back({at, entry.key, complaint->problem, complaint->remedy});
  }
  for (const auto& p : parameters) {
    const bool there = std::any_of(given.begin(), given.end(), [&](const Value::Entry& e) { return e.key == p.name; });
    if (p.required && !there && !is_misspelt(p.name, parameters, given))
      found.push_back({{}, p.name, "parameter '" + p.name + "' is missing", "give " + p.name + ": " + p.summary});
  }
  return found;
}

std::vector<Diagnostic> place(const std::vector<std::pair<std::string, Complaint>>& complaints, const std::vector<Value::Entry>& given) {
  std::vector<Diagnostic> found;
  for (const auto& [name, complaint] : complaints) {
    const auto entry = std::find_if(given.begin(), given.end(), [&](const Value::Entry& e) { return e.key == name; });
    found.push_back({entry == given.end() ? Position{} : entry->value.at(), name, complaint.problem, complaint.remedy});
  }
  return found;
}

std::vector<std::pair<std::string, Value>> in_force(const std::vector<Parameter>& parameters, const void* kernel,
                                                    const std::vector<Value::Entry>& given) {
  std::vector<std::pair<std::string, Value>> values;
  for (const auto& p : parameters) {
    const auto entry = std::find_if(given.begin(), given.end(), [&](const Value::Entry& e) { return e.key == p.name; });
    values.emplace_back(p.name, p.read(kernel));
    if (entry != given.end()) values.back().second.set_position(entry->value.at());
  }
  return values;
}

}  // namespace terroir::settings
