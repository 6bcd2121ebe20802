#include "kernels/value.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace terroir {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return result;
}

/// Damerau-Levenshtein distance (optimal string alignment).
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), above(b.size() + 1), now(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) above[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    now[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      now[j] = std::min({above[j] + 1, now[j - 1] + 1, above[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) now[j] = std::min(now[j], before[j - 2] + 1);
    }
    before = above;
    above = now;
  }
  return above[b.size()];
}

}  // namespace

Value Value::scalar(std::string text, bool plain, Position at) {
  Value v;
  v.kind_ = Kind::scalar;
  v.text_ = std::move(text);
  v.plain_ = plain;
  v.at_ = at;
  return v;
}

Value Value::list(std::vector<Value> items, Position at) {
  Value v;
  v.kind_ = Kind::list;
  v.items_ = std::move(items);
  v.at_ = at;
  return v;
}

Value Value::map(std::vector<Entry> entries, Position at) {
  Value v;
  v.kind_ = Kind::map;
  v.entries_ = std::move(entries);
  v.at_ = at;
  return v;
}

std::optional<double> Value::number() const {
  if (!is_scalar()) return std::nullopt;
  std::string text = lower(text_);
  double sign = 1;
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
    sign = text[0] == '-' ? -1 : 1;
    text.erase(0, 1);
  }
  if (text == "nan" || text == ".nan") return std::numeric_limits<double>::quiet_NaN();
  if (text == "inf" || text == ".inf" || text == "infinity") return sign * std::numeric_limits<double>::infinity();
  if (text.empty() || (text[0] != '.' && (text[0] < '0' || text[0] > '9'))) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return sign * value;
}

std::optional<std::int64_t> Value::integer() const {
  const auto value = number();
  if (!value || std::abs(*value) > 9e15 || *value != std::floor(*value)) return std::nullopt;
  return static_cast<std::int64_t>(*value);
}

std::optional<bool> Value::boolean() const {
  if (!is_scalar()) return std::nullopt;
  const std::string text = lower(text_);
  if (text == "true" || text == "yes" || text == "on") return true;
  if (text == "false" || text == "no" || text == "off") return false;
  return std::nullopt;
}

const Value* Value::find(std::string_view key) const noexcept {
  const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.key == key; });
  return found == entries_.end() ? nullptr : &found->value;
}

std::string Value::describe() const {
  switch (kind_) {
    case Kind::null: return "nothing";
    case Kind::list: return "a list";
    case Kind::map: return "a map";
    case Kind::scalar: break;
  }
  if (plain_ && number()) return "the number " + text_;
  return "'" + text_ + "'";
}

std::string number_text(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  char text[40];
  const auto [end, error] = std::to_chars(text, text + sizeof text, value);
  return {text, end};
}

std::optional<std::string> nearest_word(std::string_view word, const std::vector<std::string>& words) {
  const std::string wanted = lower(word);
  std::size_t best = std::max<std::size_t>(1, word.size() / 3) + 1;
  std::optional<std::string> nearest;
  for (const auto& candidate : words) {
    const std::size_t distance = edit_distance(wanted, lower(candidate));
    // Of a single letter another one keeps nothing, only its other case.
    if (distance < std::min(best, word.size())) {
      best = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

std::string list_words(const std::vector<std::string>& words, std::string_view conjunction) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " " + std::string(conjunction) + " " : ", ";
    text += words[i];
  }
  return text;
}

}  // namespace terroir
