#include "pipeline/ports/local_files.h"

#include "pipeline/error.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace terroir {
namespace {

Error system_error(const std::string& path, const char* step) {
  return {Fault::system, path + ": " + step + " failed (" + std::strerror(errno) + ")"};
}

}  // namespace

LocalFile::LocalFile(const std::string& path) : LocalFile(path, ::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}

LocalFile::LocalFile(const std::string& path, int fd) : path_(path), fd_(fd) {
  if (fd_ < 0) throw system_error(path, "opening it");
  struct stat status {};
  if (::fstat(fd_, &status) != 0) {
    const Error error = system_error(path, "asking for its size");
    ::close(fd_);
    throw error;
  }
  size_ = static_cast<std::uint64_t>(status.st_size);
}

std::shared_ptr<const LocalFile> LocalFile::find(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) return nullptr;
  return std::shared_ptr<const LocalFile>(new LocalFile(path, fd));
}

LocalFile::~LocalFile() { ::close(fd_); }

void LocalFile::read(std::uint64_t offset, std::span<std::byte> out) const {
  while (!out.empty()) {
    const ssize_t got = ::pread(fd_, out.data(), out.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw system_error(path_, "reading it");
    if (got == 0) throw Error(Fault::data, path_ + ": it ends before its pixels do; get a fresh copy of it");
    offset += static_cast<std::uint64_t>(got);
    out = out.subspan(static_cast<std::size_t>(got));
  }
}

std::shared_ptr<const LocalFile> LocalFiles::open(const std::string& path) {
  if (auto file = held(path)) return file;
  auto file = std::make_shared<const LocalFile>(path);
  hold(file);
  return file;
}

std::shared_ptr<const LocalFile> LocalFiles::find(const std::string& path) {
  if (auto file = held(path)) return file;
  auto file = LocalFile::find(path);
  if (file) hold(file);
  return file;
}

std::shared_ptr<const LocalFile> LocalFiles::held(const std::string& path) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(files_.begin(), files_.end(), [&](const auto& file) { return file->path() == path; });
  if (found == files_.end()) return nullptr;
  files_.splice(files_.begin(), files_, found);
  return files_.front();
}

void LocalFiles::hold(const std::shared_ptr<const LocalFile>& file) {
  std::list<std::shared_ptr<const LocalFile>> closing;
  const std::lock_guard lock(mutex_);
  files_.push_front(file);
  if (files_.size() > limit_) closing.splice(closing.begin(), files_, std::prev(files_.end()));
}

}  // namespace terroir
