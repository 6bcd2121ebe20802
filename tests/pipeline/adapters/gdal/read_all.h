#pragma once

#include "pipeline/ports/decode.h"

#include <algorithm>
#include <vector>

namespace terroir::test {

/// Decodings of all bands as the file itself says.
inline std::vector<Decoding> own_decodings(const Source& source) {
  std::vector<Decoding> list;
  for (const auto& band : source.bands()) list.push_back({band.nodata, band.scale, band.offset, std::nullopt, false});
  return list;
}

/// Pixels of one chunk of some bands, read in one call: [band][row * chunk.cols + col]; -12345 beyond the data.
inline std::vector<std::vector<float>> read_chunk(Source& source, const std::vector<int>& bands, const std::vector<Decoding>& decodings,
                                                  const ChunkPlace& place) {
  const auto area = static_cast<std::size_t>(source.chunk().area());
  std::vector<std::vector<double>> numbers(bands.size(), std::vector<double>(area));  // as wide as any number, and aligned
  std::vector<std::byte*> out;
  for (auto& plane : numbers) out.push_back(reinterpret_cast<std::byte*>(plane.data()));
  (void)source.read_chunk(bands, place, out);
  const Shape chunk = source.chunk().shape;
  const Window inside = intersect(source.grid().window(), {place.row * chunk.rows, place.col * chunk.cols, chunk.rows, chunk.cols});
  std::vector<std::vector<float>> pixels(bands.size(), std::vector<float>(area, -12345.f));
  for (std::size_t b = 0; b < bands.size(); ++b) {
    const SampleType type = source.stored_type(bands[b]);
    const auto bytes = static_cast<Index>(sample_bytes(type));
    for (Index r = 0; r < inside.rows; ++r)
      decode(type, decodings[b], out[b] + r * chunk.cols * bytes, inside.cols, pixels[b].data() + r * chunk.cols);
  }
  return pixels;
}

/// Some bands of a whole source: [band][row * cols + col].
inline std::vector<std::vector<float>> read_bands(Source& source, const std::vector<int>& bands, const std::vector<Decoding>& decodings) {
  const Shape grid = source.grid().shape(), chunk = source.chunk().shape;
  std::vector<std::vector<float>> all(bands.size(), std::vector<float>(static_cast<std::size_t>(grid.area())));
  for (Index row = 0; row * chunk.rows < grid.rows; ++row)
    for (Index col = 0; col * chunk.cols < grid.cols; ++col) {
      const auto pixels = read_chunk(source, bands, decodings, {0, row, col});
      for (std::size_t b = 0; b < bands.size(); ++b)
        for (Index r = 0; r < std::min(chunk.rows, grid.rows - row * chunk.rows); ++r)
          for (Index c = 0; c < std::min(chunk.cols, grid.cols - col * chunk.cols); ++c)
            all[b][static_cast<std::size_t>((row * chunk.rows + r) * grid.cols + col * chunk.cols + c)] =
                pixels[b][static_cast<std::size_t>(r * chunk.cols + c)];
    }
  return all;
}

inline std::vector<float> read_band(Source& source, int band) {
  return read_bands(source, {band}, {own_decodings(source)[static_cast<std::size_t>(band)]})[0];
}

}  // namespace terroir::test
