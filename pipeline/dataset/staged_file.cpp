#include "pipeline/dataset/staged_file.h"

#include "pipeline/codecs/crc32c.h"
#include "pipeline/error.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <vector>

namespace terroir {
namespace {

/// Read at once: so much stays in a core's own cache until it is counted and written.
constexpr std::size_t piece = std::size_t{256} << 10;

constexpr std::string_view beginning = "terroir-staged-";

std::string new_folder() {
  std::string folder = scratch_folder() + "/" + std::string(beginning) + "XXXXXX";
  if (::mkdtemp(folder.data()) == nullptr)
    throw Error(Fault::system,
                "cannot make a scratch folder as " + folder + ": " + std::strerror(errno) + "; set TMPDIR to a folder on a local disk");
  return folder;
}

int open_folder(const std::string& path) noexcept { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC); }

/// Removes folders that nobody holds a lock of: those of processes that were killed.
void remove_abandoned() noexcept {
  std::error_code ignored;
  std::filesystem::directory_iterator entry(scratch_folder(), std::filesystem::directory_options::skip_permission_denied, ignored), end;
  for (; entry != end; entry.increment(ignored)) {
    if (!entry->path().filename().native().starts_with(beginning)) continue;
    const int folder = open_folder(entry->path());
    if (folder < 0) continue;
    struct stat facts {};
    const bool own = ::fstat(folder, &facts) == 0 && facts.st_uid == ::geteuid();
    if (own && ::flock(folder, LOCK_EX | LOCK_NB) == 0) std::filesystem::remove_all(entry->path(), ignored);
    ::close(folder);
  }
}

/// In order, without an overlap, and not beyond the end.
void require_inside(const std::vector<KnownStretch>& known, std::uint64_t size) {
  std::uint64_t at = 0;
  for (const auto& stretch : known) {
    if (stretch.offset < at || stretch.offset > size || stretch.bytes > size - stretch.offset)
      throw Error(Fault::bug, "a scratch file is not what was written to it");
    at = stretch.offset + stretch.bytes;
  }
}

}  // namespace

std::string scratch_folder() {
  const char* const named = std::getenv("TMPDIR");
  return named != nullptr && *named != '\0' ? named : "/tmp";
}

StagedFile::StagedFile(const std::string& suffix) {
  remove_abandoned();
  // Another start may take the folder for an abandoned one before it is locked.
  while (!take_folder()) {
  }
  path_ = folder_ + "/file" + suffix;
}

/// Makes a folder and locks it, where the file system has locks; false when it was gone before.
bool StagedFile::take_folder() {
  folder_ = new_folder();
  lock_ = open_folder(folder_);
  if (lock_ >= 0) ::flock(lock_, LOCK_SH);
  if (std::filesystem::exists(folder_)) return true;
  if (lock_ >= 0) ::close(lock_);
  return false;
}

StagedFile::~StagedFile() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
  if (lock_ >= 0) ::close(lock_);
}

std::string StagedFile::failure(const std::string& reason) const {
  return "cannot write the scratch file " + path_ + ": " + reason + "; set TMPDIR to a local folder with room for the whole output";
}

ObjectRecord StagedFile::publish(Store& store, const std::string& key, std::vector<KnownStretch> known) const {
  std::ifstream file(path_, std::ios::binary);
  if (!file) throw Error(Fault::system, "cannot read the scratch file " + path_ + ": " + std::strerror(errno));
  const std::uint64_t size = std::filesystem::file_size(path_);
  std::sort(known.begin(), known.end(), [](const auto& a, const auto& b) { return a.offset < b.offset; });
  require_inside(known, size);
  ObjectRecord record{key};
  std::vector<std::byte> buffer(piece);
  const auto read_to = [&](std::uint64_t end, ObjectWriter* object) {
    file.seekg(static_cast<std::streamoff>(record.bytes));
    while (record.bytes < end && file) {
      file.read(reinterpret_cast<char*>(buffer.data()), static_cast<std::streamsize>(std::min<std::uint64_t>(piece, end - record.bytes)));
      const auto bytes = std::span<const std::byte>(buffer).first(static_cast<std::size_t>(file.gcount()));
      if (object != nullptr) object->write(bytes);
      record.bytes += bytes.size();
      record.crc32c = crc32c(bytes, record.crc32c);
    }
    if (record.bytes != end) throw Error(Fault::system, "cannot read the scratch file " + path_);
  };
  if (!store.take(path_, key)) {
    store.make(key, [&](ObjectWriter& object) { read_to(size, &object); });
    return record;
  }
  for (const auto& stretch : known) {
    read_to(stretch.offset, nullptr);
    record.bytes += stretch.bytes;
    record.crc32c = crc32c_joined(record.crc32c, stretch.crc32c, stretch.bytes);
  }
  read_to(size, nullptr);
  return record;
}

}  // namespace terroir
