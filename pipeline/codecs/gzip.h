#pragma once

#include <cstddef>
#include <span>

namespace terroir {

/// Room that gzip_compress needs for so many bytes in the worst case.
[[nodiscard]] std::size_t gzip_bound(int level, std::size_t bytes);

/// Compresses `in` into one gzip member (RFC 1952, no name, no time) and returns its bytes. Levels 0 to 9.
[[nodiscard]] std::size_t gzip_compress(std::span<const std::byte> in, int level, std::span<std::byte> out);

/// Decompresses one member that holds exactly `out.size()` bytes. Throws Error(Fault::data) otherwise.
void gzip_decompress(std::span<const std::byte> in, std::span<std::byte> out);

/// The same as a zlib stream (RFC 1950). Room: gzip_bound.
[[nodiscard]] std::size_t zlib_compress(std::span<const std::byte> in, int level, std::span<std::byte> out);
void zlib_decompress(std::span<const std::byte> in, std::span<std::byte> out);

/// The same as a DEFLATE stream without a frame (RFC 1951); 0 when `out` is too small.
[[nodiscard]] std::size_t deflate_compress(std::span<const std::byte> in, int level, std::span<std::byte> out);

/// Memory of a thread's context at a level.
[[nodiscard]] std::size_t gzip_context_bytes(int level) noexcept;

}  // namespace terroir
