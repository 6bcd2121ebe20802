#include "pipeline/adapters/folder/object_probes.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>
#include <system_error>

namespace terroir {
namespace {

constexpr std::string_view content = "the first half, the second half";

void put(Store& store, const std::string& key) { store.put(key, std::as_bytes(std::span(content))); }

StorageProbe refused(StorageOperation operation, int error) { return {operation, false, std::generic_category().message(error)}; }

/// Works when an object now holds a text.
StorageProbe judge(StorageOperation operation, Store& store, const std::string& key, std::string_view expected) {
  const auto bytes = store.get(key);
  if (!bytes) return {operation, false, "it reports success, and the object is gone"};
  if (std::string_view(reinterpret_cast<const char*>(bytes->data()), bytes->size()) != expected)
    return {operation, false, "it reports success, and the object holds something else"};
  return {operation, true, ""};
}

/// A descriptor that is closed in any case; `close` tells how that went.
class Opened {
 public:
  Opened(const std::string& path, int flags) : descriptor_(::open(path.c_str(), flags | O_CLOEXEC)), error_(descriptor_ < 0 ? errno : 0) {}
  ~Opened() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
  [[nodiscard]] int error() const noexcept { return error_; }
  /// 0, or the error that closing reports.
  [[nodiscard]] int close() {
    const int descriptor = descriptor_;
    descriptor_ = -1;
    return ::close(descriptor) == 0 ? 0 : errno;
  }

 private:
  int descriptor_, error_;
};

/// Writes a text at a place of an object that was opened with some flags; 0 or the first error.
int write_at(const std::string& path, int flags, std::string_view text, off_t place) {
  Opened file(path, flags);
  if (file.error() != 0) return file.error();
  const ssize_t done = (flags & O_APPEND) != 0 ? ::write(file.descriptor(), text.data(), text.size())
                                               : ::pwrite(file.descriptor(), text.data(), text.size(), place);
  const int error = done == static_cast<ssize_t>(text.size()) ? 0 : done < 0 ? errno : ENOSPC;
  const int at_close = file.close();
  return error != 0 ? error : at_close;
}

/// Changes the first bytes of an object through a shared mapping; 0 or the first error.
int write_mapped(const std::string& path, std::string_view text) {
  Opened file(path, O_RDWR);
  if (file.error() != 0) return file.error();
  void* memory = ::mmap(nullptr, content.size(), PROT_READ | PROT_WRITE, MAP_SHARED, file.descriptor(), 0);
  if (memory == MAP_FAILED) return errno;
  std::memcpy(memory, text.data(), text.size());
  const int error = ::msync(memory, content.size(), MS_SYNC) == 0 ? 0 : errno;
  ::munmap(memory, content.size());
  const int at_close = file.close();
  return error != 0 ? error : at_close;
}

}  // namespace

StorageProbe probe_rename(Store& store, const std::string& folder, const std::string& key) {
  put(store, key);
  const std::string other = key + "-renamed";
  if (::rename((folder + "/" + key).c_str(), (folder + "/" + other).c_str()) != 0) return refused(StorageOperation::rename, errno);
  StorageProbe probe = judge(StorageOperation::rename, store, other, content);
  store.remove(other);
  if (probe.works && store.get(key)) probe = {StorageOperation::rename, false, "it reports success, and the old name is still there"};
  return probe;
}

StorageProbe probe_append(Store& store, const std::string& folder, const std::string& key) {
  put(store, key);
  constexpr std::string_view more = ", and more";
  if (const int error = write_at(folder + "/" + key, O_WRONLY | O_APPEND, more, 0)) return refused(StorageOperation::append, error);
  return judge(StorageOperation::append, store, key, std::string(content) + std::string(more));
}

StorageProbe probe_update(Store& store, const std::string& folder, const std::string& key) {
  put(store, key);
  if (const int error = write_at(folder + "/" + key, O_WRONLY, "THE", 0)) return refused(StorageOperation::update, error);
  return judge(StorageOperation::update, store, key, "THE" + std::string(content.substr(3)));
}

StorageProbe probe_map(Store& store, const std::string& folder, const std::string& key) {
  put(store, key);
  if (const int error = write_mapped(folder + "/" + key, "THE")) return refused(StorageOperation::map, error);
  return judge(StorageOperation::map, store, key, "THE" + std::string(content.substr(3)));
}

StorageProbe probe_lock(Store& store, const std::string& folder, const std::string& key, StorageOperation kind) {
  put(store, key);
  const Opened file(folder + "/" + key, O_RDONLY);
  if (file.error() != 0) return refused(kind, file.error());
  struct flock range {};
  range.l_type = F_RDLCK;
  const int result =
      kind == StorageOperation::lock_range ? ::fcntl(file.descriptor(), F_SETLK, &range) : ::flock(file.descriptor(), LOCK_SH | LOCK_NB);
  if (result != 0) return refused(kind, errno);
  return {kind, true, ""};
}

}  // namespace terroir
