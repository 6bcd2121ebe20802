#pragma once

#include "tiling/buffer.h"

#include <utility>
#include <vector>

namespace terroir {

/// Memory for a moment: a buffer that this thread has used before, or a new one, kept for the next who asks when this object is gone.
class LentBuffer {
 public:
  explicit LentBuffer(std::size_t bytes) {
    if (!kept().empty()) {
      buffer_ = std::move(kept().back());
      kept().pop_back();
    }
    buffer_.reserve(bytes);
  }
  ~LentBuffer() { kept().push_back(std::move(buffer_)); }
  LentBuffer(const LentBuffer&) = delete;
  LentBuffer& operator=(const LentBuffer&) = delete;

  [[nodiscard]] std::byte* data() const noexcept { return buffer_.data(); }
  void reserve(std::size_t bytes) { buffer_.reserve(bytes); }

 private:
  static std::vector<Buffer>& kept() {
    thread_local std::vector<Buffer> buffers;
    return buffers;
  }
  Buffer buffer_;
};

}  // namespace terroir
