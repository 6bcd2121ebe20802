#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "tests/faults/fuse/fault_list.h"

namespace terroir::blobfs {

/// An object that is being written or read: a file descriptor on the backing disk.
struct Handle {
  Handle(int descriptor, std::string name, bool writes) : fd(descriptor), path(std::move(name)), writing(writes) {}
  ~Handle();
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  int fd;
  std::string path;
  bool writing;
  pid_t process = 0;
  std::filesystem::path staged;
  off_t size = 0;
  bool published = false;
  bool discarded = false;
  std::mutex mutex;
};

struct StoreOptions {
  std::filesystem::path backing;
  /// Keep what is written to this mount from others until it is unmounted.
  bool node = false;
  std::filesystem::path faults;
  /// Text file to which refused and failed operations and published objects are appended; empty: none.
  std::filesystem::path log;
};

/// Objects in folders as a mounted blob store offers them, on top of a folder of a real disk.
///
/// All functions return 0 (or a number of bytes) or a negative error number, and may be called from several threads.
/// Paths start with a slash. Unfinished objects and those of a node stand beside the backing folder, in `BACKING.blobfs/PID`.
class ObjectStore {
 public:
  explicit ObjectStore(const StoreOptions& options);

  int attributes(const char* path, const Handle* handle, pid_t caller, struct stat* out);
  /// `flags` as for open(2). The object appears when the handle is closed.
  int open(const char* path, int flags, bool create, pid_t caller, std::unique_ptr<Handle>& out);
  int read(Handle& handle, char* out, size_t bytes, off_t offset);
  /// Only at the end of what has been written so far. May kill `caller` (see FaultList), leaving half of `bytes` written.
  int write(Handle& handle, const char* data, size_t bytes, off_t offset, pid_t caller);
  /// The process that opened the object closes a descriptor of it: publishes what has been written, if anything has.
  int flush(Handle& handle, pid_t caller);
  /// The last descriptor is closed: publishes also an empty object, drops a discarded one.
  void release(Handle& handle);
  int list(const char* path, std::set<std::string>& names);
  int make_folder(const char* path, mode_t mode);
  int remove_object(const char* path);
  int remove_folder(const char* path);
  /// Notes an operation that a blob store does not have, and returns its negative error number.
  int refuse(const char* operation, const char* path, int error);
  /// At unmount: others now see this node's objects.
  void hand_over();

 private:
  std::filesystem::path shared(const char* path) const { return options_.backing / (path + 1); }
  std::filesystem::path own(const char* path) const { return own_ / (path + 1); }
  /// Where the object or folder stands: this node's own first; an empty path when it does not exist.
  std::filesystem::path find(const char* path) const;
  int publish(Handle& handle);
  void log(const std::string& line);

  StoreOptions options_;
  std::filesystem::path work_;
  std::filesystem::path own_;
  FaultList faults_;
  std::mutex mutex_;
  unsigned next_ = 0;
  std::multimap<std::string, Handle*> writers_;
};

/// The process that a thread belongs to.
pid_t process_of(pid_t thread);

}  // namespace terroir::blobfs
