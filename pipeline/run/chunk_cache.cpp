#include "pipeline/run/chunk_cache.h"

#include <algorithm>

namespace terroir {

ChunkCache::Chunk ChunkCache::get(const ChunkKey& key, std::size_t bytes, const std::function<void(Numbers&)>& load) {
  std::unique_lock lock(mutex_);
  for (;;) {
    const auto found = entries_.find(key);
    if (found == entries_.end()) break;
    if (found->second.chunk) {
      recent_.splice(recent_.begin(), recent_, found->second.place);
      return found->second.chunk;
    }
    loaded_.wait(lock);
  }
  Claim claim = begin(key, bytes);
  lock.unlock();
  load(claim.numbers());
  return claim.keep();
}

ChunkCache::Chunk ChunkCache::find(const ChunkKey& key) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(key);
  if (found == entries_.end() || !found->second.chunk) return nullptr;
  recent_.splice(recent_.begin(), recent_, found->second.place);
  return found->second.chunk;
}

std::optional<ChunkCache::Claim> ChunkCache::claim(const ChunkKey& key, std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(key);
  if (found == entries_.end()) return begin(key, bytes);
  recent_.splice(recent_.begin(), recent_, found->second.place);
  return std::nullopt;
}

ChunkCache::Claim ChunkCache::begin(const ChunkKey& key, std::size_t bytes) {
  auto numbers = take_buffer(bytes);
  recent_.push_front(key);
  entries_[key] = {nullptr, recent_.begin()};
  return {*this, key, std::move(numbers)};
}

void ChunkCache::settle(const ChunkKey& key, Chunk chunk) {
  const std::lock_guard lock(mutex_);
  if (chunk) {
    used_ += chunk->buffer.bytes();
    entries_[key].chunk = std::move(chunk);
    trim();
  } else {
    recent_.erase(entries_[key].place);
    entries_.erase(key);
  }
  loaded_.notify_all();
}

std::shared_ptr<ChunkCache::Numbers> ChunkCache::take_buffer(std::size_t bytes) {
  const auto fits =
      std::find_if(spare_.begin(), spare_.end(), [&](const Chunk& c) { return c.use_count() == 1 && c->buffer.bytes() == bytes; });
  if (fits == spare_.end()) return std::make_shared<Numbers>(bytes);
  auto numbers = std::const_pointer_cast<Numbers>(*fits);
  numbers->missing = false;
  spare_.erase(fits);
  return numbers;
}

void ChunkCache::trim() {
  // Chunks are brought two at a time.
  if (spare_.size() > 2) spare_.erase(spare_.begin(), spare_.end() - 2);
  auto oldest = recent_.end();
  while (used_ > capacity_ && oldest != recent_.begin()) {
    --oldest;
    const auto entry = entries_.find(*oldest);
    if (!entry->second.chunk) continue;  // being decoded
    used_ -= entry->second.chunk->buffer.bytes();
    spare_.push_back(std::move(entry->second.chunk));
    entries_.erase(entry);
    oldest = recent_.erase(oldest);
  }
}

}  // namespace terroir
