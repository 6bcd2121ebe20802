#pragma once

#include "pipeline/adapters/zarr/json_document.h"
#include "pipeline/ports/sample_type.h"
#include "tiling/window.h"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace terroir {

/// A step from the bytes of a chunk's numbers to the bytes that are stored.
struct ChunkCodec {
  enum class Kind { blosc, zstd, gzip, zlib, shuffle, delta, crc32c } kind;
  std::size_t element = 1;  ///< bytes of a number: shuffle and delta
  friend bool operator==(const ChunkCodec&, const ChunkCodec&) = default;
};

/// An array of a store that is read as an input: shape, cutting, the way from stored bytes to numbers, attributes. Neither version of
/// Zarr shows here.
struct InputArray {
  /// How texts are kept.
  enum class Text { none, fixed, lengths };

  std::string name;  ///< with the groups around it: "forecast/tas"
  std::vector<std::string> dimensions;
  std::vector<Index> shape, chunk;  ///< the chunk is what is decoded at once
  std::vector<Index> shard;         ///< of an object; empty: a chunk is an object
  std::optional<SampleType> type;   ///< of the numbers as they are read: halves as float32, booleans as uint8; nothing for others
  bool half = false, swapped = false;
  Text text = Text::none;
  std::size_t characters = 0;                 ///< of texts of fixed width
  std::vector<std::byte> fill;                ///< one number as it is read
  std::optional<double> missing;              ///< the fill value where it marks what is missing (version 2)
  std::vector<std::size_t> order;             ///< which dimension stands at each place in a stored chunk; empty: their own order
  std::vector<ChunkCodec> codecs;             ///< in the order of encoding
  bool index_first = false;                   ///< of a shard: the index stands before the chunks
  bool index_checked = true;                  ///< of a shard: the index ends with its CRC-32C
  std::string key_prefix;                     ///< "c/", "c." or nothing
  char separator = '/';                       ///< between the numbers of a key
  InputJson attributes = InputJson::object();
  std::string unreadable;  ///< what is not known here, as "codec 'lzma' is not known; REMEDY"; empty: all is

  /// Chunks of a shard along each dimension; ones where a chunk is an object.
  [[nodiscard]] std::vector<Index> chunks_per_object() const;
  /// Numbers of a chunk.
  [[nodiscard]] std::size_t chunk_size() const noexcept;
  /// Bytes of a number, as it is stored and as it is read.
  [[nodiscard]] std::size_t stored_element() const noexcept;
  [[nodiscard]] std::size_t element() const noexcept { return type ? sample_bytes(*type) : 1; }
  /// Name of the object at a place, relative to the store.
  [[nodiscard]] std::string key(const std::vector<Index>& place) const;
};

/// Largest chunk that is read, and most chunks of a shard.
inline constexpr std::size_t largest_chunk = (std::size_t{1} << 31) - 1;
inline constexpr Index most_chunks_of_shard = Index{1} << 20;

/// An array from its documents: version 3 (`zarr.json`), version 2 (`.zarray` and `.zattrs`). What is not known here is told in
/// `unreadable`. Throws Error(Fault::mistake) when the document is damaged: the text is what is wrong and a remedy.
[[nodiscard]] InputArray input_array_v3(const std::string& name, const InputJson& document);
[[nodiscard]] InputArray input_array_v2(const std::string& name, const InputJson& array, const InputJson& attributes);

}  // namespace terroir
