#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace terroir {

/// Texts behind their number, each behind its length in bytes (codec vlen-utf8). Throws Error(Fault::data).
[[nodiscard]] std::vector<std::string> texts_with_lengths(std::span<const std::byte> bytes);

/// Texts of a fixed number of UTF-32 characters, as numpy's <U type has them, in UTF-8.
[[nodiscard]] std::vector<std::string> texts_of_width(std::span<const std::byte> bytes, std::size_t characters);

}  // namespace terroir
