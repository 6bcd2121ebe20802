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
  recent_.push_front(key);
  entries_[key] = {nullptr, recent_.begin()};
  const std::shared_ptr<Numbers> numbers = take_buffer(bytes);
  lock.unlock();
  try {
    load(*numbers);
  } catch (...) {
    lock.lock();
    recent_.erase(entries_[key].place);
    entries_.erase(key);
    loaded_.notify_all();
    throw;
  }
  lock.lock();
  entries_[key].chunk = numbers;
  used_ += numbers->buffer.bytes();
  trim();
  loaded_.notify_all();
  return numbers;
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
  spare_.clear();
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
