#pragma once

#include "pipeline/codecs/blosc_frame.h"
#include "pipeline/recipe/recipe.h"
#include "tiling/bytes.h"

#include <cstddef>
#include <span>
#include <vector>

namespace terroir {

/// How the bytes of a chunk are compressed. `blosc` takes all the options; `zstd` and `gzip` take the level; `deflate` is what HDF5's
/// filters make: bytes shuffled, or not, then a zlib stream.
struct Compression {
  enum class Name { raw, zstd, gzip, blosc, deflate } name = Name::blosc;
  BloscOptions options;
};

/// What a recipe's codec is for numbers of `element` bytes.
[[nodiscard]] Compression compression_of(const CodecSpec&, std::size_t element);

/// The most bytes that `compress` makes of so many.
[[nodiscard]] std::size_t compressed_bound(const Compression&, std::size_t bytes);

/// Memory that `compress` takes beside its arguments: the contexts of one thread.
[[nodiscard]] std::size_t context_bytes(const Compression&, std::size_t bytes) noexcept;

/// Compresses `in` into `out`, whose old content is lost. `scratch` has the size of `in`.
void compress(const Compression&, std::span<const std::byte> in, Bytes& out, std::span<std::byte> scratch);

/// Decompresses what must give exactly `out.size()` bytes. Throws Error(Fault::data) when it does not.
void decompress(const Compression&, std::span<const std::byte> in, std::span<std::byte> out);

}  // namespace terroir
