#pragma once

#include "tiling/buffer.h"

#include <condition_variable>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace terroir {

/// Which decoded input chunk: a file, the group of its bands that are decoded together, a time step and a place.
struct ChunkKey {
  std::size_t file = 0, group = 0;
  Index time = 0, row = 0, col = 0;
  friend bool operator==(const ChunkKey&, const ChunkKey&) = default;
};

/// Decoded input chunks, the latest used ones, within a budget of bytes. Threads that ask for the same chunk at once share one decoding.
class ChunkCache {
 public:
  /// Pixels of a chunk; stays valid while it is held, also after it left the cache.
  using Chunk = std::shared_ptr<const Buffer>;

  explicit ChunkCache(std::size_t capacity) : capacity_(capacity) {}

  /// The chunk of a key, made by `load(buffer)` in a buffer of `bytes` when it is not there. What `load` throws is thrown here.
  Chunk get(const ChunkKey& key, std::size_t bytes, const std::function<void(Buffer&)>& load);
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

 private:
  struct Hash {
    std::size_t operator()(const ChunkKey& k) const noexcept {
      std::size_t h = k.file * 0x9e3779b97f4a7c15ULL + k.group;
      for (const Index part : {k.time, k.row, k.col}) h = (h ^ static_cast<std::size_t>(part)) * 0x9e3779b97f4a7c15ULL + (h >> 29);
      return h;
    }
  };
  struct Entry {
    Chunk chunk;  ///< null while it is being decoded
    std::list<ChunkKey>::iterator place;
  };

  std::shared_ptr<Buffer> take_buffer(std::size_t bytes);
  void trim();

  std::size_t capacity_, used_ = 0;
  std::mutex mutex_;
  std::condition_variable loaded_;
  std::list<ChunkKey> recent_;  ///< latest used first
  std::unordered_map<ChunkKey, Entry, Hash> entries_;
  std::vector<Chunk> spare_;  ///< evicted buffers, used again: fresh pages cost more than the copy
};

}  // namespace terroir
