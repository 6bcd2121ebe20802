#pragma once

#include "pipeline/dataset/array_layout.h"
#include "pipeline/dataset/part.h"
#include "pipeline/dataset/staged_file.h"
#include "tiling/grid.h"

#include <map>
#include <string>
#include <vector>

namespace terroir {

/// One band of a GeoTIFF.
struct TiffBand {
  std::string description, unit;
  double scale = 1, offset = 0;
  std::map<std::string, std::string> metadata;
};

/// All of a GeoTIFF but its pixels.
struct TiffHeader {
  Grid grid;
  StoredType type = StoredType::float32;
  double nodata = 0;
  std::vector<TiffBand> bands;
  std::map<std::string, std::string> metadata;
  CodecSpec codec;
  bool categorical = false;  ///< overviews hold values that occur, not their means
  int threads = 1;           ///< that compress it; its bytes do not depend on them
};

/// Makes a GeoTIFF on local scratch: first the pixels, uncompressed and in any order, then the Cloud Optimized GeoTIFF: tiles of 512
/// pixels, overviews when it is larger than one, headers before pixels. Throws Error(Fault::system).
class GeotiffFile {
 public:
  explicit GeotiffFile(TiffHeader header);
  ~GeotiffFile();
  GeotiffFile(const GeotiffFile&) = delete;
  GeotiffFile& operator=(const GeotiffFile&) = delete;

  /// Stored numbers of a window of a band (from 0); `numbers` are rows of `stride` numbers.
  void write(std::size_t band, const Window& window, std::span<const std::byte> numbers, Index stride);
  /// Ends the file and copies it into a store.
  [[nodiscard]] ObjectRecord publish(Store& store, const std::string& key);

 private:
  void describe();
  void add_overviews();
  void make_cog(const StagedFile& to);

  TiffHeader header_;
  StagedFile scratch_;
  void* dataset_ = nullptr;
};

}  // namespace terroir
