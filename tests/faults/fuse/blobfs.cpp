/// A file system like a mounted blob store, for tests: a thin layer between libfuse and ObjectStore.
///
///     blobfs [--node] [--faults FILE] [--log FILE] BACKING_FOLDER MOUNT_POINT
///
/// Runs in the foreground until `fusermount3 -u MOUNT_POINT`. Objects are written once, from their first byte to their last,
/// and appear when they are closed. There is no rename, append, update, truncate, lock or shared mapping. An object whose writer is
/// killed appears truncated. With --node what is written here is seen by other mounts of the folder only once this one is unmounted.
/// With --faults, operations fail as FILE says (see fault_list.h). The n-th write counts the kernel's requests, of up to 1 MiB.
#define FUSE_USE_VERSION 314
#include <fcntl.h>
#include <fuse.h>
#include <sys/statvfs.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <vector>

#include "tests/faults/fuse/object_store.h"

namespace terroir::blobfs {
namespace {

struct Mount {
  ObjectStore store;
  std::filesystem::path backing;
};

Mount& mount() { return *static_cast<Mount*>(fuse_get_context()->private_data); }
ObjectStore& store() { return mount().store; }
pid_t caller() { return fuse_get_context()->pid; }
Handle& handle_of(const fuse_file_info* info) { return *reinterpret_cast<Handle*>(info->fh); }

void* on_init(fuse_conn_info*, fuse_config* config) {
  config->direct_io = 1;
  config->nullpath_ok = 1;
  config->hard_remove = 1;
  config->entry_timeout = 0;
  config->attr_timeout = 0;
  config->negative_timeout = 0;
  return fuse_get_context()->private_data;
}

void on_destroy(void* data) { static_cast<Mount*>(data)->store.hand_over(); }

int on_getattr(const char* path, struct stat* out, fuse_file_info* info) {
  const Handle* handle = info != nullptr && info->fh != 0 ? &handle_of(info) : nullptr;
  return store().attributes(path, handle, caller(), out);
}

int open_object(const char* path, fuse_file_info* info, bool create) {
  std::unique_ptr<Handle> handle;
  if (const int error = store().open(path, info->flags, create, caller(), handle)) return error;
  info->fh = reinterpret_cast<uint64_t>(handle.release());
  return 0;
}

int on_open(const char* path, fuse_file_info* info) { return open_object(path, info, false); }
int on_create(const char* path, mode_t, fuse_file_info* info) { return open_object(path, info, true); }

int on_read(const char*, char* out, size_t bytes, off_t offset, fuse_file_info* info) {
  return store().read(handle_of(info), out, bytes, offset);
}

int on_write(const char*, const char* data, size_t bytes, off_t offset, fuse_file_info* info) {
  return store().write(handle_of(info), data, bytes, offset, caller());
}

int on_flush(const char*, fuse_file_info* info) { return store().flush(handle_of(info), caller()); }
int on_fsync(const char*, int, fuse_file_info*) { return 0; }

int on_release(const char*, fuse_file_info* info) {
  const std::unique_ptr<Handle> handle(&handle_of(info));
  store().release(*handle);
  return 0;
}

int on_opendir(const char* path, fuse_file_info* info) {
  info->fh = reinterpret_cast<uint64_t>(new std::string(path));
  return 0;
}

int on_releasedir(const char*, fuse_file_info* info) {
  delete reinterpret_cast<std::string*>(info->fh);
  return 0;
}

int on_readdir(const char*, void* buffer, fuse_fill_dir_t fill, off_t, fuse_file_info* info, fuse_readdir_flags) {
  std::set<std::string> names = {".", ".."};
  if (const int error = store().list(reinterpret_cast<std::string*>(info->fh)->c_str(), names)) return error;
  for (const std::string& name : names) fill(buffer, name.c_str(), nullptr, 0, fuse_fill_dir_flags{});
  return 0;
}

int on_mkdir(const char* path, mode_t mode) { return store().make_folder(path, mode); }
int on_unlink(const char* path) { return store().remove_object(path); }
int on_rmdir(const char* path) { return store().remove_folder(path); }
int on_rename(const char* from, const char*, unsigned) { return store().refuse("rename", from, ENOSYS); }
int on_link(const char* from, const char*) { return store().refuse("link", from, ENOSYS); }
int on_symlink(const char*, const char* path) { return store().refuse("symlink", path, ENOSYS); }
int on_truncate(const char* path, off_t, fuse_file_info*) { return store().refuse("truncate", path, EOPNOTSUPP); }
int on_lock(const char* path, fuse_file_info*, int, struct flock*) { return store().refuse("lock", path, ENOLCK); }
int on_flock(const char* path, fuse_file_info*, int) { return store().refuse("lock", path, ENOLCK); }
int on_fallocate(const char* path, int, off_t, off_t, fuse_file_info*) { return store().refuse("fallocate", path, EOPNOTSUPP); }
// Mounted blob stores accept these and do nothing.
int on_chmod(const char*, mode_t, fuse_file_info*) { return 0; }
int on_chown(const char*, uid_t, gid_t, fuse_file_info*) { return 0; }
int on_utimens(const char*, const timespec*, fuse_file_info*) { return 0; }
int on_statfs(const char*, struct statvfs* out) { return ::statvfs(mount().backing.c_str(), out) == 0 ? 0 : -errno; }

fuse_operations operations() {
  fuse_operations table{};
  table.init = on_init;
  table.destroy = on_destroy;
  table.getattr = on_getattr;
  table.open = on_open;
  table.create = on_create;
  table.read = on_read;
  table.write = on_write;
  table.flush = on_flush;
  table.fsync = on_fsync;
  table.release = on_release;
  table.opendir = on_opendir;
  table.readdir = on_readdir;
  table.releasedir = on_releasedir;
  table.mkdir = on_mkdir;
  table.unlink = on_unlink;
  table.rmdir = on_rmdir;
  table.rename = on_rename;
  table.link = on_link;
  table.symlink = on_symlink;
  table.truncate = on_truncate;
  table.lock = on_lock;
  table.flock = on_flock;
  table.fallocate = on_fallocate;
  table.chmod = on_chmod;
  table.chown = on_chown;
  table.utimens = on_utimens;
  table.statfs = on_statfs;
  return table;
}

int run(int argc, char** argv) {
  StoreOptions options;
  std::vector<std::string> places;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--node") {
      options.node = true;
    } else if ((word == "--faults" || word == "--log") && i + 1 < argc) {
      (word == "--faults" ? options.faults : options.log) = std::filesystem::absolute(argv[++i]);
    } else {
      places.emplace_back(word);
    }
  }
  if (places.size() != 2) {
    std::fprintf(stderr, "usage: blobfs [--node] [--faults FILE] [--log FILE] BACKING_FOLDER MOUNT_POINT\n");
    return 2;
  }
  options.backing = std::filesystem::canonical(places[0]);
  Mount state{ObjectStore(options), options.backing};
  char name[] = "blobfs";
  char foreground[] = "-f";
  char threads[] = "-omax_idle_threads=10";
  char* arguments[] = {name, foreground, threads, places[1].data(), nullptr};
  const fuse_operations table = operations();
  return fuse_main(4, arguments, &table, &state);
}

}  // namespace
}  // namespace terroir::blobfs

int main(int argc, char** argv) {
  try {
    return terroir::blobfs::run(argc, argv);
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "blobfs: %s\n", problem.what());
    return 1;
  }
}
