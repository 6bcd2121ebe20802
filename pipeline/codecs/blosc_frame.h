#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

namespace terroir {

enum class Shuffle { off, byte, bit };

/// How a Blosc frame (version 1) is made. `level` 0 stores, 1 to 9 compress.
struct BloscOptions {
  std::string cname = "zstd";  ///< zstd, lz4, lz4hc, zlib, blosclz or snappy
  int level = 1;
  Shuffle shuffle = Shuffle::byte;
  std::size_t element = 4;  ///< bytes of a number
  std::size_t row = 0;      ///< numbers in a row of pixels, and in a map; 0: not known (PlaneShape)
  std::size_t map = 0;
};

/// Room that blosc_compress needs for so many bytes in the worst case, and memory that it takes beside its arguments. `scratch` has the
/// size of the content.
[[nodiscard]] std::size_t blosc_bound(std::size_t bytes) noexcept;
[[nodiscard]] std::size_t blosc_context_bytes(const BloscOptions& options, std::size_t bytes) noexcept;

/// Compresses `in` (less than 2 GiB) into one frame of a single block, and returns its bytes. Small blocks, which c-blosc makes by
/// default, cost half the speed of zstd and some of its ratio; every reader takes a block of any size, and one that is split.
[[nodiscard]] std::size_t blosc_compress(std::span<const std::byte> in, const BloscOptions& options, std::span<std::byte> out,
                                         std::span<std::byte> scratch);

/// Bytes that a frame says to hold; nothing when it is no whole frame.
[[nodiscard]] std::optional<std::size_t> blosc_content_bytes(std::span<const std::byte> in) noexcept;

/// Decompresses a frame that holds exactly `out.size()` bytes. Throws Error(Fault::data) otherwise.
void blosc_decompress(std::span<const std::byte> in, std::span<std::byte> out);

}  // namespace terroir
