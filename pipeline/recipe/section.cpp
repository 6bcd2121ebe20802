#include "pipeline/recipe/section.h"

#include <algorithm>
#include <cmath>

namespace terroir {
namespace {

/// "'abc'", "a list", "nothing".
std::string named(const Value& value) { return value.is_scalar() ? in_quotes(value.text()) : value.describe(); }

}  // namespace

Section::Section(const Value* value, Position at, std::string where, std::vector<std::string> keys, Report& report)
    : at_(at), where_(std::move(where)), report_(report) {
  if (value == nullptr) return;
  if (!value->is_map()) {
    report_.error(value->at(), where_, named(*value) + " is not a map",
                  keys.empty() ? "write lines of `name: ...`" : "use " + list_words(keys));
    return;
  }
  map_ = value;
  if (keys.empty()) return;
  for (const auto& entry : map_->entries())
    if (std::find(keys.begin(), keys.end(), entry.key) == keys.end()) {
      report_.error(entry.at, this->where(entry.key), "unknown key " + in_quotes(entry.key),
                    did_you_mean(entry.key, keys, "use " + list_words(keys)));
      if (const auto meant = meant_by(entry.key, keys); meant && !has(*meant)) misspelt_.insert(*meant);
    }
}

const std::vector<Value::Entry>& Section::entries() const noexcept {
  static const std::vector<Value::Entry> nothing;
  return map_ == nullptr ? nothing : map_->entries();
}

Position Section::at(const std::string& key) const noexcept {
  const Value* value = get(key);
  return value == nullptr ? at_ : value->at();
}

bool Section::require(const std::string& key, const std::string& remedy) const {
  if (map_ == nullptr || has(key)) return true;
  if (is_misspelt(key)) return false;
  report_.error(at_, where_, "'" + key + "' is missing", remedy);
  return false;
}

void Section::complain(const std::string& key, const std::string& problem, const std::string& remedy) const {
  report_.error(at(key), where(key), problem, remedy);
}

void Section::wrong(const std::string& key, const Value& value, const std::string& wanted) const {
  complain(key, value.is_null() ? "nothing is given" : named(value) + " is not " + wanted, "give " + wanted);
}

std::optional<std::string> Section::text(const std::string& key) const {
  const Value* value = get(key);
  if (value == nullptr) return std::nullopt;
  const bool one_line = std::none_of(value->text().begin(), value->text().end(), [](char c) { return c >= 0 && c < ' '; });
  if (value->is_scalar() && !value->text().empty() && one_line) return value->text();
  wrong(key, *value, "a line of text");
  return std::nullopt;
}

std::optional<double> Section::number(const std::string& key) const {
  const Value* value = get(key);
  if (value == nullptr) return std::nullopt;
  const auto number = value->number();
  if (number && std::isfinite(*number)) return number;
  wrong(key, *value, "a number");
  return std::nullopt;
}

std::optional<std::int64_t> Section::whole_number(const std::string& key, std::int64_t least, std::int64_t most) const {
  const Value* value = get(key);
  if (value == nullptr) return std::nullopt;
  const auto number = value->integer();
  if (number && *number >= least && *number <= most) return number;
  const std::string remedy = "give a whole number from " + std::to_string(least) + " to " + std::to_string(most);
  const auto real = value->number();
  const bool whole = real && std::isfinite(*real) && *real == std::floor(*real);
  complain(key, value->is_null() ? "nothing is given" : named(*value) + (whole ? " is out of range" : " is not a whole number"), remedy);
  return std::nullopt;
}

std::optional<bool> Section::flag(const std::string& key) const {
  const Value* value = get(key);
  if (value == nullptr) return std::nullopt;
  const auto flag = value->boolean();
  if (!flag) wrong(key, *value, "true or false");
  return flag;
}

std::optional<std::size_t> Section::choice(const std::string& key, const std::vector<std::string>& choices) const {
  const Value* value = get(key);
  if (value == nullptr) return std::nullopt;
  const auto found = std::find(choices.begin(), choices.end(), value->text());
  if (value->is_scalar() && found != choices.end()) return static_cast<std::size_t>(found - choices.begin());
  const std::string near = did_you_mean(value->text(), choices, "");
  complain(key, named(*value) + " is not a choice",
           near.empty() ? "use " + list_words(choices) : near + " Choices: " + list_words(choices));
  return std::nullopt;
}

std::optional<std::vector<double>> Section::numbers(const std::string& key, std::size_t count, const std::string& form) const {
  const Value* value = get(key);
  if (value == nullptr) return std::nullopt;
  std::vector<double> result;
  for (const Value& item : value->items()) {
    const auto number = item.number();
    if (number && std::isfinite(*number)) result.push_back(*number);
  }
  if (value->is_list() && result.size() == count && value->items().size() == count) return result;
  complain(key, (value->is_list() ? "this list" : named(*value)) + " is not " + form, "give " + form);
  return std::nullopt;
}

}  // namespace terroir
