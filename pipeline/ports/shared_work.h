#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

namespace terroir {

/// Bytes that the ranks of a node share, and parts of work that one of them does for all: whoever comes first. A cache and never a source
/// of truth. May be used from several threads.
class SharedWork {
 public:
  virtual ~SharedWork() = default;
  /// Throw Error(Fault::system).
  virtual void write(std::uint64_t offset, std::span<const std::byte> bytes) = 0;
  virtual void read(std::uint64_t offset, std::span<std::byte> bytes) const = 0;
  /// Does a part unless it is done or somebody else is at it; then returns false. What `work` throws is thrown here and the part is
  /// free again. A part whose owner has died is free, too.
  virtual bool try_part(std::size_t part, const std::function<void()>& work) = 0;
  [[nodiscard]] virtual bool done(std::size_t part) const noexcept = 0;
};

}  // namespace terroir
