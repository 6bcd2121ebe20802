#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

namespace terroir {

/// Where a chunk lies in its shard.
struct ShardEntry {
  std::uint64_t offset = 0, bytes = 0;
  /// Chunks of nothing but the fill value are not stored.
  [[nodiscard]] bool stored() const noexcept { return offset != absent || bytes != absent; }
  static constexpr std::uint64_t absent = ~std::uint64_t{0};
  friend bool operator==(const ShardEntry&, const ShardEntry&) = default;
};

/// Places of the chunks of a shard, in C order.
using ShardIndex = std::vector<ShardEntry>;

/// Bytes of an index of so many chunks.
[[nodiscard]] std::size_t shard_index_bytes(std::size_t chunks, bool checked) noexcept;

/// Parses an index of the codec sharding_indexed: pairs of little-endian 64-bit numbers, then their CRC-32C where it is `checked`.
/// Throws Error(Fault::data) when the checksum is wrong or a chunk lies outside of the object, which has `object_bytes`.
[[nodiscard]] ShardIndex parse_shard_index(std::span<const std::byte> bytes, bool checked, std::uint64_t object_bytes);

/// Keeps the indices of the shards used last, as long as they are few and take no more than some bytes. Safe for threads.
class ShardIndices {
 public:
  static constexpr std::size_t most = 256;
  explicit ShardIndices(std::size_t budget) : budget_(budget) {}
  /// Null when it is not kept.
  [[nodiscard]] std::shared_ptr<const ShardIndex> find(const std::string& path);
  void keep(const std::string& path, std::shared_ptr<const ShardIndex> index);

 private:
  struct Kept {
    std::string path;
    std::shared_ptr<const ShardIndex> index;
  };
  std::size_t budget_, bytes_ = 0;
  std::mutex mutex_;
  std::list<Kept> kept_;  ///< last used first
};

}  // namespace terroir
