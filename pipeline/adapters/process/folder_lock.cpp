#include "pipeline/adapters/process/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>

namespace terroir {

std::optional<Descriptor> lock_folder(const std::string& folder) {
  Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (::flock(descriptor.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) return std::nullopt;
  return descriptor;
}

}  // namespace terroir
