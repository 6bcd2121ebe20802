#pragma once

#include "pipeline/run/reader.h"
#include "tiling/buffer.h"

#include <map>
#include <memory>
#include <mutex>

namespace terroir {

/// Results of one pass that a rank keeps for the next ones, chunk by chunk, until its share of memory is used up. Best effort: what is
/// not there is computed again, to the same bits.
class KeptChunks {
 public:
  /// Pixels of a pass's `keeps`, one full chunk after another.
  using Pixels = std::shared_ptr<const Buffer>;

  explicit KeptChunks(std::size_t capacity) : capacity_(capacity) {}

  /// Whether there is room for a chunk of so many floats; reserves it.
  [[nodiscard]] bool reserve(std::size_t floats) {
    const std::lock_guard lock(mutex_);
    if (used_ + floats * sizeof(float) > capacity_) return false;
    used_ += floats * sizeof(float);
    return true;
  }
  void put(const Window& chunk, Pixels pixels) {
    const std::lock_guard lock(mutex_);
    chunks_[{chunk.row, chunk.col}] = std::move(pixels);
  }
  /// Null when the chunk was not kept.
  [[nodiscard]] Pixels find(const Window& chunk) const {
    const std::lock_guard lock(mutex_);
    const auto found = chunks_.find({chunk.row, chunk.col});
    return found == chunks_.end() ? nullptr : found->second;
  }

 private:
  std::size_t capacity_, used_ = 0;
  mutable std::mutex mutex_;
  std::map<std::pair<Index, Index>, Pixels> chunks_;
};

/// Reads the layers of a shortened pass: kept ones from a chunk that is at hand, all others through the reader.
class KeptSource final : public LayerSource {
 public:
  KeptSource(const Pass& pass, LayerSource& reader) : pass_(pass), reader_(reader) {}

  /// The chunk whose pixels are read from now on.
  void use(const Window& chunk, KeptChunks::Pixels pixels) {
    chunk_ = chunk;
    pixels_ = std::move(pixels);
  }
  void read(LayerId layer, Index first, const Window& window, Block<float> out) override;

 private:
  const Pass& pass_;
  LayerSource& reader_;
  Window chunk_;
  KeptChunks::Pixels pixels_;
};

}  // namespace terroir
