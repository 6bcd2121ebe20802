#pragma once

#include "pipeline/ports/source.h"
#include "tiling/buffer.h"

#include <condition_variable>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace terroir {

/// Which input chunk: a file, the group of its bands that are read together, and its place.
struct ChunkKey {
  std::size_t file = 0, group = 0;
  ChunkPlace place;
  friend bool operator==(const ChunkKey&, const ChunkKey&) = default;
};

/// Input chunks, decompressed, as stored numbers: the latest used ones, within a budget of bytes. Threads that ask for the same chunk at
/// once share one decoding.
class ChunkCache {
 public:
  struct Numbers {
    explicit Numbers(std::size_t bytes) : buffer(bytes) {}
    Buffer buffer;
    bool missing = false;  ///< it could not be read and counts as nodata
  };
  /// Numbers of a chunk; stay valid while they are held, also after the chunk left the cache.
  using Chunk = std::shared_ptr<const Numbers>;

  explicit ChunkCache(std::size_t capacity) : capacity_(capacity) {}

  /// A promise to bring a chunk, for which others who want it wait. Without `keep` it is taken back when this object is gone.
  class Claim {
   public:
    Claim(Claim&& other) noexcept : cache_(std::exchange(other.cache_, nullptr)), key_(other.key_), numbers_(std::move(other.numbers_)) {}
    Claim& operator=(Claim&&) = delete;
    ~Claim() {
      if (cache_ != nullptr) cache_->settle(key_, nullptr);
    }
    [[nodiscard]] const ChunkKey& key() const noexcept { return key_; }
    [[nodiscard]] Numbers& numbers() const noexcept { return *numbers_; }
    /// Hands the chunk to all who want it.
    Chunk keep() {
      std::exchange(cache_, nullptr)->settle(key_, numbers_);
      return std::move(numbers_);
    }

   private:
    friend ChunkCache;
    Claim(ChunkCache& cache, const ChunkKey& key, std::shared_ptr<Numbers> numbers)
        : cache_(&cache), key_(key), numbers_(std::move(numbers)) {}

    ChunkCache* cache_;
    ChunkKey key_;
    std::shared_ptr<Numbers> numbers_;
  };

  /// The chunk of a key, made by `load(numbers)` in a buffer of `bytes` when it is not there. What `load` throws is thrown here.
  Chunk get(const ChunkKey& key, std::size_t bytes, const std::function<void(Numbers&)>& load);
  /// The chunk of a key; null when it is not there yet.
  [[nodiscard]] Chunk find(const ChunkKey& key);
  /// Room for the chunk of a key; nothing when it is there or somebody is bringing it.
  [[nodiscard]] std::optional<Claim> claim(const ChunkKey& key, std::size_t bytes);
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

 private:
  struct Hash {
    std::size_t operator()(const ChunkKey& k) const noexcept {
      std::size_t h = k.file * 0x9e3779b97f4a7c15ULL + k.group;
      for (const Index part : {k.place.time, k.place.row, k.place.col})
        h = (h ^ static_cast<std::size_t>(part)) * 0x9e3779b97f4a7c15ULL + (h >> 29);
      return h;
    }
  };
  struct Entry {
    Chunk chunk;  ///< null while it is being decoded
    std::list<ChunkKey>::iterator place;
  };

  Claim begin(const ChunkKey& key, std::size_t bytes);
  /// Ends a claim: null takes it back.
  void settle(const ChunkKey& key, Chunk chunk);
  std::shared_ptr<Numbers> take_buffer(std::size_t bytes);
  void trim();

  std::size_t capacity_, used_ = 0;
  std::mutex mutex_;
  std::condition_variable loaded_;
  std::list<ChunkKey> recent_;  ///< latest used first
  std::unordered_map<ChunkKey, Entry, Hash> entries_;
  std::vector<Chunk> spare_;  ///< evicted buffers, used again: fresh pages cost more than the copy
};

}  // namespace terroir
