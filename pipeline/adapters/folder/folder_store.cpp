#include "pipeline/adapters/folder/folder_store.h"

#include "pipeline/adapters/folder/file_descriptor.h"
#include "pipeline/error.h"
#include "tiling/buffer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <utility>
#include <vector>

namespace terroir {
namespace {

namespace fs = std::filesystem;

/// Mounts send what they get in one call as one request, so small pieces are gathered first.
constexpr std::size_t piece = std::size_t{1} << 20;

/// What a request costs less than gathering does.
constexpr std::size_t large = std::size_t{1} << 16;

/// Memory for pieces, used again by one object after the other, of whichever store: as many as have been open at once.
class PieceMemory {
 public:
  Buffer take() {
    const std::lock_guard lock(mutex_);
    if (spare_.empty()) {
      Buffer memory(piece);
      spare_.reserve(++made_);  // so that it can be given back without fail
      return memory;
    }
    Buffer memory = std::move(spare_.back());
    spare_.pop_back();
    return memory;
  }
  void give(Buffer memory) noexcept {
    const std::lock_guard lock(mutex_);
    spare_.push_back(std::move(memory));
  }

 private:
  std::mutex mutex_;
  std::vector<Buffer> spare_;
  std::size_t made_ = 0;
};

/// Stays until the process ends: a thread may be writing even then.
PieceMemory& piece_memory() {
  static auto* const memory = new PieceMemory;
  return *memory;
}

class FileWriter final : public ObjectWriter {
 public:
  explicit FileWriter(FileDescriptor file) : file_(std::move(file)), gathered_(piece_memory().take()) {}
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;
  ~FileWriter() override { piece_memory().give(std::move(gathered_)); }

  void write(std::span<const std::byte> bytes) override {
    if (bytes.empty()) return;
    if (bytes.size() > piece - filled_ || bytes.size() >= large) flush();
    if (bytes.size() >= large) return file_.write_all(bytes);
    std::memcpy(gathered_.data() + filled_, bytes.data(), bytes.size());
    filled_ += bytes.size();
  }

  void close() override {
    flush();
    file_.close();
  }

 private:
  void flush() {
    if (filled_ == 0) return;
    file_.write_all({gathered_.data(), filled_});
    filled_ = 0;
  }

  FileDescriptor file_;
  Buffer gathered_;
  std::size_t filled_ = 0;
};

/// Makes the folders above a file. Another process may make them at the same time.
void make_folders(const fs::path& folder) {
  if (folder.empty() || ::mkdir(folder.c_str(), 0777) == 0 || errno == EEXIST) return;
  if (errno != ENOENT) throw_system_error("create the folder", folder.string(), errno);
  make_folders(folder.parent_path());
  if (::mkdir(folder.c_str(), 0777) != 0 && errno != EEXIST) throw_system_error("create the folder", folder.string(), errno);
}

int open_for_writing(const std::string& path) { return ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666); }

using Facts = struct stat;

bool on_one_device(const std::string& one, const std::string& other) {
  Facts first, second;
  return ::stat(one.c_str(), &first) == 0 && ::stat(other.c_str(), &second) == 0 && first.st_dev == second.st_dev;
}

/// Whether a file that is moved to the place of a new one is as accessible as that: a folder may give its files a group or a list of
/// rights.
bool same_access(const std::string& file, const std::string& created) {
  Facts one, other;
  if (::stat(file.c_str(), &one) != 0 || ::stat(created.c_str(), &other) != 0) return false;
  if (one.st_mode != other.st_mode || one.st_uid != other.st_uid || one.st_gid != other.st_gid) return false;
  return ::getxattr(created.c_str(), "system.posix_acl_access", nullptr, 0) < 0;
}

bool is_absent(const std::error_code& error) {
  return error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory;
}

class FolderStore final : public Store {
 public:
  explicit FolderStore(std::string path) : path_(std::move(path)) {
    while (path_.size() > 1 && path_.back() == '/') path_.pop_back();
  }

  [[nodiscard]] std::string location() const override { return path_; }

  [[nodiscard]] std::unique_ptr<ObjectWriter> create(const std::string& key) override {
    const std::string path = path_of(key);
    int descriptor = open_for_writing(path);
    if (descriptor < 0 && errno == ENOENT) {
      make_folders(fs::path(path).parent_path());
      descriptor = open_for_writing(path);
    }
    if (descriptor < 0) throw_system_error("create", path, errno);
    return std::make_unique<FileWriter>(FileDescriptor(descriptor, path));
  }

  /// Moves it, which needs one file system: a mounted store is another one than this machine's disk, and is not asked for anything.
  [[nodiscard]] bool take(const std::string& file, const std::string& key) override {
    const std::string path = path_of(key);
    const fs::path folder = fs::path(path).parent_path();
    make_folders(folder);
    if (!on_one_device(file, folder)) return false;
    create(key)->close();
    // In the place of another file ext4 would write all of this one to the disk first.
    return same_access(file, path) && ::unlink(path.c_str()) == 0 && std::rename(file.c_str(), path.c_str()) == 0;
  }

  /// Behind a link, which stays; devices are left alone.
  void take_back(const std::string& key) override {
    std::error_code unknown;
    const fs::path object = fs::canonical(path_of(key), unknown);
    if (!unknown && fs::is_regular_file(object, unknown)) ::unlink(object.c_str());
  }

  [[nodiscard]] std::optional<std::vector<std::byte>> get(const std::string& key) override {
    std::vector<std::byte> bytes;
    if (!read(key, bytes)) return std::nullopt;
    return bytes;
  }

  [[nodiscard]] bool read(const std::string& key, std::vector<std::byte>& into) override {
    const std::string path = path_of(key);
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0 && (errno == ENOENT || errno == ENOTDIR)) return false;
    if (descriptor < 0) throw_system_error("read", path, errno);
    FileDescriptor(descriptor, path).read_all(into);
    return true;
  }

  [[nodiscard]] std::optional<std::uint64_t> size(const std::string& key) override {
    Facts facts;
    if (::stat(path_of(key).c_str(), &facts) == 0) return static_cast<std::uint64_t>(facts.st_size);
    if (errno != ENOENT && errno != ENOTDIR) throw_system_error("look at", path_of(key), errno);
    return std::nullopt;
  }

  [[nodiscard]] std::vector<std::string> list(const std::string& prefix) override {
    std::vector<std::string> keys;
    const auto slash = prefix.rfind('/');
    const std::string folder = slash == std::string::npos ? "" : prefix.substr(0, slash);
    add_keys(folder.empty() ? path_ : path_of(folder), folder.empty() ? "" : folder + "/", prefix, keys);
    std::sort(keys.begin(), keys.end());
    return keys;
  }

  void remove(const std::string& key) override {
    const std::string path = path_of(key);
    if (::unlink(path.c_str()) != 0 && errno != ENOENT && errno != ENOTDIR) throw_system_error("remove", path, errno);
    // A blob store has no folders: those that hold nothing any more go too, where the mount lets them.
    for (auto folder = fs::path(key).parent_path(); !folder.empty(); folder = folder.parent_path()) {
      if (::rmdir(path_of(folder.string()).c_str()) != 0) break;
    }
  }

 private:
  [[nodiscard]] std::string path_of(const std::string& key) const { return path_ + "/" + key; }

  /// The keys of a folder, which all start with `prefix`, that start with `wanted`.
  static void add_keys(const std::string& folder, const std::string& prefix, const std::string& wanted, std::vector<std::string>& keys) {
    std::error_code error;
    for (auto entry = fs::directory_iterator(folder, error); !error && entry != fs::directory_iterator(); entry.increment(error)) {
      const std::string key = prefix + entry->path().filename().string();
      if (!key.starts_with(wanted)) continue;
      std::error_code unknown;
      const bool folder_here = entry->is_directory(unknown), link = entry->is_symlink(unknown);
      // An array may lie behind a link to a folder. Further down such a link is an object itself: links may lead in a circle.
      const bool enters = folder_here && (!link || prefix.empty());
      if (enters)
        add_keys(entry->path().string(), key + "/", wanted, keys);
      else
        keys.push_back(key);
    }
    if (error && !is_absent(error)) throw_system_error("list", folder, error.value());
  }

  std::string path_;
};

}  // namespace

std::unique_ptr<Store> make_folder_store(std::string path) { return std::make_unique<FolderStore>(std::move(path)); }

}  // namespace terroir
