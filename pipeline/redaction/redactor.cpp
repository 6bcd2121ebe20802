#include "pipeline/redaction/redactor.h"

#include "pipeline/json_text.h"
#include "pipeline/redaction/secrets.h"

#include <unistd.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>

namespace terroir {
namespace {

constexpr std::string_view mask = "[redacted]";

/// Names, in lower case, whose values are secrets wherever they stand: in SAS URLs (also when the URL itself is percent-encoded),
/// connection strings, and what S3 and Google sign.
constexpr std::array<std::string_view, 7> assignments = {
    "sig=", "sig%3d", "accountkey=", "sharedaccesskey=", "x-amz-signature=", "x-amz-security-token=", "x-goog-signature="};
constexpr std::string_view bearer = "bearer ";
constexpr std::size_t shortest_bearer = 8;

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// What a value in a URL or a connection string goes on with.
bool is_value(char c) {
  return static_cast<unsigned char>(c) > ' ' && std::string_view("&;:,\"'`\\<>()[]{}|").find(c) == std::string_view::npos;
}

/// What a bearer token is made of.
bool is_token(char c) { return is_word(c) || std::string_view("-.~+/=").find(c) != std::string_view::npos; }

/// What stands between "://" and the path of a URL.
bool is_authority(char c) {
  return static_cast<unsigned char>(c) > ' ' && std::string_view("/?#\"'\\<>").find(c) == std::string_view::npos;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

/// Where `word` (in lower case) stands in the text from `from` on, in upper or lower case.
std::size_t find_caseless(std::string_view text, std::string_view word, std::size_t from) {
  const auto found = std::search(text.begin() + static_cast<std::ptrdiff_t>(std::min(from, text.size())), text.end(), word.begin(),
                                 word.end(), [](char a, char b) { return lower(a) == b; });
  return found == text.end() ? std::string_view::npos : static_cast<std::size_t>(found - text.begin());
}

/// Whether a name may begin at `at`: not inside a word, but behind an encoded '&' or '?'.
bool begins_name(std::string_view text, std::size_t at) {
  if (at == 0 || !is_word(text[at - 1])) return true;
  return at >= 3 && (text.substr(at - 3, 3) == "%26" || find_caseless(text.substr(at - 3, 3), "%3f", 0) == 0);
}

/// The end of the characters from `at` on that `belongs` takes.
template <class Belongs>
std::size_t end_of(std::string_view text, std::size_t at, const Belongs& belongs) {
  while (at < text.size() && belongs(text[at])) ++at;
  return at;
}

/// Replaces what stands behind each `marker` when it is at least so long.
template <class Belongs>
void mask_behind(std::string& text, std::string_view marker, std::size_t shortest, const Belongs& belongs) {
  for (std::size_t at = find_caseless(text, marker, 0); at != std::string::npos; at = find_caseless(text, marker, at + 1)) {
    const std::size_t begin = at + marker.size(), end = end_of(text, begin, belongs);
    if (begins_name(text, at) && end - begin >= shortest) text.replace(begin, end - begin, mask);
  }
}

/// "scheme://user:password@host": the password.
void mask_passwords(std::string& text) {
  for (std::size_t at = text.find("://"); at != std::string::npos; at = text.find("://", at + 3)) {
    const std::size_t begin = at + 3, end = end_of(text, begin, is_authority);
    const auto authority = std::string_view(text).substr(begin, end - begin);
    const std::size_t sign = authority.rfind('@'), colon = authority.find(':');
    if (sign != std::string::npos && colon < sign) text.replace(begin + colon + 1, sign - colon - 1, mask);
  }
}

void replace_all(std::string& text, const std::string& secret) {
  for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at + mask.size()))
    text.replace(at, secret.size(), mask);
}

std::string percent_encoded(std::string_view text, bool capital) {
  const char* const digits = capital ? "0123456789ABCDEF" : "0123456789abcdef";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_word(c) || c == '-' || c == '.' || c == '~')
      out += c;
    else
      (out += '%') += {digits[byte / 16], digits[byte % 16]};
  }
  return out;
}

std::string json_escaped(const std::string& text) {
  const std::string quoted = json_text(nlohmann::json(text));
  return quoted.substr(1, quoted.size() - 2);
}

}  // namespace

Redactor::Redactor(const std::vector<std::string>& secrets) {
  for (const auto& secret : secrets) {
    if (secret.empty()) continue;
    for (auto& spelling : {secret, json_escaped(secret), percent_encoded(secret, true), percent_encoded(secret, false)})
      if (std::find(secrets_.begin(), secrets_.end(), spelling) == secrets_.end()) secrets_.push_back(spelling);
  }
  std::stable_sort(secrets_.begin(), secrets_.end(), [](const auto& a, const auto& b) { return a.size() > b.size(); });
}

std::string Redactor::operator()(std::string text) const {
  for (const auto& secret : secrets_) replace_all(text, secret);
  for (const auto marker : assignments) mask_behind(text, marker, 1, is_value);
  mask_behind(text, bearer, shortest_bearer, is_token);
  mask_passwords(text);
  return text;
}

const Redactor& environment_redactor() {
  static const Redactor redactor(secrets_of(environ));
  return redactor;
}

std::string redacted(std::string text) { return environment_redactor()(std::move(text)); }

void redact(nlohmann::ordered_json& document) {
  if (document.is_string()) document = redacted(document.get<std::string>());
  if (document.is_structured())
    for (auto& member : document) redact(member);
}

std::string without_signature(const std::string& path) {
  const std::size_t query = path.find('?');
  if (query == std::string::npos) return path;
  const auto behind = std::string_view(path).substr(query);
  const bool is_signed = find_caseless(behind, "?sig=", 0) == 0 || find_caseless(behind, "&sig=", 0) != std::string::npos;
  return is_signed ? path.substr(0, query) : path;
}

}  // namespace terroir
