#include "tiling/tile_grid.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace terroir {
namespace {

/// Distance along the Hilbert curve that fills a square of side 2^k >= both coordinates (Skilling 2004, two dimensions).
std::uint64_t hilbert_distance(std::uint64_t side, std::uint64_t x, std::uint64_t y) noexcept {
  std::uint64_t distance = 0;
  for (std::uint64_t s = side / 2; s > 0; s /= 2) {
    const std::uint64_t rx = (x & s) != 0 ? 1 : 0, ry = (y & s) != 0 ? 1 : 0;
    distance += s * s * ((3 * rx) ^ ry);
    if (ry == 0) {
      if (rx == 1) {
        x = side - 1 - x;
        y = side - 1 - y;
      }
      std::swap(x, y);
    }
  }
  return distance;
}

}  // namespace

std::vector<Index> TileGrid::hilbert_order() const {
  std::uint64_t side = 1;
  while (side < static_cast<std::uint64_t>(std::max(counts_.rows, counts_.cols))) side *= 2;
  std::vector<std::pair<std::uint64_t, Index>> keyed;
  keyed.reserve(static_cast<std::size_t>(size()));
  for (Index id = 0; id < size(); ++id)
    keyed.emplace_back(hilbert_distance(side, static_cast<std::uint64_t>(id % counts_.cols), static_cast<std::uint64_t>(id / counts_.cols)),
                       id);
  std::sort(keyed.begin(), keyed.end());
  std::vector<Index> order;
  order.reserve(keyed.size());
  for (const auto& [key, id] : keyed) order.push_back(id);
  return order;
}

}  // namespace terroir
