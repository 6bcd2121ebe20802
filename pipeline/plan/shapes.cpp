#include "pipeline/plan/shapes.h"

#include <algorithm>

namespace terroir {
namespace {

constexpr Index pixel_bytes = 4;
constexpr Index largest_chunk_bytes = Index{4} << 20;
constexpr Index shard_limit = Index{16} << 20;
constexpr Index least_pieces = 16;  // so that a few ranks have something to share
constexpr Index largest_chunk = 256, smallest_chunk = 32;

Index pieces(Shape grid, Shape piece) noexcept { return ceil_div(grid.rows, piece.rows) * ceil_div(grid.cols, piece.cols); }

}  // namespace

Index default_chunk(Shape grid, Index features) noexcept {
  Index side = largest_chunk;
  while (side > smallest_chunk && (pieces(grid, {side, side}) < least_pieces || side * side * features * pixel_bytes > largest_chunk_bytes))
    side /= 2;
  return side;
}

std::optional<Shape> series_chunk(Shape grid, Shape window, Index features) noexcept {
  constexpr Index fewest = 8;
  const Shape chunk{window.rows * ceil_div(smallest_chunk, window.rows), window.cols * ceil_div(smallest_chunk, window.cols)};
  if (chunk.area() * features * pixel_bytes > largest_chunk_bytes || pieces(grid, chunk) < fewest) return std::nullopt;
  return chunk;
}

Shape default_shard(Shape grid, Shape chunk, Index features, Index times) noexcept {
  Shape shard = chunk;
  for (;;) {
    const Shape next{shard.rows * 2, shard.cols * 2};
    if (next.area() * features * times * pixel_bytes > shard_limit || pieces(grid, next) < least_pieces) return shard;
    shard = next;
  }
}

Index default_time_chunk(Shape chunk, Index features, Index times) noexcept {
  return std::clamp<Index>(largest_chunk_bytes / (chunk.area() * features * pixel_bytes), 1, times);
}

}  // namespace terroir
