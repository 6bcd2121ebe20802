#include "pipeline/adapters/zarr/input_array.h"

namespace terroir {

std::vector<Index> InputArray::chunks_per_object() const {
  std::vector<Index> count(shape.size(), 1);
  for (std::size_t d = 0; d < shard.size(); ++d) count[d] = shard[d] / chunk[d];
  return count;
}

std::size_t InputArray::chunk_size() const noexcept {
  std::size_t size = 1;
  for (const Index length : chunk) size *= static_cast<std::size_t>(length);
  return size;
}

std::size_t InputArray::stored_element() const noexcept {
  if (text == Text::fixed) return characters * sizeof(char32_t);
  return half ? 2 : element();
}

std::string InputArray::key(const std::vector<Index>& place) const {
  std::string out = name + "/" + key_prefix;
  for (std::size_t d = 0; d < place.size(); ++d) {
    if (d > 0) out += separator;
    out += std::to_string(place[d]);
  }
  // An array without dimensions has one object.
  if (place.empty()) out = name + "/" + (key_prefix.empty() ? "0" : "c");
  return out;
}

}  // namespace terroir
