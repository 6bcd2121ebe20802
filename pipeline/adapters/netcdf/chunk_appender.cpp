#include "pipeline/adapters/netcdf/netcdf_writer.h"

#include <hdf5.h>

#include <utility>

namespace terroir {
namespace {

static_assert(sizeof(hid_t) == sizeof(std::int64_t));

herr_t keep_first(unsigned, const H5E_error2_t* error, void* text) {
  auto& kept = *static_cast<std::string*>(text);
  if (kept.empty() && error->desc != nullptr) kept = error->desc;
  return 0;
}

/// Throws with the innermost reason that HDF5 gives.
[[noreturn]] void fail(const std::string& what) {
  std::string reason;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_first, &reason);
  throw NetcdfFailure(what + ": " + (reason.empty() ? "HDF5 gives no reason" : reason));
}

hid_t open_file(const std::string& path) {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);  // it would print what is told by NetcdfFailure
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  if (file < 0) fail("the file");
  return file;
}

}  // namespace

ChunkAppender::ChunkAppender(const std::string& path) : file_(open_file(path)) {}

ChunkAppender::~ChunkAppender() {
  if (dataset_ >= 0) H5Dclose(dataset_);
  if (file_ >= 0) H5Fclose(file_);
}

void ChunkAppender::select(const std::string& array) {
  if (dataset_ >= 0 && H5Dclose(std::exchange(dataset_, -1)) < 0) fail(array_);
  array_ = array;
  dataset_ = H5Dopen2(file_, array.c_str(), H5P_DEFAULT);
  if (dataset_ < 0) fail(array);
}

void ChunkAppender::write(const std::vector<Index>& offset, std::span<const std::byte> chunk) {
  const std::vector<hsize_t> place(offset.begin(), offset.end());
  if (H5Dwrite_chunk(dataset_, H5P_DEFAULT, 0, place.data(), chunk.size(), chunk.data()) < 0) fail(array_);
}

void ChunkAppender::close() {
  if (dataset_ >= 0 && H5Dclose(std::exchange(dataset_, -1)) < 0) fail(array_);
  if (H5Fclose(std::exchange(file_, -1)) < 0) fail("the file");
}

}  // namespace terroir
