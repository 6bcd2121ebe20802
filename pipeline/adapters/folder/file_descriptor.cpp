#include "pipeline/adapters/folder/file_descriptor.h"

#include "pipeline/error.h"

#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <system_error>
#include <utility>

namespace terroir {
namespace {

const char* remedy(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT: return "free some space or choose another folder, then run again to resume";
    case EACCES:
    case EPERM: return "give the user of this job the right to write and read there, or choose another folder";
    case EROFS: return "the folder is mounted read-only; mount it for writing or choose another one";
    case EMFILE:
    case ENFILE: return "raise the limit of open files (ulimit -n)";
    case ENOTDIR:
    case EISDIR: return "a file stands where a folder is needed or the other way round; choose another folder";
    default: return "check the disk or the mount, then run again to resume";
  }
}

}  // namespace

void throw_system_error(const std::string& doing, const std::string& path, int error) {
  throw Error(Fault::system, "cannot " + doing + " " + path + ": " + std::generic_category().message(error) + "; " + remedy(error));
}

FileDescriptor::~FileDescriptor() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void FileDescriptor::write_all(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw_system_error("write", path_, errno);
    // A device that takes nothing and names no error is full.
    if (written == 0) throw_system_error("write", path_, ENOSPC);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void FileDescriptor::read_all(std::vector<std::byte>& bytes) {
  struct stat facts {};
  if (::fstat(descriptor_, &facts) != 0) throw_system_error("read", path_, errno);
  // One more than the size that the mount states: the end shows as a short read, and a wrong size does no harm.
  const std::size_t size = static_cast<std::size_t>(facts.st_size) + 1;
  if (bytes.capacity() < size) {
    bytes = {};  // before there is more; the next one may be a little larger
    bytes.reserve(size + size / 8);
  }
  bytes.resize(size);
  std::size_t filled = 0;
  while (true) {
    if (filled == bytes.size()) bytes.resize(bytes.size() * 2);
    const auto got = ::read(descriptor_, bytes.data() + filled, bytes.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_system_error("read", path_, errno);
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  bytes.resize(filled);
}

void FileDescriptor::close() {
  // Linux frees the descriptor whatever close returns, so it is never closed twice.
  const int descriptor = std::exchange(descriptor_, -1);
  if (::close(descriptor) != 0) throw_system_error("finish writing", path_, errno);
}

}  // namespace terroir
