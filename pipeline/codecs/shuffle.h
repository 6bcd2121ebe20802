#pragma once

#include <cstddef>
#include <span>

namespace terroir {

/// Puts the first bytes of all elements together, then the second ones, and so on: neighbouring numbers differ in few of their
/// bytes, so each group compresses better. `out` has the size of `in`; bytes beyond the last whole element are copied as they are,
/// and so is everything when an element has not 2, 4 or 8 bytes.
void byte_shuffle(std::span<const std::byte> in, std::size_t element, std::span<std::byte> out) noexcept;

/// The inverse of byte_shuffle.
void byte_unshuffle(std::span<const std::byte> in, std::size_t element, std::span<std::byte> out) noexcept;

}  // namespace terroir
