#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace terroir {

/// Fletcher's checksum of 16-bit words, the first byte of a word the more significant one, as HDF5 appends it to chunks.
[[nodiscard]] std::uint32_t fletcher32(std::span<const std::byte> bytes) noexcept;

}  // namespace terroir
