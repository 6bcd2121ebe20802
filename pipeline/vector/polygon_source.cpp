#include "pipeline/vector/polygon_source.h"

#include "pipeline/vector/burn.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace terroir {

PolygonSource::PolygonSource(std::string path, const Fingerprint& fingerprint, Grid grid, BurnMethod method, EdgeTable edges)
    : path_(std::move(path)), fingerprint_(fingerprint), grid_(std::move(grid)), bands_(1), method_(method), edges_(std::move(edges)) {
  bands_[0].dtype = "float32";
}

std::size_t PolygonSource::read_chunk(std::span<const int> bands, const ChunkPlace& place, std::span<std::byte* const> out) {
  const Shape chunk = chunk_of(grid_.shape());
  const Window window = intersect(grid_.window(), {place.row * chunk.rows, place.col * chunk.cols, chunk.rows, chunk.cols});
  for (std::size_t i = 0; i < bands.size(); ++i) {
    const BurnTarget target{window, reinterpret_cast<float*>(out[i]), chunk.cols};
    const EdgeTable::Band& band = edges_.band(place.row);
    std::fill_n(target.pixels, chunk.area(), std::numeric_limits<float>::quiet_NaN());
    if (method_ == BurnMethod::center)
      burn_centers(band, target);
    else if (method_ == BurnMethod::all_touched)
      burn_touched(band, target);
    else
      burn_coverage(band, target);
  }
  return 0;  // of the file: its polygons are in memory
}

}  // namespace terroir
