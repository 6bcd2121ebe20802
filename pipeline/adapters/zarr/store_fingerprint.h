#pragma once

#include "pipeline/adapters/zarr/input_array.h"
#include "pipeline/ports/source.h"

namespace terroir {

/// Gathers what tells one content of a store from another.
class StoreFingerprint {
 public:
  /// `bytes` and `crc32c` are those of the metadata.
  StoreFingerprint(const std::string& store, std::uint64_t bytes, std::uint32_t crc32c) : store_(store), print_{bytes, crc32c, 0} {}

  /// Sizes of the objects of an array (of many: evenly chosen ones, the first and the last among them), the first 64 KiB of the first
  /// one that is there and the last 64 KiB of the last one. Throws Error(Fault::system).
  void add(const InputArray& array);
  [[nodiscard]] const Fingerprint& value() const noexcept { return print_; }

  /// Objects of an array that are looked at, at most.
  static constexpr std::uint64_t most_objects = 128;

 private:
  void add_bytes(const std::string& path, bool first);

  const std::string& store_;
  Fingerprint print_;
};

}  // namespace terroir
