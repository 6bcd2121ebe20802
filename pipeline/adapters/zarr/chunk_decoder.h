#pragma once

#include "pipeline/adapters/zarr/input_array.h"

#include <span>

namespace terroir {

/// Undoes the codecs of a stored chunk: its numbers, or its texts of fixed width, in C order and in the byte order of the machine, go to
/// `out`, which has the size of a whole chunk. Throws Error(Fault::data): what is wrong with the bytes.
void decode_chunk(const InputArray& array, std::span<const std::byte> stored, std::span<std::byte> out);

/// Bytes of a chunk before its codecs, as far as their number does not depend on its content (texts of any length: 0).
[[nodiscard]] std::size_t stored_chunk_bytes(const InputArray& array) noexcept;

/// Undoes the codecs of a chunk of texts of any length. Throws Error(Fault::data).
[[nodiscard]] std::vector<std::string> decode_texts(const InputArray& array, std::span<const std::byte> stored);

}  // namespace terroir
