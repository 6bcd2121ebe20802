#pragma once

#include "pipeline/adapters/gdal/gdal_facts.h"
#include "pipeline/adapters/gdal/handle_pool.h"

#include <cstdint>
#include <memory>
#include <string>

namespace terroir {

/// A data set that GDAL reads. Handles come from a pool, so that any number of sources may exist and any thread may read.
class GdalSource final : public Source {
 public:
  GdalSource(std::string path, GdalFacts facts, std::shared_ptr<HandlePool> pool)
      : path_(std::move(path)), facts_(std::move(facts)), pool_(std::move(pool)) {}

  [[nodiscard]] const GdalFacts& facts() const noexcept { return facts_; }
  [[nodiscard]] const std::string& path() const noexcept override { return path_; }
  [[nodiscard]] const Grid& grid() const noexcept override { return facts_.grid; }
  [[nodiscard]] const TimeAxis& times() const noexcept override { return times_; }
  [[nodiscard]] const std::vector<BandFacts>& bands() const noexcept override { return facts_.bands; }
  [[nodiscard]] ChunkShape chunk() const noexcept override { return {1, facts_.chunk}; }
  [[nodiscard]] bool interleaved() const noexcept override { return facts_.interleaved; }
  [[nodiscard]] Fingerprint fingerprint() const override;
  [[nodiscard]] bool by_gdal() const noexcept override { return true; }
  /// Whether the file is a local GeoTIFF whose numbers, decoded, are its pixels: north-up, without masks.
  [[nodiscard]] bool stored_plainly() const noexcept;
  [[nodiscard]] SampleType stored_type(int band) const noexcept override;
  std::size_t read_chunk(std::span<const int> bands, const ChunkPlace& place, std::span<std::byte* const> out) override;

 private:
  struct Request;
  [[nodiscard]] SampleType file_type(int band) const noexcept { return facts_.types[static_cast<std::size_t>(band)]; }
  [[nodiscard]] MaskKind mask(int band) const noexcept { return facts_.masks[static_cast<std::size_t>(band)]; }
  void read_bands(const Request&, std::span<const int> bands) const;
  [[nodiscard]] const std::uint8_t* read_mask(const Request&, int band) const;
  void place_band(const Request&, int band, const std::byte* stored, std::byte* out) const;
  void place_masked_band(const Request&, int band, const std::byte* stored, const std::uint8_t* mask, std::byte* out) const;
  [[nodiscard]] std::size_t stored_bytes(const Request&, std::span<const int> bands) const;

  std::string path_;
  GdalFacts facts_;
  TimeAxis times_;
  std::shared_ptr<HandlePool> pool_;
};

}  // namespace terroir
