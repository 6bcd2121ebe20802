#pragma once

#include <cstddef>
#include <string_view>

namespace terroir::formula {

/// A word, number or sign of a formula and where it stands, counted from 0; `bad` is a character that no formula has.
struct Token {
  enum class Kind { end, number, word, sign, bad } kind = Kind::end;
  std::size_t at = 0;
  std::string_view text;
};

/// The first token at or after a position.
[[nodiscard]] Token next_token(std::string_view text, std::size_t from);

}  // namespace terroir::formula
