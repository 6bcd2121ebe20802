#pragma once

#include <array>
#include <cstddef>
#include <span>

namespace terroir {

/// A zlib stream (RFC 1950), and a place of the size of all that it holds.
struct ZlibStream {
  std::span<const std::byte> in;
  std::span<std::byte> out;
};

/// Inflates a zlib stream that holds exactly `out.size()` bytes; false when it does not or is damaged.
[[nodiscard]] bool inflate_zlib(std::span<const std::byte> in, std::span<std::byte> out);

/// The same of two streams at once, which takes a core less time than one after the other (docs/architecture.md).
[[nodiscard]] std::array<bool, 2> inflate_zlib(const ZlibStream& one, const ZlibStream& other);

}  // namespace terroir
