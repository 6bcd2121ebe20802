#include "pipeline/adapters/zarr/shard_index.h"

#include "pipeline/codecs/crc32c.h"
#include "pipeline/error.h"

#include <algorithm>
#include <cstring>

namespace terroir {
namespace {

std::size_t bytes_of(const ShardIndex& index) { return index.size() * sizeof(ShardEntry) + 256; }

}  // namespace

std::size_t shard_index_bytes(std::size_t chunks, bool checked) noexcept { return chunks * sizeof(ShardEntry) + (checked ? 4 : 0); }

ShardIndex parse_shard_index(std::span<const std::byte> bytes, bool checked, std::uint64_t object_bytes) {
  if (checked) {
    std::uint32_t sum = 0;
    if (bytes.size() < sizeof sum) throw Error(Fault::data, "its index is too short");
    std::memcpy(&sum, bytes.data() + bytes.size() - sizeof sum, sizeof sum);
    bytes = bytes.first(bytes.size() - sizeof sum);
    if (sum != crc32c(bytes)) throw Error(Fault::data, "its index has a wrong checksum");
  }
  ShardIndex index(bytes.size() / sizeof(ShardEntry));
  if (!index.empty()) std::memcpy(index.data(), bytes.data(), index.size() * sizeof(ShardEntry));
  for (const ShardEntry& entry : index)
    if (entry.stored() && (entry.offset > object_bytes || entry.bytes > object_bytes - entry.offset))
      throw Error(Fault::data, "its index names bytes that it does not have");
  return index;
}

std::shared_ptr<const ShardIndex> ShardIndices::find(const std::string& path) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(kept_.begin(), kept_.end(), [&](const Kept& one) { return one.path == path; });
  if (found == kept_.end()) return nullptr;
  kept_.splice(kept_.begin(), kept_, found);
  return kept_.front().index;
}

void ShardIndices::keep(const std::string& path, std::shared_ptr<const ShardIndex> index) {
  const std::lock_guard lock(mutex_);
  bytes_ += bytes_of(*index);
  kept_.push_front({path, std::move(index)});
  while ((bytes_ > budget_ || kept_.size() > most) && kept_.size() > 1) {
    bytes_ -= bytes_of(*kept_.back().index);
    kept_.pop_back();
  }
}

}  // namespace terroir
