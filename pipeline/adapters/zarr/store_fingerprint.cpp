#include "pipeline/adapters/zarr/store_fingerprint.h"

#include "pipeline/codecs/crc32c.h"
#include "pipeline/error.h"
#include "pipeline/ports/local_files.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace terroir {
namespace {

/// Size of an object; nothing when it is not there.
std::optional<std::uint64_t> size_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) return static_cast<std::uint64_t>(status.st_size);
  if (errno == ENOENT) return std::nullopt;
  throw Error(Fault::system, path + ": asking for its size failed (" + std::strerror(errno) + ")");
}

}  // namespace

void StoreFingerprint::add(const InputArray& array) {
  const std::vector<Index>& object = array.shard.empty() ? array.chunk : array.shard;
  std::uint64_t objects = 1;
  for (std::size_t d = 0; d < object.size(); ++d) objects *= static_cast<std::uint64_t>(ceil_div(array.shape[d], object[d]));
  const std::uint64_t looks = std::min(objects, most_objects);
  std::string first, last;
  for (std::uint64_t i = 0; i < looks; ++i) {
    // As many steps as looks, the first and the last object among them.
    std::uint64_t number = looks < 2 ? 0 : i * ((objects - 1) / (looks - 1)) + i * ((objects - 1) % (looks - 1)) / (looks - 1);
    std::vector<Index> place(object.size(), 0);
    for (std::size_t d = object.size(); d-- > 0;) {
      const auto along = static_cast<std::uint64_t>(ceil_div(array.shape[d], object[d]));
      place[d] = static_cast<Index>(number % along);
      number /= along;
    }
    const std::string path = store_ + "/" + array.key(place);
    const auto size = size_of(path);
    const std::uint64_t noted = size.value_or(~std::uint64_t{0});
    print_.tail_crc32c = crc32c(std::as_bytes(std::span(&noted, 1)), print_.tail_crc32c);
    print_.size += size.value_or(0);
    if (!size) continue;
    if (first.empty()) first = path;
    last = path;
  }
  if (first.empty()) return;
  add_bytes(first, true);
  add_bytes(last, false);
}

void StoreFingerprint::add_bytes(const std::string& path, bool first) {
  constexpr std::uint64_t part = 65536;
  const LocalFile file(path);
  std::vector<std::byte> bytes(std::min(part, file.size()));
  file.read(first ? 0 : file.size() - bytes.size(), bytes);
  print_.tail_crc32c = crc32c(bytes, print_.tail_crc32c);
}

}  // namespace terroir
