#include "pipeline/redaction/secrets.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>

namespace terroir {
namespace {

using Json = nlohmann::json;

constexpr std::size_t shortest_secret = 6, longest_number = 20, shortest_line = 16;

/// What names are looked at for, and the parts of a connection string or a query that are secrets of their own.
constexpr std::array<std::string_view, 7> secret_words = {"TOKEN", "KEY", "SECRET", "CONTEXT", "PASSWORD", "PASSWD", "CONNECTION_STRING"};
/// DOCKER_CONTEXT=default must not take every "default" out of the program's help.
constexpr std::array<std::string_view, 5> ordinary_words = {"default", "enabled", "disabled", "optional", "required"};

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blank = " \t\r\n";
  const auto first = text.find_first_not_of(blank);
  return first == std::string_view::npos ? std::string_view{} : text.substr(first, text.find_last_not_of(blank) - first + 1);
}

bool is_number(std::string_view text) {
  return text.size() <= longest_number && text.find_first_not_of("0123456789.,:+-") == std::string_view::npos;
}

/// A secret that is encoded with slashes may begin with one, too.
bool is_file(std::string_view text) {
  std::error_code error;
  return text.front() == '/' && std::filesystem::exists(text, error);
}

/// Calls `f` with each part of a text between separators.
template <class F>
void for_each_part(std::string_view text, std::string_view separators, const F& f) {
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of(separators), text.size());
    f(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

/// Collects secrets; those that cannot be told from ordinary text are left out.
class Collector {
 public:
  void add(std::string_view value) {
    value = trimmed(value);
    if (value.size() < shortest_secret || is_number(value) || is_file(value)) return;
    if (std::find(ordinary_words.begin(), ordinary_words.end(), value) != ordinary_words.end()) return;
    found_.emplace_back(value);
  }

  /// A variable's value and what it is made of.
  void add_with_parts(std::string_view value) {
    add(value);
    add_assigned(value);
    if (value.find('\n') != std::string_view::npos)
      for_each_part(value, "\n", [&](std::string_view line) {
        if (line.size() >= shortest_line) add(line);
      });
    const auto text = trimmed(value);
    if (text.starts_with('{') || text.starts_with('[')) add_members(Json::parse(text, nullptr, false));
    if (text.starts_with('?')) add(text.substr(1));
  }

  [[nodiscard]] std::vector<std::string> take() {
    std::sort(found_.begin(), found_.end());
    found_.erase(std::unique(found_.begin(), found_.end()), found_.end());
    return std::move(found_);
  }

 private:
  /// "AccountName=a;AccountKey=b" and "sv=2023&sig=b": what stands behind a name that tells of a secret.
  void add_assigned(std::string_view value) {
    for_each_part(value, ";&?", [&](std::string_view part) {
      const auto equals = part.find('=');
      if (equals == std::string_view::npos) return;
      const auto name = part.substr(0, equals);
      if (name == "sig" || is_secret_name(name)) add(part.substr(equals + 1));
    });
  }

  void add_members(const Json& json) {
    if (json.is_array())
      for (const auto& item : json) add_members(item);
    if (!json.is_object()) return;
    for (const auto& [name, member] : json.items()) {
      if (member.is_string() && is_secret_name(name)) add(member.get_ref<const std::string&>());
      add_members(member);
    }
  }

  std::vector<std::string> found_;
};

}  // namespace

bool is_secret_name(std::string_view name) {
  std::string upper(name);
  std::transform(upper.begin(), upper.end(), upper.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return std::any_of(secret_words.begin(), secret_words.end(),
                     [&](std::string_view word) { return upper.find(word) != std::string::npos; });
}

std::vector<std::string> secrets_of(const char* const* environment) {
  Collector secrets;
  for (; environment != nullptr && *environment != nullptr; ++environment) {
    const std::string_view entry = *environment;
    const auto equals = entry.find('=');
    if (equals != std::string_view::npos && is_secret_name(entry.substr(0, equals))) secrets.add_with_parts(entry.substr(equals + 1));
  }
  return secrets.take();
}

}  // namespace terroir
