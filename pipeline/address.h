#pragma once

#include <algorithm>
#include <string_view>

namespace terroir {

/// "https" of "https://example.org"; empty for what is no address.
[[nodiscard]] inline std::string_view scheme_of(std::string_view text) noexcept {
  const auto in_scheme = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
  };
  const auto end = std::find_if_not(text.begin(), text.end(), in_scheme);
  return std::string_view(end, text.end()).starts_with("://") ? std::string_view(text.begin(), end) : std::string_view{};
}

}  // namespace terroir
