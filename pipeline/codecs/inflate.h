#pragma once

#include <cstddef>
#include <span>

namespace terroir {

/// Inflates a zlib stream (RFC 1950) that holds exactly `out.size()` bytes; false when it does not or is damaged.
[[nodiscard]] bool inflate_zlib(std::span<const std::byte> in, std::span<std::byte> out);

}  // namespace terroir
