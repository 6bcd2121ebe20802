#pragma once

#include <cstddef>
#include <span>

namespace terroir {

/// Decodes LZW as TIFF 6.0, section 13, has it (most significant bit first) until `out` is full; false when the codes are damaged, end
/// before, or are of the kind that was written before TIFF 5.0.
[[nodiscard]] bool decode_lzw(std::span<const std::byte> in, std::span<std::byte> out) noexcept;

}  // namespace terroir
