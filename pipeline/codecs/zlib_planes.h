#pragma once

#include "pipeline/codecs/repeats.h"

#include <cstddef>
#include <span>

namespace terroir {

/// Room that zlib_compress_planes needs for so many bytes in the worst case.
[[nodiscard]] std::size_t zlib_planes_bound(int level, std::size_t bytes, std::size_t planes);

/// Compresses byte-shuffled numbers, so many planes one after the other, into one zlib stream (RFC 1950) and returns its bytes.
///
/// The low bytes of floats are mostly noise, which no search shrinks and which takes most of its time. At level 1 planes of noise at the
/// beginning are stored as they are, and the rest is one piece for libdeflate; at other levels all of it is.
[[nodiscard]] std::size_t zlib_compress_planes(std::span<const std::byte> in, std::size_t planes, const PlaneShape& shape, int level,
                                               std::span<std::byte> out);

}  // namespace terroir
