#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace terroir {

/// Takes secrets out of text that leaves the program, and puts `[redacted]` in their place. Secrets are those it is told, wherever they
/// stand (also percent-encoded, or escaped as JSON escapes), and what looks like one: the value behind `sig=`, `AccountKey=` and their
/// like, behind `Bearer`, and the password of a URL.
class Redactor {
 public:
  explicit Redactor(const std::vector<std::string>& secrets = {});
  [[nodiscard]] std::string operator()(std::string text) const;

 private:
  std::vector<std::string> secrets_;  ///< in all their spellings, the longest first
};

/// Knows the secrets of this process's environment, as it was at the first call. What is hashed or resumed from must not go through it.
[[nodiscard]] const Redactor& environment_redactor();
/// The text without them.
[[nodiscard]] std::string redacted(std::string text);

/// Redacts all text in a document but the names of its members.
void redact(nlohmann::ordered_json& document);

/// A URL or path without its query when that is signed (`?sv=...&sig=...`): what stays is the same when the signature is renewed.
[[nodiscard]] std::string without_signature(const std::string& path);

}  // namespace terroir
