#include "pipeline/dataset/part.h"

#include "pipeline/codecs/crc32c.h"
#include "pipeline/error.h"
#include "pipeline/ports/sink.h"

#include <array>
#include <cstring>
#include <limits>

namespace terroir {
namespace {

constexpr std::uint64_t absent = std::numeric_limits<std::uint64_t>::max();

/// The index at the end of a shard, checked.
std::vector<std::array<std::uint64_t, 2>> index_of(std::size_t chunks, std::span<const std::byte> part) {
  std::vector<std::array<std::uint64_t, 2>> index(chunks);
  std::uint32_t crc = 0;
  const std::size_t bytes = std::span(index).size_bytes();
  if (part.size() < bytes + sizeof crc) throw Error(Fault::data, "a part is shorter than its index");
  const auto tail = part.last(bytes + sizeof crc);
  std::memcpy(index.data(), tail.data(), bytes);
  std::memcpy(&crc, tail.data() + bytes, sizeof crc);
  if (crc32c(tail.first(bytes)) != crc) throw Error(Fault::data, "the index of a part is damaged");
  return index;
}

}  // namespace

std::string part_key(const ArrayLayout& layout, Index tile_row, Index tile_col) {
  return parts_prefix + layout.name + "/" + std::to_string(tile_row) + "/" + std::to_string(tile_col);
}

std::vector<PartChunk> chunks_of_part(const ArrayLayout& layout, Index tile_row, Index tile_col, std::span<const std::byte> part) {
  const Shape places = layout.chunks_per_tile(), inside = layout.chunks_inside(tile_row, tile_col);
  const auto index = index_of(static_cast<std::size_t>(layout.time_chunks * places.area()), part);
  std::vector<PartChunk> out;
  for (Index row = 0; row < inside.rows; ++row)
    for (Index col = 0; col < inside.cols; ++col)
      for (Index time = 0; time < layout.time_chunks; ++time) {
        const auto [offset, bytes] = index[static_cast<std::size_t>((time * places.rows + row) * places.cols + col)];
        if (offset == absent) continue;
        if (offset > part.size() || bytes > part.size() - offset) throw Error(Fault::data, "a chunk reaches beyond its part");
        out.push_back({time, tile_row * places.rows + row, tile_col * places.cols + col, part.subspan(offset, bytes)});
      }
  return out;
}

}  // namespace terroir
