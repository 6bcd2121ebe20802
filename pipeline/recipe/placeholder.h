#pragma once

#include "kernels/value.h"

#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace terroir {

/// `${{inputs.NAME}}` or `${{outputs.NAME}}`.
struct Placeholder {
  bool output = false;
  std::string name;
  [[nodiscard]] std::string text() const { return std::string("${{") + (output ? "outputs." : "inputs.") + name + "}}"; }
};

/// A text cut at its placeholders: plain text and placeholders in order, or what is wrong with one of them.
struct Template {
  std::vector<std::variant<std::string, Placeholder>> pieces;
  std::vector<Complaint> complaints;
};

/// Cuts a scalar into its pieces. Spaces inside the braces do not count.
[[nodiscard]] Template split_placeholders(std::string_view text);

/// Whether a text has anything that looks like a placeholder.
[[nodiscard]] bool has_placeholder(std::string_view text) noexcept;
/// Whether one stands anywhere in a value: one that should have been put in could not be made out.
[[nodiscard]] bool has_placeholder(const Value& value) noexcept;

}  // namespace terroir
