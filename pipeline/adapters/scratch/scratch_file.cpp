#include "pipeline/adapters/scratch/scratch_file.h"

#include "pipeline/error.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <string_view>

namespace terroir {
namespace {

constexpr std::uint64_t page = 4096;
constexpr std::string_view beginning = "terroir-scratch-";

bool alive(std::uint32_t process) noexcept { return ::kill(static_cast<pid_t>(process), 0) == 0 || errno != ESRCH; }

/// Whether a name still stands for an open file.
bool is_file(const std::string& path, int descriptor) noexcept {
  struct stat named = {}, open = {};
  return ::lstat(path.c_str(), &named) == 0 && ::fstat(descriptor, &open) == 0 && named.st_ino == open.st_ino &&
         named.st_dev == open.st_dev;
}

int open_file(const std::string& path, int flags) noexcept { return ::open(path.c_str(), flags | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600); }

}  // namespace

ScratchFile::ScratchFile(const Place& place, std::uint64_t bytes, std::size_t parts)
    : path_(place.folder + "/" + std::string(beginning) + place.token), header_(((first_state + parts) * sizeof(State) / page + 1) * page) {
  open();
  lay_out_header(bytes);
  if (states_[0].fetch_add(1) + 1 >= place.owners) ::unlink(path_.c_str());
}

void ScratchFile::fail(const std::string& doing) const {
  throw Error(Fault::system, "cannot " + doing + " the scratch file " + path_ + ": " + std::strerror(errno) +
                                 "; make room, or name another folder by TMPDIR");
}

/// Owners hold a shared lock as long as they live. Somebody who removes abandoned files may have taken this one for such before it
/// was locked: then it is made again.
void ScratchFile::open() {
  for (;;) {
    descriptor_ = open_file(path_, O_CREAT);
    if (descriptor_ < 0) fail("make");
    while (::flock(descriptor_, LOCK_SH) != 0 && errno == EINTR) {
    }
    if (is_file(path_, descriptor_)) return;
    ::close(descriptor_);
  }
}

void ScratchFile::lay_out_header(std::uint64_t bytes) {
  // All owners give it the same size; new bytes are zero, so that every part is unclaimed. Room for the header is taken now: a disk that
  // is full would end a process that writes to mapped memory.
  const bool sized = ::ftruncate(descriptor_, static_cast<off_t>(header_ + bytes)) == 0 &&
                     (::fallocate(descriptor_, 0, 0, static_cast<off_t>(header_)) == 0 || errno == EOPNOTSUPP);
  void* const map = sized ? ::mmap(nullptr, header_, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor_, 0) : MAP_FAILED;
  if (map == MAP_FAILED) {
    const int error = errno;
    unlink_own();
    ::close(descriptor_);
    errno = error;
    fail("make room in");
  }
  states_ = static_cast<State*>(map);
}

void ScratchFile::unlink_own() const noexcept {
  if (is_file(path_, descriptor_)) ::unlink(path_.c_str());
}

ScratchFile::~ScratchFile() {
  ::munmap(static_cast<void*>(states_), header_);
  unlink_own();
  ::close(descriptor_);
}

void remove_abandoned(const std::string& folder) noexcept {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const std::string path = entry.path().string();
    if (!entry.path().filename().string().starts_with(beginning)) continue;
    const int descriptor = open_file(path, 0);
    if (descriptor < 0) continue;
    if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) ::unlink(path.c_str());
    ::close(descriptor);
  }
}

void ScratchFile::write(std::uint64_t offset, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(header_ + offset));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) fail("write");
    offset += static_cast<std::uint64_t>(n);
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
}

void ScratchFile::read(std::uint64_t offset, std::span<std::byte> bytes) const {
  while (!bytes.empty()) {
    const ssize_t n = ::pread(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(header_ + offset));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) fail("read");
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
  return try_parts({&part, 1}, 1, [&](auto) { work(); });
}

bool ScratchFile::try_parts(std::span<const std::size_t> parts, std::size_t most,
                            const std::function<void(std::span<const std::size_t>)>& work) {
  std::vector<std::size_t> claimed;
  claimed.reserve(most);
  for (std::size_t i = 0; i < parts.size() && claimed.size() < most; ++i)
    if (claim(parts[i])) claimed.push_back(i);
  if (claimed.empty()) return false;
  const auto leave = [&](std::uint32_t as) {
    for (const std::size_t i : claimed) state(parts[i]).store(as, std::memory_order_release);
  };
  try {
    work(claimed);
  } catch (...) {
    leave(unclaimed);
    throw;
  }
  leave(finished);
  return true;
}

}  // namespace terroir
