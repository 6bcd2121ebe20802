#include "pipeline/adapters/netcdf/netcdf_writer.h"
#include "pipeline/cf/cf_file.h"
#include "pipeline/codecs/crc32c.h"

#include <fcntl.h>
#include <hdf5.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>
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

ChunkAppender::ChunkAppender(const std::string& path, const std::vector<Variable>& arrays) {
  const std::lock_guard lock(hdf5_library());
  file_ = open_file(path);
  look_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  try {
    for (const auto& array : arrays)
      if (datasets_.push_back({array.name, H5Dopen2(file_, array.name.c_str(), H5P_DEFAULT)}); datasets_.back().id < 0) fail(array.name);
  } catch (...) {
    end();
    throw;
  }
}

ChunkAppender::~ChunkAppender() {
  const std::lock_guard lock(hdf5_library());
  end();
}

void ChunkAppender::end() noexcept {
  for (auto& dataset : datasets_)
    if (dataset.id >= 0) H5Dclose(std::exchange(dataset.id, -1));
  if (file_ >= 0) H5Fclose(std::exchange(file_, -1));
  if (look_ >= 0) ::close(std::exchange(look_, -1));
}

void ChunkAppender::write(std::size_t array, const std::vector<Index>& offset, std::span<const std::byte> chunk) {
  const std::lock_guard lock(hdf5_library());
  const std::uint64_t before = end_of_file();
  const Dataset& dataset = datasets_[array];
  const std::vector<hsize_t> place(offset.begin(), offset.end());
  if (H5Dwrite_chunk(dataset.id, H5P_DEFAULT, 0, place.data(), chunk.size(), chunk.data()) < 0) fail(dataset.name);
  // Nearly every chunk stands behind the one before it, or at the end that the file had, and HDF5 does not move what is written once. It
  // is seen where it stands: asking for its place would take longer the more chunks there are.
  const std::uint64_t behind = stretches_.empty() ? before : stretches_.back().offset + stretches_.back().bytes;
  for (const std::uint64_t guess : {behind, before})
    if (stands_at(guess, chunk)) return note({guess, chunk.size(), crc32c(chunk)});
}

bool ChunkAppender::stands_at(std::uint64_t offset, std::span<const std::byte> chunk) {
  // Room for what HDF5 has yet to write looks like zeros.
  if (std::all_of(chunk.begin(), chunk.end(), [](std::byte byte) { return byte == std::byte{0}; })) return false;
  seen_.resize(chunk.size());
  const ::ssize_t got = ::pread(look_, seen_.data(), seen_.size(), static_cast<::off_t>(offset));
  return got == static_cast<::ssize_t>(chunk.size()) && std::equal(chunk.begin(), chunk.end(), seen_.begin());
}

std::uint64_t ChunkAppender::end_of_file() const {
  haddr_t end = 0;
  if (H5Fget_eoa(file_, &end) < 0) fail("the file");
  return end;
}

void ChunkAppender::note(const KnownStretch& chunk) {
  if (KnownStretch* const last = stretches_.empty() ? nullptr : &stretches_.back(); last && last->offset + last->bytes == chunk.offset) {
    last->bytes += chunk.bytes;
    last->crc32c = crc32c_joined(last->crc32c, chunk.crc32c, chunk.bytes);
  } else {
    stretches_.push_back(chunk);
  }
}

void ChunkAppender::close() {
  const std::lock_guard lock(hdf5_library());
  for (auto& dataset : datasets_)
    if (H5Dclose(std::exchange(dataset.id, -1)) < 0) fail(dataset.name);
  if (H5Fclose(std::exchange(file_, -1)) < 0) fail("the file");
}

}  // namespace terroir
