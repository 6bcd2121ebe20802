#include "pipeline/adapters/memory/memory_store.h"

namespace terroir {

class MemoryStore::Writer : public ObjectWriter {
 public:
  Writer(MemoryStore& store, std::string key) : store_(store), key_(std::move(key)) {}
  void write(std::span<const std::byte> bytes) override { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
  void close() override {
    if (store_.before_close) store_.before_close(key_);
    const std::lock_guard lock(store_.mutex_);
    store_.objects_[key_] = std::move(bytes_);
  }

 private:
  MemoryStore& store_;
  std::string key_;
  std::vector<std::byte> bytes_;
};

std::unique_ptr<ObjectWriter> MemoryStore::create(const std::string& key) { return std::make_unique<Writer>(*this, key); }

std::optional<std::vector<std::byte>> MemoryStore::get(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto found = objects_.find(key);
  if (found == objects_.end()) return std::nullopt;
  return found->second;
}

std::vector<std::string> MemoryStore::list(const std::string& prefix) {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> keys;
  for (auto it = objects_.lower_bound(prefix); it != objects_.end() && it->first.starts_with(prefix); ++it) keys.push_back(it->first);
  return keys;
}

void MemoryStore::remove(const std::string& key) {
  const std::lock_guard lock(mutex_);
  objects_.erase(key);
}

}  // namespace terroir
