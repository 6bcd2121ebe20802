#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace terroir::formula {

/// What one node of an expression does. Truth is 1, falsehood 0.
// clang-format off
enum class Op : std::uint8_t {
  number, name, negate, add, subtract, multiply, divide, power,
  less, less_equal, greater, greater_equal, equal, not_equal, both, either, inverse,
  where, min, max, abs, sqrt, exp, log, log10, sin, cos, tan, asin, acos, atan, atan2, tanh, floor, ceil
};
// clang-format on

/// A formula as a list of nodes in which operands stand before what uses them; the last node is the whole.
struct Expression {
  struct Node {
    Op op = Op::number;
    double number = 0;                        ///< of a number
    int name = 0;                             ///< of a name: its place in `names`
    std::array<int, 3> operands{-1, -1, -1};  ///< nodes
  };
  std::vector<Node> nodes;
  std::vector<std::string> names;  ///< of layers (or constants), in the order in which they first appear
};

/// What is wrong with a formula, and where.
struct ExpressionError {
  std::size_t column = 1;  ///< counted from 1
  std::string problem, remedy;
};

/// How large a formula may be: none of these can be exceeded by a formula that a person writes.
inline constexpr std::size_t longest_expression = 4096;  ///< characters
inline constexpr std::size_t largest_expression = 512;   ///< nodes
inline constexpr int deepest_expression = 64;            ///< parentheses, signs and powers within each other

/// Reads a formula. From loosest to tightest: or; and; not; < <= > >= == !=; + -; * /; unary - +; ** (right to left). Functions:
/// where(condition, value, other), min and max of two or more, abs, sqrt, exp, log, log10, sin, cos, tan, asin, acos, atan,
/// atan2(y, x), tanh, floor, ceil, pow(x, y). pi is a number; any other name is left to the caller.
[[nodiscard]] std::variant<Expression, ExpressionError> parse_expression(std::string_view text);

/// Whether a word means something in every formula, so that a layer of this name could not be used there.
[[nodiscard]] bool is_formula_word(std::string_view word) noexcept;

}  // namespace terroir::formula
