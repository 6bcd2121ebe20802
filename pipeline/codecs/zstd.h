#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace terroir {

/// Room that zstd_compress needs for so many bytes in the worst case.
[[nodiscard]] std::size_t zstd_bound(std::size_t bytes) noexcept;

/// Compresses `in` into one zstd frame with its content size (readers insist on it) and returns the frame's bytes; 0 when `out` is
/// too small. The context belongs to the calling thread and is used again.
[[nodiscard]] std::size_t zstd_compress(std::span<const std::byte> in, int level, std::span<std::byte> out);

/// What a compressing function of zstd gave: bytes; 0 for a buffer that was too small. Throws for all else.
[[nodiscard]] std::size_t zstd_result(std::size_t given);

/// Decompresses one frame that holds exactly `out.size()` bytes. Throws Error(Fault::data) otherwise.
void zstd_decompress(std::span<const std::byte> in, std::span<std::byte> out);

/// Bytes that a frame says to hold; nothing when it does not say, or is no frame.
[[nodiscard]] std::optional<std::size_t> zstd_content_bytes(std::span<const std::byte> in) noexcept;

/// Memory of a thread's context once it has compressed so many bytes at a level.
[[nodiscard]] std::size_t zstd_context_bytes(int level, std::size_t bytes) noexcept;

}  // namespace terroir
