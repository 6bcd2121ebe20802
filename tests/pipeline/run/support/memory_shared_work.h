#pragma once

#include "pipeline/error.h"
#include "pipeline/ports/shared_work.h"

#include <algorithm>
#include <vector>

namespace terroir::testing {

/// Shared work of ranks that take turns in one thread.
class MemorySharedWork final : public SharedWork {
 public:
  MemorySharedWork(std::uint64_t bytes, std::size_t parts) : bytes_(bytes), done_(parts) {}
  /// From then on writing fails, as on a full disk.
  void fill() { full_ = true; }
  void write(std::uint64_t offset, std::span<const std::byte> bytes) override {
    if (full_) throw Error(Fault::system, "No space left on device");
    std::copy(bytes.begin(), bytes.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(offset));
  }
  void read(std::uint64_t offset, std::span<std::byte> bytes) const override {
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), bytes.size(), bytes.begin());
  }
  bool try_part(std::size_t part, const std::function<void()>& work) override {
    work();
    done_.at(part) = true;
    return true;
  }
  [[nodiscard]] bool done(std::size_t part) const noexcept override { return done_[part]; }
  [[nodiscard]] std::size_t parts_done() const { return static_cast<std::size_t>(std::count(done_.begin(), done_.end(), true)); }

 private:
  std::vector<std::byte> bytes_;
  std::vector<bool> done_;
  bool full_ = false;
};

}  // namespace terroir::testing
