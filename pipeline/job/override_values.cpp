#include "pipeline/job/override_values.h"

#include <algorithm>
#include <string_view>

namespace terroir {
namespace {

constexpr std::size_t deepest = 32;

Value scalar_of(const std::string& text, Position at) {
  const bool quotes = text.size() >= 2 && (text.front() == '"' || text.front() == '\'') && text.back() == text.front();
  if (quotes) return Value::scalar(text.substr(1, text.size() - 2), false, at);
  if (text.empty()) return Value::scalar("", false, at);
  return Value::scalar(text, true, at);
}

/// The entry of a key, made when it is missing.
Value::Entry& entry_of(Value& map, const std::string& key) {
  auto& entries = map.entries();
  const auto found = std::find_if(entries.begin(), entries.end(), [&](const Value::Entry& e) { return e.key == key; });
  if (found != entries.end()) return *found;
  return entries.emplace_back(Value::Entry{key, {}, {}});
}

void set(Value& document, const std::string& path, const std::string& text, Report& report) {
  const std::string where = "--set " + path;
  Value* value = &document;
  std::string_view rest = path;
  for (std::size_t depth = 0; depth < deepest; ++depth) {
    const auto dot = rest.find('.');
    const std::string key(rest.substr(0, dot));
    if (key.empty()) break;
    if (value->is_null()) *value = Value::map({}, value->at());
    if (!value->is_map()) {
      report.error({}, where,
                   "'" + std::string(path.substr(0, path.size() - rest.size() - 1)) + "' is " + value->describe() + ", not a map",
                   "set it as a whole");
      return;
    }
    Value::Entry& entry = entry_of(*value, key);
    if (dot == std::string_view::npos) {
      entry.value = scalar_of(text, entry.value.at());
      return;
    }
    value = &entry.value;
    rest.remove_prefix(dot + 1);
  }
  report.error({}, where, in_quotes(path) + " is no path of a value", "write it as resources.instance_count");
}

}  // namespace

Value override_values(const Value& document, const std::vector<std::pair<std::string, std::string>>& sets, Report& report) {
  Value result = document;
  if (!result.is_map()) return result;
  for (const auto& [path, text] : sets) set(result, path, text, report);
  return result;
}

}  // namespace terroir
