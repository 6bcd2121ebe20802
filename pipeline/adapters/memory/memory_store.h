#pragma once

#include "pipeline/ports/store.h"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace terroir {

/// Objects in memory. May be used from several threads; an object appears when it is closed.
class MemoryStore : public Store {
 public:
  explicit MemoryStore(std::string location = "memory") : location_(std::move(location)) {}
  [[nodiscard]] std::string location() const override { return location_; }
  [[nodiscard]] std::unique_ptr<ObjectWriter> create(const std::string& key) override;
  [[nodiscard]] std::optional<std::vector<std::byte>> get(const std::string& key) override;
  [[nodiscard]] std::vector<std::string> list(const std::string& prefix) override;
  void remove(const std::string& key) override;

  /// Called before each close with the key; may throw what a full disk would (tests). Null: nothing.
  std::function<void(const std::string& key)> before_close;

 private:
  class Writer;
  std::string location_;
  std::mutex mutex_;
  std::map<std::string, std::vector<std::byte>> objects_;
};

}  // namespace terroir
