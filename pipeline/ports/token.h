#pragma once

#include <cstdint>
#include <cstdio>
#include <random>
#include <string>

namespace terroir {

/// A number that nobody else has or can guess.
[[nodiscard]] inline std::uint64_t new_token() {
  std::random_device random;
  return std::uint64_t{random()} << 32U | random();
}

/// It as sixteen letters and digits.
[[nodiscard]] inline std::string token_text(std::uint64_t token) {
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(token));
  return text;
}

}  // namespace terroir
