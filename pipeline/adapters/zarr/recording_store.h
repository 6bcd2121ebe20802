#pragma once

#include "pipeline/ports/sink.h"
#include "pipeline/ports/store.h"

#include <vector>

namespace terroir {

/// A store that remembers what is written through it: key, size and CRC-32C of each object, in the order in which they are closed.
class RecordingStore final : public Store {
 public:
  explicit RecordingStore(Store& store) : store_(store) {}
  [[nodiscard]] std::string location() const override { return store_.location(); }
  [[nodiscard]] std::unique_ptr<ObjectWriter> create(const std::string& key) override;
  [[nodiscard]] std::optional<std::vector<std::byte>> get(const std::string& key) override { return store_.get(key); }
  [[nodiscard]] std::vector<std::string> list(const std::string& prefix) override { return store_.list(prefix); }
  void remove(const std::string& key) override { store_.remove(key); }
  void take_back(const std::string& key) override { store_.take_back(key); }

  [[nodiscard]] const std::vector<ObjectRecord>& records() const noexcept { return records_; }

 private:
  Store& store_;
  std::vector<ObjectRecord> records_;
};

}  // namespace terroir
