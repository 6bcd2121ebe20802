#include "kernels/expression_tokens.h"

#include <algorithm>
#include <charconv>

namespace terroir::formula {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// Signs of the language and, so that they can be explained, of other languages; the longer ones first.
constexpr std::string_view signs[] = {"**", "<=", ">=", "==", "!=", "&&", "||", "<>", "+", "-", "*", "/",
                                      "<",  ">",  "(",  ")",  ",",  "^",  "=",  "!",  "&", "|", "%"};

std::size_t number_length(std::string_view text) {
  double ignored = 0;
  return static_cast<std::size_t>(std::from_chars(text.data(), text.data() + text.size(), ignored).ptr - text.data());
}

}  // namespace

Token next_token(std::string_view text, std::size_t from) {
  while (from < text.size() && is_space(text[from])) ++from;
  if (from == text.size()) return {Token::Kind::end, from, {}};
  const std::string_view rest = text.substr(from);
  if (is_letter(rest[0])) {
    const auto end = std::find_if(rest.begin(), rest.end(), [](char c) { return !is_letter(c) && !is_digit(c); });
    return {Token::Kind::word, from, rest.substr(0, static_cast<std::size_t>(end - rest.begin()))};
  }
  if (is_digit(rest[0]) || (rest[0] == '.' && rest.size() > 1 && is_digit(rest[1])))
    return {Token::Kind::number, from, rest.substr(0, number_length(rest))};
  const auto sign = std::find_if(std::begin(signs), std::end(signs), [&](std::string_view s) { return rest.starts_with(s); });
  if (sign == std::end(signs)) return {Token::Kind::bad, from, rest.substr(0, 1)};
  return {Token::Kind::sign, from, rest.substr(0, sign->size())};
}

}  // namespace terroir::formula
