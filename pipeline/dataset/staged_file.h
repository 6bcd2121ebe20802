#pragma once

#include "pipeline/ports/sink.h"
#include "pipeline/ports/store.h"

#include <cstdint>
#include <string>
#include <vector>

namespace terroir {

/// The folder for files that live as long as a run: TMPDIR, else /tmp.
[[nodiscard]] std::string scratch_folder();

/// A stretch of a file whose CRC is known to who wrote it.
struct KnownStretch {
  std::uint64_t offset = 0, bytes = 0;
  std::uint32_t crc32c = 0;
};

/// A new file on this machine's own disk (in the scratch folder), which is gone when this object is. There libraries may seek, map and
/// lock, which mounted blob stores refuse. What killed processes of this user have left there is removed first.
class StagedFile {
 public:
  explicit StagedFile(const std::string& suffix);
  ~StagedFile();
  StagedFile(const StagedFile&) = delete;
  StagedFile& operator=(const StagedFile&) = delete;

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  /// Why writing it failed: the library's reason, and what to do. For Error(Fault::system).
  [[nodiscard]] std::string failure(const std::string& reason) const;
  /// Makes it an object of a store, once: moved where the store can take it, else copied front to back. Stretches that are `known`, in
  /// any order, and do not overlap, are not read for the record of a file that is moved.
  [[nodiscard]] ObjectRecord publish(Store& store, const std::string& key, std::vector<KnownStretch> known = {}) const;

 private:
  bool take_folder();

  std::string folder_, path_;
  int lock_ = -1;  ///< of the folder: shared as long as this object lives, which tells it from an abandoned one
};

}  // namespace terroir
