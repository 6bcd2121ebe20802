#pragma once

#include "pipeline/ports/local_files.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace terroir {

/// One entry of a directory (TIFF 6.0, section 2): a tag, and where its values stand in the file.
struct TiffEntry {
  int tag = 0, type = 0;
  std::uint64_t count = 0;
  std::uint64_t offset = 0;

  /// Of one value; 0 for a type that is not known.
  [[nodiscard]] std::size_t value_bytes() const noexcept;
  /// Whether all values lie inside the file.
  [[nodiscard]] bool inside(const LocalFile& file) const noexcept;
};

using TiffDirectory = std::vector<TiffEntry>;

/// The directories of a classic or big, little-endian TIFF, the first one first, at most `most`. Empty when the file is none, and ending
/// before the first one that does not lie inside the file: `complete` tells whether these are all.
struct TiffDirectories {
  std::vector<TiffDirectory> list;
  bool complete = false;
};
/// Throws Error: Fault::data when the file becomes shorter meanwhile, Fault::system when it cannot be read.
[[nodiscard]] TiffDirectories read_tiff_directories(const LocalFile& file, std::size_t most);

/// Bytes of what a tag says; what is longer is not read.
constexpr std::size_t longest_text = 65536;

/// What a tag of a directory says: whole numbers (BYTE, SHORT, LONG, LONG8), numbers of type DOUBLE, or text (ASCII, as far as its
/// first zero). Empty without the tag, and where it has another type, reaches beyond the file or is longer than `longest_text`. Throw
/// Error(Fault::data) when the file becomes shorter meanwhile, Fault::system when it cannot be read.
[[nodiscard]] std::vector<std::uint64_t> read_numbers(const LocalFile& file, const TiffDirectory& directory, int tag);
[[nodiscard]] std::vector<double> read_doubles(const LocalFile& file, const TiffDirectory& directory, int tag);
[[nodiscard]] std::string read_text(const LocalFile& file, const TiffDirectory& directory, int tag);

/// Whether a field type is one of whole numbers: BYTE, SHORT, LONG, LONG8.
[[nodiscard]] bool is_whole(int type) noexcept;

/// A number of `bytes` bytes, least significant first.
[[nodiscard]] std::uint64_t little_endian(const std::byte* at, std::size_t bytes) noexcept;

/// All that the directories of a GeoTIFF say, but for the places and sizes of their blocks. Files with one text have the same grid, CRS,
/// bands and metadata, if nothing beside them says more. Nothing when a part of the header would be missing in it: the file does not say
/// itself where it lies, is long-winded (over 64 KiB), or is damaged. Throws Error(Fault::system).
[[nodiscard]] std::optional<std::string> geotiff_text(const LocalFile& file);

}  // namespace terroir
