#include "pipeline/adapters/gdal/vsi_file.h"

#include "pipeline/adapters/gdal/gdal_library.h"
#include "pipeline/adapters/gdal/remote_file.h"
#include "pipeline/codecs/crc32c.h"
#include "pipeline/error.h"
#include "pipeline/ports/local_files.h"

#include <cpl_vsi.h>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string_view>

namespace terroir {
namespace {

struct CloseFile {
  void operator()(VSILFILE* file) const noexcept { VSIFCloseL(file); }
};
using FilePtr = std::unique_ptr<VSILFILE, CloseFile>;

struct CloseDirectory {
  void operator()(DIR* folder) const noexcept { ::closedir(folder); }
};

Error system_error(const std::string& path, const char* step) {
  return {Fault::system, path + ": " + step + " failed" + (errno != 0 ? std::string(" (") + std::strerror(errno) + ")" : std::string())};
}

Error is_folder(const std::string& path) {
  return {Fault::mistake, path + ": it is a folder; name a file, or a pattern like " + path + "/*.tif"};
}

bool exists(const std::string& path) { return is_remote(path) ? remote_exists(path) : ::access(path.c_str(), F_OK) == 0; }

bool matches(std::string_view pattern, std::string_view name) {
  std::size_t p = 0, n = 0, star = std::string_view::npos, resume = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = n;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
      ++p, ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

bool is_pattern(std::string_view text) { return text.find_first_of("*?") != std::string_view::npos; }

std::vector<std::string> names_in(std::string folder) {
  if (folder.size() > 1) folder.pop_back();  // the slash
  if (is_remote(folder)) return remote_names(folder);
  const std::unique_ptr<DIR, CloseDirectory> open(::opendir(folder.empty() ? "." : folder.c_str()));
  std::vector<std::string> names;
  while (const dirent* const entry = open ? ::readdir(open.get()) : nullptr) names.emplace_back(entry->d_name);
  std::erase_if(names, [](const std::string& name) { return name == "." || name == ".."; });
  return names;
}

/// All paths that continue `found` by one part of the pattern.
std::vector<std::string> expand(const std::vector<std::string>& found, std::string_view part) {
  std::vector<std::string> out;
  for (const auto& base : found) {
    if (!is_pattern(part)) {
      out.push_back(base + std::string(part));
      continue;
    }
    for (const auto& name : names_in(base))
      if ((name[0] != '.' || part[0] == '.') && matches(part, name)) out.push_back(base + name);
  }
  return out;
}

/// That of a file of `size` bytes, of which `read` fills a span from a place.
template <typename Read>
Fingerprint fingerprint_of(std::uint64_t size, const Read& read) {
  constexpr std::size_t part = 65536;
  std::array<std::byte, part> buffer;
  const auto bytes = std::span(buffer).first(std::min<std::uint64_t>(part, size));
  const auto crc_at = [&](std::uint64_t offset) {
    read(offset, bytes);
    return crc32c(bytes);
  };
  return {size, crc_at(0), crc_at(size - bytes.size())};
}

Fingerprint local_fingerprint(const std::string& path) {
  const LocalFile file(path);
  return fingerprint_of(file.size(), [&](std::uint64_t offset, std::span<std::byte> out) { file.read(offset, out); });
}

Fingerprint remote_fingerprint(const std::string& path) {
  const GdalMessages messages;
  errno = 0;
  const FilePtr file(VSIFOpenL(path.c_str(), "rb"));
  if (!file || VSIFSeekL(file.get(), 0, SEEK_END) != 0) throw system_error(path, "opening it");
  return fingerprint_of(VSIFTellL(file.get()), [&](std::uint64_t offset, std::span<std::byte> out) {
    if (VSIFSeekL(file.get(), offset, SEEK_SET) != 0 || VSIFReadL(out.data(), 1, out.size(), file.get()) != out.size())
      throw system_error(path, "reading it");
  });
}

void require_local_file(const std::string& path) {
  struct stat status {};
  if (path.empty() || ::stat(path.c_str(), &status) != 0) {
    if (!path.empty() && errno == EACCES)
      throw Error(Fault::mistake, path + ": a folder on its way may not be entered; check its permissions");
    throw Error(Fault::mistake, "'" + path + "': there is no such file; check the path and the folder that it is bound to");
  }
  if (S_ISDIR(status.st_mode)) throw is_folder(path);
  if (!S_ISREG(status.st_mode))
    throw Error(Fault::mistake, path + ": it is a pipe or a device and no file; write its bytes to a file first");
  if (status.st_size == 0) throw Error(Fault::mistake, path + ": it is empty; get a fresh copy of it");
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw Error(Fault::mistake, path + ": it cannot be opened (" + std::strerror(errno) + "); check its permissions");
  ::close(fd);
}

std::string local_head(const std::string& path, std::size_t bytes) try {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return {};  // a pipe would wait for somebody who writes
  const LocalFile file(path);
  std::string head(std::min<std::uint64_t>(bytes, file.size()), '\0');
  file.read(0, std::as_writable_bytes(std::span(head)));
  return head;
} catch (const Error&) {
  return {};
}

}  // namespace

void require_file(const std::string& path) {
  require_allowed(path);
  if (!is_remote(path)) return require_local_file(path);
  const RemoteAnswer answer = ask_remote(path);
  if (answer.kind == RemoteAnswer::Kind::folder) throw is_folder(path);
  if (answer.kind != RemoteAnswer::Kind::file) throw remote_error(path, answer);
}

std::string file_head(const std::string& path, std::size_t bytes) {
  if (!is_remote(path)) return local_head(path, bytes);
  const GdalMessages messages;
  const FilePtr file(VSIFOpenL(path.c_str(), "rb"));
  std::string head(bytes, '\0');
  head.resize(file ? VSIFReadL(head.data(), 1, bytes, file.get()) : 0);
  return head;
}

Fingerprint file_fingerprint(const std::string& path) {
  if (!is_remote(path)) return local_fingerprint(path);
  for (int attempt = 1;; ++attempt) try {
      return remote_fingerprint(path);
    } catch (const Error&) {
      const RemoteAnswer answer = ask_after_failure(path);
      if (answer.kind != RemoteAnswer::Kind::file) throw remote_error(path, answer);
      if (attempt == remote_tries) throw;
    }
}

bool has_sidecar(const std::string& path) {
  return is_remote(path) ? remote_has_sidecar(path) : exists(path + ".msk") || exists(path + ".aux.xml");
}

bool has_world_file(const std::string& path) {
  if (is_remote(path)) return false;
  const std::filesystem::path image(path);
  const std::string ending = image.extension().string();
  if (ending.size() < 2) return false;
  const auto beside = [&](std::string extension) {
    std::string upper = extension;
    std::transform(upper.begin(), upper.end(), upper.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    const auto there = [&](const std::string& as) { return exists(std::filesystem::path(image).replace_extension(as).string()); };
    return there(extension) || there(upper);
  };
  return beside({'.', ending[1], ending.back(), 'w'}) || beside(ending + "w") || beside(".wld");
}

std::vector<std::string> glob_files(const std::string& pattern) {
  require_allowed(pattern);
  std::vector<std::string> found = {""};
  std::size_t at = 0;
  while (at < pattern.size() && !found.empty()) {
    const std::size_t slash = std::min(pattern.find('/', at), pattern.size() - 1);
    found = expand(found, std::string_view(pattern).substr(at, slash - at + (pattern[slash] == '/' ? 0 : 1)));
    if (pattern[slash] == '/')
      for (auto& base : found) base += '/';
    at = slash + 1;
  }
  std::erase_if(found, [](const std::string& path) { return !exists(path); });
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace terroir
