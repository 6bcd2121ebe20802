#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace terroir {

/// CRC-32C (Castagnoli; RFC 3720) of some bytes. `seed` is the CRC of the bytes before them, so that
/// crc32c(b, crc32c(a)) is the CRC of a followed by b; 0 starts a new one.
[[nodiscard]] std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t seed = 0) noexcept;

/// The CRC-32C of some bytes followed by others, from the CRC of each and the number of the others.
[[nodiscard]] std::uint32_t crc32c_joined(std::uint32_t first, std::uint32_t second, std::uint64_t second_bytes) noexcept;

}  // namespace terroir
