#pragma once

#include <string>

namespace terroir {

/// Code points of UTF-8 text; what is no UTF-8 becomes U+FFFD.
[[nodiscard]] std::u32string code_points(const std::string& text);

}  // namespace terroir
