#pragma once

#include "pipeline/ports/decode.h"
#include "pipeline/ports/local_files.h"
#include "tiling/window.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace terroir {

enum class TiffCompression { none, lzw, deflate, zstd };

/// Where an array of whole numbers of a tag stands in the file.
struct TiffArray {
  std::uint64_t offset = 0;
  std::uint64_t count = 0;
  std::size_t bytes = 0;  ///< of one number: 2, 4 or 8
};

/// How the first image of a TIFF stores its pixels; a block is a tile or a strip.
struct TiffLayout {
  Shape image, block;
  bool tiled = false;
  int samples = 1;        ///< of a pixel
  bool separate = false;  ///< each sample has blocks of its own
  SampleType type = SampleType::uint8;
  TiffCompression compression = TiffCompression::none;
  int predictor = 1;  ///< TIFF 6.0 section 14, and 3 of Adobe's Photoshop TIFF technical note 3
  TiffArray offsets, byte_counts;

  [[nodiscard]] Shape blocks() const noexcept { return {ceil_div(image.rows, block.rows), ceil_div(image.cols, block.cols)}; }
  /// Samples that one block holds of each pixel.
  [[nodiscard]] int samples_per_block() const noexcept { return separate ? 1 : samples; }
  /// Stored bytes of one row of a block, decompressed.
  [[nodiscard]] std::size_t row_bytes() const noexcept {
    return static_cast<std::size_t>(block.cols * samples_per_block()) * sample_bytes(type);
  }
};

/// Reads the header and the first directory of a classic or big, little-endian TIFF. Nothing when this reader does not know the
/// layout or the header is damaged: another reader may know better. Throws Error(Fault::system) only.
[[nodiscard]] std::optional<TiffLayout> read_tiff_layout(const LocalFile& file);

/// The numbers of an array that lies inside the file.
[[nodiscard]] std::vector<std::uint64_t> read_tiff_array(const LocalFile& file, const TiffArray& array);

}  // namespace terroir
