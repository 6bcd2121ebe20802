#include "tests/faults/fuse/object_store.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <fstream>

namespace terroir::blobfs {
namespace fs = std::filesystem;

Handle::~Handle() {
  if (fd >= 0) ::close(fd);
}

pid_t process_of(pid_t thread) {
  std::ifstream status("/proc/" + std::to_string(thread) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("Tgid:")) return std::stoi(line.substr(5));
  }
  return thread;
}

ObjectStore::ObjectStore(const StoreOptions& options)
    : options_(options),
      work_(options.backing.string() + ".blobfs/" + std::to_string(::getpid())),
      own_(options.node ? work_ / "own" : options.backing),
      faults_(options.faults) {
  fs::create_directories(work_ / "staged");
  fs::create_directories(own_);
}

void ObjectStore::log(const std::string& line) {
  if (options_.log.empty()) return;
  const std::lock_guard lock(mutex_);
  std::ofstream(options_.log, std::ios::app) << line << '\n';
}

int ObjectStore::refuse(const char* operation, const char* path, int error) {
  // libfuse has no name for an object that was removed while it is open.
  log(std::string("refused ") + operation + ' ' + (path == nullptr ? "a removed object" : path));
  return -error;
}

fs::path ObjectStore::find(const char* path) const {
  struct stat ignored {};
  for (const fs::path& candidate : {own(path), shared(path)}) {
    if (::lstat(candidate.c_str(), &ignored) == 0) return candidate;
  }
  return {};
}

int ObjectStore::attributes(const char* path, const Handle* handle, pid_t caller, struct stat* out) {
  if (handle != nullptr) return ::fstat(handle->fd, out) == 0 ? 0 : -errno;
  const fs::path found = find(path);
  if (!found.empty()) return ::lstat(found.c_str(), out) == 0 ? 0 : -errno;
  // The kernel asks by name even for fstat: the writer itself may see what it is writing.
  const std::lock_guard lock(mutex_);
  const auto [first, last] = writers_.equal_range(path);
  if (first == last) return -ENOENT;
  const pid_t process = process_of(caller);
  for (auto writer = first; writer != last; ++writer) {
    if (writer->second->process == process) return ::fstat(writer->second->fd, out) == 0 ? 0 : -errno;
  }
  return -ENOENT;
}

int ObjectStore::open(const char* path, int flags, bool create, pid_t caller, std::unique_ptr<Handle>& out) {
  const bool writing = (flags & O_ACCMODE) == O_WRONLY;
  if ((flags & O_ACCMODE) == O_RDWR || (flags & O_APPEND) != 0 || (writing && !create && (flags & O_TRUNC) == 0)) {
    return refuse("open for update", path, EOPNOTSUPP);
  }
  if (const int error = faults_.error("open", path)) return refuse("open", path, error);
  if (!writing) {
    const fs::path found = find(path);
    const int fd = found.empty() ? -1 : ::open(found.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return found.empty() ? -ENOENT : -errno;
    out = std::make_unique<Handle>(fd, path, false);
    return 0;
  }
  if (find(fs::path(path).parent_path().c_str()).empty()) return -ENOENT;
  const std::lock_guard lock(mutex_);
  const fs::path staged = work_ / "staged" / std::to_string(next_++);
  const int fd = ::open(staged.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (fd < 0) return -errno;
  out = std::make_unique<Handle>(fd, path, true);
  out->staged = staged;
  out->process = process_of(caller);
  writers_.emplace(path, out.get());
  return 0;
}

int ObjectStore::read(Handle& handle, char* out, size_t bytes, off_t offset) {
  if (const int error = faults_.error("read", handle.path)) return refuse("read", handle.path.c_str(), error);
  const ssize_t done = ::pread(handle.fd, out, bytes, offset);
  return done < 0 ? -errno : static_cast<int>(done);
}

int ObjectStore::write(Handle& handle, const char* data, size_t bytes, off_t offset, pid_t caller) {
  const std::lock_guard lock(handle.mutex);
  if (offset != handle.size) return refuse("write out of order", handle.path.c_str(), EINVAL);
  if (const int error = faults_.error("write", handle.path)) return refuse("write", handle.path.c_str(), error);
  const bool kill = faults_.kills(handle.path);
  const ssize_t done = ::pwrite(handle.fd, data, kill ? bytes / 2 : bytes, offset);
  if (done < 0) return -errno;
  handle.size += done;
  if (!kill) return static_cast<int>(done);
  log("killed the writer of " + handle.path);
  ::kill(process_of(caller), SIGKILL);
  return -EIO;
}

int ObjectStore::publish(Handle& handle) {
  if (handle.published || handle.discarded) return 0;
  if (const int error = faults_.error("close", handle.path)) {
    handle.discarded = true;
    return refuse("close", handle.path.c_str(), error);
  }
  const fs::path target = own(handle.path.c_str());
  std::error_code failed;
  fs::create_directories(target.parent_path(), failed);
  if (!failed) fs::rename(handle.staged, target, failed);
  if (failed) return -failed.value();
  handle.published = true;
  log("published " + handle.path);
  return 0;
}

int ObjectStore::flush(Handle& handle, pid_t caller) {
  // A child that inherited the descriptor closes it when it starts another program.
  if (!handle.writing || process_of(caller) != handle.process) return 0;
  const std::lock_guard lock(handle.mutex);
  // A shell closes a duplicate of the descriptor before it writes: nothing is published before the first byte.
  return handle.size > 0 ? publish(handle) : 0;
}

void ObjectStore::release(Handle& handle) {
  if (!handle.writing) return;
  publish(handle);
  const std::lock_guard lock(mutex_);
  const auto [first, last] = writers_.equal_range(handle.path);
  for (auto writer = first; writer != last; ++writer) {
    if (writer->second == &handle) {
      writers_.erase(writer);
      break;
    }
  }
  std::error_code ignored;
  if (!handle.published) fs::remove(handle.staged, ignored);
}

int ObjectStore::list(const char* path, std::set<std::string>& names) {
  if (const int error = faults_.error("list", path)) return refuse("list", path, error);
  bool exists = false;
  for (const fs::path& folder : {own(path), shared(path)}) {
    std::error_code failed;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, failed)) names.insert(entry.path().filename());
    exists = exists || !failed;
  }
  return exists ? 0 : -ENOENT;
}

int ObjectStore::make_folder(const char* path, mode_t mode) {
  if (const int error = faults_.error("mkdir", path)) return refuse("mkdir", path, error);
  if (!find(path).empty()) return -EEXIST;
  if (find(fs::path(path).parent_path().c_str()).empty()) return -ENOENT;
  std::error_code ignored;
  fs::create_directories(own(path).parent_path(), ignored);
  return ::mkdir(own(path).c_str(), mode) == 0 ? 0 : -errno;
}

int ObjectStore::remove_object(const char* path) {
  if (const int error = faults_.error("unlink", path)) return refuse("unlink", path, error);
  if (find(path).empty()) return -ENOENT;
  ::unlink(own(path).c_str());
  ::unlink(shared(path).c_str());
  return 0;
}

int ObjectStore::remove_folder(const char* path) {
  std::set<std::string> names;
  if (const int error = list(path, names)) return error;
  if (!names.empty()) return -ENOTEMPTY;
  ::rmdir(own(path).c_str());
  ::rmdir(shared(path).c_str());
  return 0;
}

void ObjectStore::hand_over() {
  std::error_code ignored;
  if (options_.node) {
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(own_, ignored)) {
      const fs::path target = options_.backing / fs::relative(entry.path(), own_);
      if (entry.is_directory()) {
        fs::create_directories(target, ignored);
      } else {
        fs::rename(entry.path(), target, ignored);
      }
    }
  }
  fs::remove_all(work_, ignored);
  fs::remove(work_.parent_path(), ignored);
}

}  // namespace terroir::blobfs
