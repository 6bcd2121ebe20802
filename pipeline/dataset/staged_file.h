#pragma once

#include "pipeline/ports/sink.h"
#include "pipeline/ports/store.h"

#include <string>

namespace terroir {

/// The folder for files that live as long as a run: TMPDIR, else /tmp.
[[nodiscard]] std::string scratch_folder();

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
  /// Makes it an object of a store, once: moved where the store can take it, else copied front to back.
  [[nodiscard]] ObjectRecord publish(Store& store, const std::string& key) const;

 private:
  std::string folder_, path_;
  int lock_ = -1;  ///< of the folder: shared as long as this object lives, which tells it from an abandoned one
};

}  // namespace terroir
