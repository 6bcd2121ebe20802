#pragma once

#include "pipeline/ports/source.h"
#include "pipeline/vector/edge_table.h"

namespace terroir {

/// How polygons become pixels.
enum class BurnMethod { center, all_touched, coverage };

/// Polygons as a raster of one band: computed when a chunk is read, from the edges of the chunk's rows. Where no polygon is, pixels are
/// NaN, or 0 of coverage.
class PolygonSource final : public Source {
 public:
  /// Side of a chunk.
  static constexpr Index side = 256;

  /// The bands of `edges` have `side` rows, or all where the grid has fewer.
  PolygonSource(std::string path, const Fingerprint& fingerprint, Grid grid, BurnMethod method, EdgeTable edges);

  [[nodiscard]] const std::string& path() const noexcept override { return path_; }
  [[nodiscard]] const Grid& grid() const noexcept override { return grid_; }
  [[nodiscard]] const TimeAxis& times() const noexcept override { return times_; }
  [[nodiscard]] const std::vector<BandFacts>& bands() const noexcept override { return bands_; }
  [[nodiscard]] ChunkShape chunk() const noexcept override { return {1, chunk_of(grid_.shape())}; }
  [[nodiscard]] bool interleaved() const noexcept override { return false; }
  [[nodiscard]] Fingerprint fingerprint() const override { return fingerprint_; }
  [[nodiscard]] SampleType stored_type(int) const noexcept override { return SampleType::float32; }
  std::size_t read_chunk(std::span<const int> bands, const ChunkPlace& place, std::span<std::byte* const> out) override;

  [[nodiscard]] static Shape chunk_of(Shape grid) noexcept { return {std::min(side, grid.rows), std::min(side, grid.cols)}; }

 private:
  std::string path_;
  Fingerprint fingerprint_;
  Grid grid_;
  TimeAxis times_;
  std::vector<BandFacts> bands_;
  BurnMethod method_;
  EdgeTable edges_;
};

}  // namespace terroir
