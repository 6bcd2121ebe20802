#include "pipeline/adapters/hdf5/chunk_fetcher.h"

#include "pipeline/adapters/hdf5/hdf5_handle.h"
#include "pipeline/cf/cf_file.h"

#include <mutex>
#include <utility>
#include <vector>

namespace terroir {
namespace {

/// Whether the call before failed because there is no such chunk: it says so by itself, where a search that failed has said so below it.
bool not_allocated() { return H5Eget_num(H5E_DEFAULT) == 2; }

class LibraryFetcher final : public ChunkFetcher {
 public:
  LibraryFetcher(std::unique_ptr<Handle> file, std::unique_ptr<Handle> dataset) : file_(std::move(file)), dataset_(std::move(dataset)) {}
  ~LibraryFetcher() override {
    const std::lock_guard lock(hdf5_library());
    dataset_.reset();
    file_.reset();
  }

  Fetched fetch(std::span<const Index> first, std::size_t most, Buffer& into) override {
    const std::vector<hsize_t> offset(first.begin(), first.end());
    const std::lock_guard lock(hdf5_library());
    const Quiet quiet;
    hsize_t bytes = 0;
    if (H5Dget_chunk_storage_size(dataset_->get(), offset.data(), &bytes) < 0 && !not_allocated()) return {};
    if (bytes > most) return {};
    Fetched fetched{true, static_cast<std::size_t>(bytes), 0};
    if (bytes == 0) return fetched;
    into.reserve(fetched.bytes);
    fetched.good = H5Dread_chunk(dataset_->get(), H5P_DEFAULT, offset.data(), &fetched.skipped_filters, into.data()) >= 0;
    return fetched;
  }

 private:
  std::unique_ptr<Handle> file_, dataset_;
};

}  // namespace

std::shared_ptr<ChunkFetcher> ChunkFetcher::open(const std::string& path, const std::string& dataset) {
  auto file = std::make_unique<Handle>(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  if (!file->good()) return nullptr;
  auto set = std::make_unique<Handle>(H5Dopen2(file->get(), dataset.c_str(), H5P_DEFAULT), H5Dclose);
  return set->good() ? std::make_shared<LibraryFetcher>(std::move(file), std::move(set)) : nullptr;
}

}  // namespace terroir
