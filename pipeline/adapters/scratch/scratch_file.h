#pragma once

#include "pipeline/ports/shared_work.h"

#include <atomic>
#include <string>

namespace terroir {

/// Shared work in a file on a disk of this node. Its name is gone as soon as all owners have it open, so that nothing is left of owners
/// that are killed; what was left before that is removed by `remove_abandoned`.
class ScratchFile final : public SharedWork {
 public:
  /// Who makes or opens which file: `token` is one that the owners share and nobody else has.
  struct Place {
    std::string folder;
    std::string token;
    std::uint32_t owners = 1;
  };
  /// Opens or makes it with room for so many bytes and parts. Throws Error(Fault::system).
  ScratchFile(const Place& place, std::uint64_t bytes, std::size_t parts);
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  ~ScratchFile() override;

  void write(std::uint64_t offset, std::span<const std::byte> bytes) override;
  void read(std::uint64_t offset, std::span<std::byte> bytes) const override;
  bool try_part(std::size_t part, const std::function<void()>& work) override;
  /// The same of several: does those among `parts` that are free, `most` of them, in one go. `work` is told their places among them.
  bool try_parts(std::span<const std::size_t> parts, std::size_t most, const std::function<void(std::span<const std::size_t>)>& work);
  [[nodiscard]] bool done(std::size_t part) const noexcept override { return state(part).load(std::memory_order_acquire) == finished; }

 private:
  /// State of a part: free, finished, or the process that is at it. A process that died leaves its part to others.
  using State = std::atomic<std::uint32_t>;
  static constexpr std::uint32_t unclaimed = 0, finished = 0xffffffff;

  [[nodiscard]] State& state(std::size_t part) const noexcept { return states_[first_state + part]; }
  [[nodiscard]] bool claim(std::size_t part) noexcept;

  /// In front of all states: how many owners have opened the file.
  static constexpr std::size_t first_state = 16;

  void open();
  void lay_out_header(std::uint64_t bytes);
  void unlink_own() const noexcept;
  [[noreturn]] void fail(const std::string& doing) const;

  std::string path_;
  int descriptor_ = -1;
  std::uint64_t header_ = 0;  ///< bytes of the states, in front of all others
  State* states_ = nullptr;
};

/// Removes scratch files in a folder whose owners were killed before all of them had it open.
void remove_abandoned(const std::string& folder) noexcept;

}  // namespace terroir
