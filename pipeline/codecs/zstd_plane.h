#pragma once

#include "pipeline/codecs/repeats.h"

#include <cstddef>
#include <span>

namespace terroir {

/// Compresses a plane into one zstd frame as zstd_compress does at level 1, and returns the frame's bytes; 0 when `out` is too small.
///
/// Where bytes share few values with their neighbours at random, as exponents and classes do, zstd's own search finds little more than
/// runs, in short pieces, and takes most of its time for it. There runs that repeat the left neighbour, and those that repeat the row
/// above or the map before, are the frame's matches, and zstd only codes them. Other planes are left to zstd's search.
[[nodiscard]] std::size_t zstd_compress_plane(std::span<const std::byte> in, const PlaneShape& shape, std::span<std::byte> out);

/// Memory of a thread's context and matches once it has compressed a plane of so many bytes.
[[nodiscard]] std::size_t zstd_plane_bytes(std::size_t bytes) noexcept;

}  // namespace terroir
