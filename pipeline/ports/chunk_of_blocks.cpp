#include "pipeline/ports/chunk_of_blocks.h"

#include <algorithm>

namespace terroir {

Shape chunk_of_blocks(Shape block, Shape image, Index samples) noexcept {
  constexpr Index side = 256, most_pixels = Index{1} << 20, most_numbers = Index{4} << 20;
  const Index most = std::min(most_pixels, most_numbers / samples);
  const auto multiple = [](Index size, Index count, Index limit) {
    return std::max<Index>(1, std::min({ceil_div(side, size), count, limit}));
  };
  Shape chunk = block;
  chunk.cols *= multiple(block.cols, ceil_div(image.cols, block.cols), most / std::max<Index>(1, chunk.area()));
  chunk.rows *= multiple(block.rows, ceil_div(image.rows, block.rows), most / std::max<Index>(1, chunk.area()));
  return chunk;
}

}  // namespace terroir
