#pragma once

#include "kernels/value.h"

#include <optional>
#include <string>
#include <string_view>

namespace terroir {

/// A scalar of a job file as Azure ML's client sees it: typed by the rules of YAML 1.1 (as PyYAML has them: `yes` is true, `010` is 8,
/// `1:30` is 90, `1e5` is text), and printed by Python's str(), which is how a literal travels into the command.
struct PythonScalar {
  enum class Kind { null, boolean, integer, number, text, date, unreadable };
  Kind kind = Kind::null;
  std::string text;   ///< what str() prints; of a date and of what the client cannot read, as written
  double number = 0;  ///< of a boolean, an integer (rounded) or a number
};

/// Types a scalar, or a key by its text; anything quoted is text.
[[nodiscard]] PythonScalar python_scalar(std::string_view text, bool plain);

/// The same of a value; a list or a map is unreadable.
[[nodiscard]] PythonScalar python_scalar(const Value& value);

/// Python's repr() of a float: the shortest digits that read back, with an exponent below 1e-4 and from 1e16.
[[nodiscard]] std::string python_repr(double value);

/// What Python's int() makes of a text: spaces around it and single underscores between digits do not count.
[[nodiscard]] std::optional<std::string> python_int(std::string_view text);

/// "text", "a number", "true or false", ...: for messages.
[[nodiscard]] std::string kind_word(PythonScalar::Kind kind);

}  // namespace terroir
