#pragma once

#include "pipeline/adapters/gdal/gdal_library.h"

#include <list>
#include <map>
#include <mutex>
#include <string>

namespace terroir {

/// Opened data sets for the use of one thread at a time: a handle that comes back is kept for the next reader of the same file, and
/// the one that was idle longest is closed when there are too many.
class HandlePool {
 public:
  explicit HandlePool(GdalOptions options) : options_(options) {}

  /// A handle that belongs to one reader until it is destroyed.
  class Lease {
   public:
    Lease(HandlePool& pool, std::string path, DatasetPtr dataset) : pool_(&pool), path_(std::move(path)), dataset_(std::move(dataset)) {}
    ~Lease() { pool_->give_back(path_, std::move(dataset_)); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    [[nodiscard]] GDALDatasetH get() const noexcept { return dataset_.get(); }
    /// Closes the handle instead of keeping it: after an error it may hold bad state.
    void discard() noexcept { dataset_.reset(); }

   private:
    HandlePool* pool_;
    std::string path_;
    DatasetPtr dataset_;
  };

  /// An idle handle of the file, or a new one. Throws Error(Fault::system) when it cannot be opened.
  [[nodiscard]] Lease acquire(const std::string& path);
  /// Keeps a handle for later.
  void put(const std::string& path, DatasetPtr dataset);
  /// Opens without the pool; null when GDAL cannot. Throws Error(Fault::system) when a storage does not answer.
  [[nodiscard]] DatasetPtr open(const std::string& path);
  /// Whether there is a mask or metadata beside the file, which are asked for once, or it was opened by its world file.
  [[nodiscard]] bool has_sidecar(const std::string& path);
  [[nodiscard]] std::size_t idle() const;

 private:
  struct Idle {
    std::string path;
    DatasetPtr dataset;
  };
  /// Whether a file says itself where it lies, or nothing beside it does.
  [[nodiscard]] static bool knows_its_place(const std::string& path, GDALDatasetH dataset);
  /// Opens a file that was opened before. Throws Error(Fault::system).
  [[nodiscard]] DatasetPtr open_again(const std::string& path);
  /// Ends a lease; the handle, if there still is one, becomes idle.
  void give_back(const std::string& path, DatasetPtr dataset);
  /// Moves handles that are too many out of the list, to be closed without the lock.
  [[nodiscard]] std::list<Idle> surplus();

  GdalOptions options_;
  mutable std::mutex mutex_;
  std::list<Idle> idle_;  ///< last used first
  std::map<std::string, bool> sidecars_;
  std::size_t leased_ = 0;
};

}  // namespace terroir
