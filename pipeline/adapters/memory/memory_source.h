#pragma once

#include "pipeline/ports/source.h"

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace terroir {

/// A data set held in memory: what tests and embedding programs put in the place of a file. Shared by all sources opened on it,
/// so that one who holds it sees how often its chunks were read.
struct MemoryRaster {
  struct Band {
    std::string description;
    std::vector<float> pixels;      ///< [time][row][col], as stored: nodata NaN unless `nodata` says otherwise
    std::string dtype = "float32";  ///< as BandFacts say; "int32" numbers are also stored as such, all others as float32
    std::string unit;
    std::optional<double> nodata;
    double scale = 1, offset = 0;
  };

  Grid grid;
  TimeAxis times;
  std::vector<Band> bands;
  ChunkShape chunk{1, {64, 64}};
  bool interleaved = false;
  bool by_gdal = false;  ///< as sources say whose files GDAL reads
  /// A chunk that cannot be decoded: reading it throws Error(Fault::data).
  std::optional<ChunkPlace> failing;
  /// Planes of a chunk read so far, all bands together; an interleaved chunk counts once a call.
  std::atomic<std::size_t> chunks_read = 0;
};

/// Reads a raster in memory under some path. Throws Error(Fault::bug) when a band has not times x rows x columns pixels.
class MemorySource : public Source {
 public:
  MemorySource(std::string path, std::shared_ptr<MemoryRaster> raster);
  [[nodiscard]] const std::string& path() const noexcept override { return path_; }
  [[nodiscard]] const Grid& grid() const noexcept override { return raster_->grid; }
  [[nodiscard]] const TimeAxis& times() const noexcept override { return raster_->times; }
  [[nodiscard]] const std::vector<BandFacts>& bands() const noexcept override { return facts_; }
  [[nodiscard]] ChunkShape chunk() const noexcept override { return raster_->chunk; }
  [[nodiscard]] bool interleaved() const noexcept override { return raster_->interleaved; }
  [[nodiscard]] bool by_gdal() const noexcept override { return raster_->by_gdal; }
  /// Of the pixels' sum and number, so that other pixels give another fingerprint.
  [[nodiscard]] Fingerprint fingerprint() const override;
  [[nodiscard]] SampleType stored_type(int band) const noexcept override;
  /// Reports the chunk's floats, without compression, as bytes read.
  std::size_t read_chunk(std::span<const int> bands, const ChunkPlace& place, std::span<std::byte* const> out) override;

 private:
  std::string path_;
  std::shared_ptr<MemoryRaster> raster_;
  std::vector<BandFacts> facts_;
};

/// Opens the rasters that it was given, by path.
class MemoryOpener : public SourceOpener {
 public:
  MemoryOpener() = default;
  explicit MemoryOpener(std::map<std::string, std::shared_ptr<MemoryRaster>> rasters) : rasters_(std::move(rasters)) {}
  void add(const std::string& path, std::shared_ptr<MemoryRaster> raster) { rasters_[path] = std::move(raster); }
  /// A variable of a file that holds several.
  void add(const std::string& path, const std::string& variable, std::shared_ptr<MemoryRaster> raster);
  using SourceOpener::open;
  std::vector<std::string> variables(const std::string& path) override;
  std::unique_ptr<Source> open(const std::string& path, const SourcePart& part) override;
  std::vector<std::string> glob(const std::string& pattern) override;

 private:
  std::map<std::string, std::shared_ptr<MemoryRaster>> rasters_;
  std::map<std::string, std::vector<std::pair<std::string, std::shared_ptr<MemoryRaster>>>> variables_;
};

}  // namespace terroir
