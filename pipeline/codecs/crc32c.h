#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace terroir {

/// CRC-32C (Castagnoli; RFC 3720) of some bytes. `seed` is the CRC of the bytes before them, so that
/// crc32c(b, crc32c(a)) is the CRC of a followed by b; 0 starts a new one.
[[nodiscard]] std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t seed = 0) noexcept;

}  // namespace terroir
