#pragma once

#include "tiling/block.h"
#include "tiling/large_memory.h"

#include <cstddef>
#include <memory>
#include <utility>

namespace terroir {

/// Owner of aligned, uninitialised memory that only grows: made once for each worker and used again for each block.
class Buffer {
 public:
  static constexpr std::size_t alignment = memory_alignment;

  Buffer() = default;
  explicit Buffer(std::size_t bytes) { reserve(bytes); }
  Buffer(Buffer&& other) noexcept : memory_(std::exchange(other.memory_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  Buffer& operator=(Buffer&& other) noexcept {
    std::swap(memory_, other.memory_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~Buffer() { release(); }

  /// Makes room for `bytes`; what was in the buffer is lost when it grows.
  void reserve(std::size_t bytes) {
    if (bytes <= bytes_) return;
    release();
    memory_ = take_memory(bytes);
    bytes_ = bytes;
  }

  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::byte* data() const noexcept { return memory_; }

 private:
  void release() noexcept {
    if (memory_ != nullptr) give_memory(std::exchange(memory_, nullptr), std::exchange(bytes_, 0));
  }

  std::byte* memory_ = nullptr;
  std::size_t bytes_ = 0;
};

/// Floats between the starts of two rows: the columns and their halo, rounded up to 16 (64 bytes).
constexpr Index padded_row(Index cols, Halo halo) noexcept { return ceil_div(cols + 2 * halo.cols, 16) * 16; }

/// Floats that a block of this size takes.
constexpr std::size_t block_floats(Index times, Shape shape, Halo halo) noexcept {
  return static_cast<std::size_t>(times * padded_row(shape.cols, halo) * (shape.rows + 2 * halo.rows));
}

/// A block laid over memory of at least `block_floats` floats.
inline Block<float> lay_block(float* memory, Index times, Shape shape, Halo halo) noexcept {
  const Index stride = padded_row(shape.cols, halo);
  return {memory + halo.rows * stride + halo.cols, times, shape, stride * (shape.rows + 2 * halo.rows), stride, halo};
}

/// One block together with its memory: for tests, benchmarks and small tools.
class OwnedBlock {
 public:
  OwnedBlock(Index times, Shape shape, Halo halo = {}, float value = 0) : memory_(block_floats(times, shape, halo) * sizeof(float)) {
    auto* floats = reinterpret_cast<float*>(memory_.data());
    std::uninitialized_fill_n(floats, block_floats(times, shape, halo), value);
    view_ = lay_block(floats, times, shape, halo);
  }
  [[nodiscard]] Block<float> view() const noexcept { return view_; }
  [[nodiscard]] float& operator()(Index t, Index r, Index c) const noexcept { return view_(t, r, c); }

 private:
  Buffer memory_;
  Block<float> view_;
};

}  // namespace terroir
