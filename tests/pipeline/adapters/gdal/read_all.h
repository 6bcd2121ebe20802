#pragma once

#include "pipeline/ports/source.h"

#include <stdexcept>
#include <vector>

namespace terroir::test {

/// Decodings of all bands as the file itself says.
inline std::vector<Decoding> own_decodings(const Source& source) {
  std::vector<Decoding> list;
  for (const auto& band : source.bands()) list.push_back({band.nodata, band.scale, band.offset, std::nullopt, false});
  return list;
}

/// Some bands of a whole source, read chunk by chunk in one call each: [band][row * cols + col].
inline std::vector<std::vector<float>> read_bands(Source& source, const std::vector<int>& bands, const std::vector<Decoding>& decodings) {
  const Shape grid = source.grid().shape(), chunk = source.chunk();
  std::vector<std::vector<float>> all(bands.size(), std::vector<float>(static_cast<std::size_t>(grid.area())));
  std::vector<std::vector<float>> pixels(bands.size(), std::vector<float>(static_cast<std::size_t>(chunk.area())));
  std::vector<float*> out;
  for (auto& plane : pixels) out.push_back(plane.data());
  for (Index row = 0; row * chunk.rows < grid.rows; ++row)
    for (Index col = 0; col * chunk.cols < grid.cols; ++col) {
      source.read_chunk(bands, decodings, 0, row, col, out);
      for (std::size_t b = 0; b < bands.size(); ++b)
        for (Index r = 0; r < chunk.rows; ++r)
          for (Index c = 0; c < chunk.cols; ++c) {
            const float value = pixels[b][static_cast<std::size_t>(r * chunk.cols + c)];
            const Index y = row * chunk.rows + r, x = col * chunk.cols + c;
            if (y < grid.rows && x < grid.cols)
              all[b][static_cast<std::size_t>(y * grid.cols + x)] = value;
            else if (value == value)
              throw std::runtime_error("a pixel beyond the grid has a value");
          }
    }
  return all;
}

inline std::vector<float> read_band(Source& source, int band) {
  return read_bands(source, {band}, {own_decodings(source)[static_cast<std::size_t>(band)]})[0];
}

}  // namespace terroir::test
