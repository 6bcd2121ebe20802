#include "pipeline/job/azure_fields.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstdlib>

namespace terroir {
namespace {

using Kind = PythonScalar::Kind;

/// Complains of a value that stands in no place for text, a number or a choice.
void refuse(const Value& value, const std::string& where, const std::string& wanted, Report& report) {
  const std::string given = value.is_scalar() ? in_quotes(value.text()) : value.describe();
  report.error(value.at(), where, given + " is not " + wanted, value.is_null() ? "give it, or remove the line" : "give " + wanted);
}

/// A number cut off as Python's int() does; infinities and texts that are no number are nothing.
std::optional<double> whole(const Value& value) {
  const PythonScalar scalar = python_scalar(value);
  switch (scalar.kind) {
    case Kind::integer: return scalar.number;
    case Kind::number: return std::isfinite(scalar.number) ? std::optional(std::trunc(scalar.number)) : std::nullopt;
    case Kind::text: {
      const auto digits = python_int(scalar.text);
      return digits ? std::optional(std::strtod(digits->c_str(), nullptr)) : std::nullopt;
    }
    default: return std::nullopt;
  }
}

}  // namespace

std::optional<std::string> azure_text(const Value& value, const std::string& where, Report& report) {
  const PythonScalar scalar = python_scalar(value);
  if (scalar.kind == Kind::text) return scalar.text;
  if (!value.is_scalar())
    refuse(value, where, "text", report);
  else
    report.error(value.at(), where, in_quotes(value.text()) + " is " + kind_word(scalar.kind) + " to Azure ML, which takes text here",
                 "put it in quotes, as \"" + value.text() + "\"");
  return std::nullopt;
}

std::optional<std::string> azure_text(const Section& section, const std::string& key) {
  const Value* value = section.get(key);
  return value == nullptr ? std::nullopt : azure_text(*value, section.where(key), section.report());
}

std::optional<std::int64_t> azure_integer(const Section& section, const std::string& key, std::int64_t least, std::int64_t most) {
  const Value* value = section.get(key);
  if (value == nullptr) return std::nullopt;
  const auto number = whole(*value);
  if (!number) {
    refuse(*value, section.where(key), "a whole number", section.report());
    return std::nullopt;
  }
  if (*number < static_cast<double>(least) || *number > static_cast<double>(most)) {
    refuse(*value, section.where(key), "a whole number from " + std::to_string(least) + " to " + std::to_string(most), section.report());
    return std::nullopt;
  }
  const auto result = static_cast<std::int64_t>(*number);
  if (python_scalar(*value).kind == Kind::number && python_scalar(*value).number != *number)
    section.report().warn(value->at(), section.where(key), "Azure ML takes " + in_quotes(value->text()) + " for " + std::to_string(result),
                          "write a whole number");
  return result;
}

std::optional<std::size_t> azure_choice(const Section& section, const std::string& key, const std::vector<std::string>& choices) {
  const Value* value = section.get(key);
  if (value == nullptr) return std::nullopt;
  const PythonScalar scalar = python_scalar(*value);
  const auto found = std::find(choices.begin(), choices.end(), lower_case(scalar.text));
  if (scalar.kind == Kind::text && found != choices.end()) return static_cast<std::size_t>(found - choices.begin());
  const std::string near = value->is_scalar() ? did_you_mean(value->text(), choices, "") : "";
  section.complain(key, (value->is_scalar() ? in_quotes(value->text()) : value->describe()) + " is not a choice",
                   near.empty() ? "use " + list_words(choices) : near);
  return std::nullopt;
}

std::vector<std::string> azure_texts(const Section& section, const std::string& key) {
  std::vector<std::string> texts;
  const Value* value = section.get(key);
  if (value == nullptr) return texts;
  if (!value->is_list()) refuse(*value, section.where(key), "a list of texts", section.report());
  for (const Value& item : value->items())
    if (auto text = azure_text(item, section.where(key), section.report())) texts.push_back(std::move(*text));
  return texts;
}

std::vector<std::pair<std::string, std::string>> azure_text_map(const Section& section, const std::string& key) {
  std::vector<std::pair<std::string, std::string>> texts;
  if (!section.has(key)) return texts;
  const Section map(section.get(key), section.at(key), section.where(key), {}, section.report());
  for (const auto& entry : map.entries()) {
    check_key(entry, map.where(entry.key), section.report());
    if (entry.value.is_null())
      texts.emplace_back(entry.key, "");
    else if (auto text = azure_text(entry.value, map.where(entry.key), section.report()))
      texts.emplace_back(entry.key, std::move(*text));
  }
  return texts;
}

void check_azure_flag(const Section& section, const std::string& key) {
  constexpr std::array words = {"true", "t", "yes", "y", "on", "1", "false", "f", "no", "n", "off", "0"};
  const Value* value = section.get(key);
  if (value != nullptr && std::find(words.begin(), words.end(), lower_case(value->text())) == words.end())
    refuse(*value, section.where(key), "true or false", section.report());
}

void warn_of_keys(const Section& section, const std::vector<std::string>& keys) {
  for (const auto& entry : section.entries())
    if (std::find(keys.begin(), keys.end(), entry.key) == keys.end())
      section.report().warn(entry.at, section.where(entry.key), "Azure ML ignores the unknown key " + in_quotes(entry.key),
                            did_you_mean(entry.key, keys, "remove it"));
}

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

void check_key(const Value::Entry& entry, const std::string& where, Report& report) {
  const PythonScalar key = python_scalar(entry.key, entry.plain);
  if (key.kind != Kind::text)
    report.error(entry.at, where, "the name " + in_quotes(entry.key) + " is " + kind_word(key.kind) + " to Azure ML",
                 "put it in quotes, or take another name");
}

}  // namespace terroir
