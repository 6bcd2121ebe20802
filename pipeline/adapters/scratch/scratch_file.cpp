#include "pipeline/adapters/scratch/scratch_file.h"

#include "pipeline/error.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

namespace terroir {
namespace {

constexpr std::uint64_t page = 4096;

[[noreturn]] void fail(const std::string& doing, const std::string& path) {
  throw Error(Fault::system, "cannot " + doing + " the scratch file " + path + ": " + std::strerror(errno) +
                                 "; make room, or name another folder by TMPDIR");
}

bool alive(std::uint32_t process) noexcept { return ::kill(static_cast<pid_t>(process), 0) == 0 || errno != ESRCH; }

}  // namespace

ScratchFile::ScratchFile(const std::string& folder, const std::string& name, std::uint64_t bytes, std::size_t parts)
    : path_(folder + "/" + name), header_((parts * sizeof(State) / page + 1) * page) {
  descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor_ < 0) fail("make", path_);
  // All owners give it the same size; new bytes are zero, so that every part is unclaimed.
  void* const map = ::ftruncate(descriptor_, static_cast<off_t>(header_ + bytes)) == 0
                        ? ::mmap(nullptr, header_, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor_, 0)
                        : MAP_FAILED;
  if (map == MAP_FAILED) {
    const int error = errno;
    ::close(descriptor_);
    errno = error;
    fail("size", path_);
  }
  states_ = static_cast<State*>(map);
}

ScratchFile::~ScratchFile() {
  ::munmap(static_cast<void*>(states_), header_);
  ::unlink(path_.c_str());
  ::close(descriptor_);
}

void ScratchFile::write(std::uint64_t offset, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(header_ + offset));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) fail("write", path_);
    offset += static_cast<std::uint64_t>(n);
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
}

void ScratchFile::read(std::uint64_t offset, std::span<std::byte> bytes) const {
  while (!bytes.empty()) {
    const ssize_t n = ::pread(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(header_ + offset));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) fail("read", path_);
    offset += static_cast<std::uint64_t>(n);
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
}

bool ScratchFile::claim(std::size_t part) noexcept {
  const auto self = static_cast<std::uint32_t>(::getpid());
  std::uint32_t seen = unclaimed;
  if (state(part).compare_exchange_strong(seen, self)) return true;
  return seen != finished && seen != self && !alive(seen) && state(part).compare_exchange_strong(seen, self);
}

bool ScratchFile::try_part(std::size_t part, const std::function<void()>& work) {
  if (!claim(part)) return false;
  try {
    work();
  } catch (...) {
    state(part).store(unclaimed, std::memory_order_release);
    throw;
  }
  state(part).store(finished, std::memory_order_release);
  return true;
}

}  // namespace terroir
