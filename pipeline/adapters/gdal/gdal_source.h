#pragma once

#include "pipeline/adapters/gdal/gdal_facts.h"
#include "pipeline/adapters/gdal/handle_pool.h"

#include <memory>
#include <string>

namespace terroir {

/// A data set that GDAL reads. Handles come from a pool, so that any number of sources may exist and any thread may read.
class GdalSource final : public Source {
 public:
  GdalSource(std::string path, GdalFacts facts, std::shared_ptr<HandlePool> pool)
      : path_(std::move(path)), facts_(std::move(facts)), pool_(std::move(pool)) {}

  [[nodiscard]] const std::string& path() const noexcept override { return path_; }
  [[nodiscard]] const Grid& grid() const noexcept override { return facts_.grid; }
  [[nodiscard]] const TimeAxis& times() const noexcept override { return times_; }
  [[nodiscard]] const std::vector<BandFacts>& bands() const noexcept override { return facts_.bands; }
  [[nodiscard]] Shape chunk() const noexcept override { return facts_.chunk; }
  [[nodiscard]] bool interleaved() const noexcept override { return facts_.interleaved; }
  [[nodiscard]] Fingerprint fingerprint() const override;
  /// Whether the file is a local GeoTIFF whose numbers, decoded, are its pixels: north-up, without masks.
  [[nodiscard]] bool stored_plainly() const noexcept;
  std::size_t read_chunk(std::span<const int> bands, std::span<const Decoding> decodings, Index time, Index chunk_row, Index chunk_col,
                         std::span<float* const> out) override;

 private:
  struct Request;
  void read_bands(const Request&, std::span<const int> bands) const;
  void read_mask(const Request&, int band, float* const* out, std::size_t count) const;
  void decode_band(const Request&, int band, const Decoding&, const std::byte* stored, float* out) const;
  [[nodiscard]] std::size_t stored_bytes(const Request&, std::span<const int> bands) const;

  std::string path_;
  GdalFacts facts_;
  TimeAxis times_;
  std::shared_ptr<HandlePool> pool_;
};

}  // namespace terroir
