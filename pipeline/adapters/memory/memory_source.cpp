#include "pipeline/adapters/memory/memory_source.h"

#include "pipeline/error.h"

#include <fnmatch.h>

#include <bit>
#include <cmath>
#include <limits>

namespace terroir {
namespace {

constexpr float nodata_pixel = std::numeric_limits<float>::quiet_NaN();

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

double extract_bits(double stored, std::pair<int, int> bits) {
  const auto value = static_cast<std::uint64_t>(static_cast<std::int64_t>(stored));
  const auto width = static_cast<unsigned>(bits.second - bits.first + 1);
  return static_cast<double>((value >> static_cast<unsigned>(bits.first)) & ((std::uint64_t{1} << width) - 1));
}

float decode(float stored, const Decoding& how) {
  if (how.categorical) return stored;
  if (how.nodata && static_cast<double>(stored) == *how.nodata) return nodata_pixel;
  const double value = how.bits ? extract_bits(stored, *how.bits) : static_cast<double>(stored);
  return static_cast<float>(value * how.scale + how.offset);
}

}  // namespace

MemorySource::MemorySource(std::string path, std::shared_ptr<MemoryRaster> raster) : path_(std::move(path)), raster_(std::move(raster)) {
  const Index pixels = raster_->times.steps() * raster_->grid.shape().area();
  for (const auto& band : raster_->bands) {
    if (band.pixels.size() != at(pixels)) throw Error(Fault::bug, path_ + ": a band has not times x rows x columns pixels");
    facts_.push_back({band.description, band.dtype, band.unit, band.nodata, band.scale, band.offset, false});
  }
}

Fingerprint MemorySource::fingerprint() const {
  std::uint64_t size = 0;
  double sum = 0;
  for (const auto& band : raster_->bands) {
    size += band.pixels.size() * sizeof(float);
    for (std::size_t i = 0; i < band.pixels.size(); ++i)
      if (!std::isnan(band.pixels[i])) sum += static_cast<double>(band.pixels[i]) * static_cast<double>(i % 1021 + 1);
  }
  const auto bits = std::bit_cast<std::uint64_t>(sum);
  return {size, static_cast<std::uint32_t>(bits), static_cast<std::uint32_t>(bits >> 32)};
}

std::size_t MemorySource::read_chunk(std::span<const int> bands, std::span<const Decoding> decodings, Index time, Index chunk_row,
                                     Index chunk_col, std::span<float* const> out) {
  const Shape chunk = raster_->chunk, all = raster_->grid.shape();
  raster_->chunks_read += raster_->interleaved ? 1 : bands.size();
  if (raster_->failing == std::tuple{time, chunk_row, chunk_col})
    throw Error(Fault::data, path_ + ": chunk (" + std::to_string(chunk_row) + ", " + std::to_string(chunk_col) + ") cannot be decoded");
  for (std::size_t b = 0; b < bands.size(); ++b) {
    const auto& pixels = raster_->bands.at(at(bands[b])).pixels;
    for (Index r = 0; r < chunk.rows; ++r) {
      for (Index c = 0; c < chunk.cols; ++c) {
        const Index row = chunk_row * chunk.rows + r, col = chunk_col * chunk.cols + c;
        const bool inside = row < all.rows && col < all.cols;
        out[b][r * chunk.cols + c] = inside ? decode(pixels[at((time * all.rows + row) * all.cols + col)], decodings[b]) : nodata_pixel;
      }
    }
  }
  return at(chunk.area()) * bands.size() * sizeof(float);
}

std::unique_ptr<Source> MemoryOpener::open(const std::string& path) {
  const auto found = rasters_.find(path);
  if (found == rasters_.end()) throw Error(Fault::mistake, path + ": there is no such data set; check the path");
  return std::make_unique<MemorySource>(path, found->second);
}

std::vector<std::string> MemoryOpener::glob(const std::string& pattern) {
  std::vector<std::string> found;
  for (const auto& [path, raster] : rasters_)
    if (fnmatch(pattern.c_str(), path.c_str(), FNM_PATHNAME | FNM_PERIOD) == 0) found.push_back(path);
  return found;
}

}  // namespace terroir
