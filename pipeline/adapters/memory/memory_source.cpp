#include "pipeline/adapters/memory/memory_source.h"

#include "pipeline/error.h"

#include <fnmatch.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

namespace terroir {
namespace {

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

/// Writes numbers, all of four bytes, as what they are stored as.
void store(const float* numbers, Index count, SampleType type, std::byte* out) {
  if (type == SampleType::float32)
    std::memcpy(out, numbers, at(count) * sizeof(float));
  else
    std::transform(numbers, numbers + count, reinterpret_cast<std::int32_t*>(out), [](float v) { return static_cast<std::int32_t>(v); });
}

}  // namespace

MemorySource::MemorySource(std::string path, std::shared_ptr<MemoryRaster> raster) : path_(std::move(path)), raster_(std::move(raster)) {
  const Index pixels = raster_->times.steps() * raster_->grid.shape().area();
  for (const auto& band : raster_->bands) {
    if (band.pixels.size() != at(pixels)) throw Error(Fault::bug, path_ + ": a band has not times x rows x columns pixels");
    facts_.push_back({band.description, band.dtype, band.unit, band.nodata, band.scale, band.offset, false});
  }
}

SampleType MemorySource::stored_type(int band) const noexcept {
  return facts_[at(band)].dtype == "int32" ? SampleType::int32 : SampleType::float32;
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

std::size_t MemorySource::read_chunk(std::span<const int> bands, const ChunkPlace& place, std::span<std::byte* const> out) {
  const ChunkShape chunk = raster_->chunk;
  const Shape all = raster_->grid.shape();
  raster_->chunks_read += raster_->interleaved ? 1 : bands.size();
  if (raster_->failing == place)
    throw Error(Fault::data, path_ + ": chunk (" + std::to_string(place.row) + ", " + std::to_string(place.col) + ") cannot be decoded");
  const Window window =
      intersect(raster_->grid.window(), {place.row * chunk.shape.rows, place.col * chunk.shape.cols, chunk.shape.rows, chunk.shape.cols});
  const Index first = place.time * chunk.times, times = std::min(chunk.times, raster_->times.steps() - first);
  for (std::size_t b = 0; b < bands.size(); ++b) {
    const auto& pixels = raster_->bands.at(at(bands[b])).pixels;
    for (Index t = 0; t < times; ++t)
      for (Index r = 0; r < window.rows; ++r)
        store(pixels.data() + ((first + t) * all.rows + window.row + r) * all.cols + window.col, window.cols, stored_type(bands[b]),
              out[b] + at((t * chunk.shape.rows + r) * chunk.shape.cols) * sizeof(float));
  }
  return at(chunk.area()) * bands.size() * sizeof(float);
}

void MemoryOpener::add(const std::string& path, const std::string& variable, std::shared_ptr<MemoryRaster> raster) {
  rasters_[path] = raster;
  variables_[path].emplace_back(variable, std::move(raster));
}

std::vector<std::string> MemoryOpener::variables(const std::string& path) {
  std::vector<std::string> names;
  for (const auto& [name, raster] : variables_[path]) names.push_back(name);
  return names;
}

std::unique_ptr<Source> MemoryOpener::open(const std::string& path, const SourcePart& part) {
  for (const auto& [name, raster] : variables_[path])
    if (name == part.variable) return std::make_unique<MemorySource>(path, raster);
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
