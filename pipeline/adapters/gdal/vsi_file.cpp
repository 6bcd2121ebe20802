#include "pipeline/adapters/gdal/vsi_file.h"

#include "pipeline/adapters/gdal/gdal_library.h"
#include "pipeline/adapters/gdal/remote_file.h"
#include "pipeline/codecs/crc32c.h"
#include "pipeline/error.h"

#include <cpl_string.h>
#include <cpl_vsi.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string_view>

namespace terroir {
namespace {

constexpr int tries = 3;

struct CloseFile {
  void operator()(VSILFILE* file) const noexcept { VSIFCloseL(file); }
};
using FilePtr = std::unique_ptr<VSILFILE, CloseFile>;

Error system_error(const std::string& path, const char* step) {
  return {Fault::system, path + ": " + step + " failed" + (errno != 0 ? std::string(" (") + std::strerror(errno) + ")" : std::string())};
}

bool exists(const std::string& path) {
  if (is_remote(path)) return remote_exists(path);
  VSIStatBufL status;
  return VSIStatExL(path.c_str(), &status, VSI_STAT_EXISTS_FLAG) == 0;
}

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
  const GdalMessages messages;
  if (folder.size() > 1) folder.pop_back();  // the slash
  if (is_remote(folder)) return remote_names(folder);
  const std::unique_ptr<char*, void (*)(char**)> list(VSIReadDir(folder.empty() ? "." : folder.c_str()), CSLDestroy);
  std::vector<std::string> names;
  for (char** name = list.get(); name != nullptr && *name != nullptr; ++name)
    if (std::strcmp(*name, ".") != 0 && std::strcmp(*name, "..") != 0) names.emplace_back(*name);
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

Fingerprint fingerprint_once(const std::string& path) {
  constexpr std::size_t part = 65536;
  const GdalMessages messages;
  errno = 0;
  const FilePtr file(VSIFOpenL(path.c_str(), "rb"));
  if (!file || VSIFSeekL(file.get(), 0, SEEK_END) != 0) throw system_error(path, "opening it");
  Fingerprint print;
  print.size = VSIFTellL(file.get());
  const std::size_t length = std::min<std::uint64_t>(part, print.size);
  std::array<std::byte, part> bytes;
  const auto crc_at = [&](std::uint64_t offset) {
    if (VSIFSeekL(file.get(), offset, SEEK_SET) != 0 || VSIFReadL(bytes.data(), 1, length, file.get()) != length)
      throw system_error(path, "reading it");
    return crc32c(std::span(bytes).first(length));
  };
  print.head_crc32c = crc_at(0);
  print.tail_crc32c = crc_at(print.size - length);
  return print;
}

}  // namespace

void require_file(const std::string& path) {
  require_allowed(path);
  const std::string folder = path + ": it is a folder; name a file, or a pattern like " + path + "/*.tif";
  if (is_remote(path)) {
    const RemoteAnswer answer = ask_remote(path);
    if (answer.kind == RemoteAnswer::Kind::folder) throw Error(Fault::mistake, folder);
    if (answer.kind != RemoteAnswer::Kind::file) throw remote_error(path, answer);
    return;
  }
  VSIStatBufL status;
  errno = 0;
  const GdalMessages messages;
  if (path.empty() || VSIStatL(path.c_str(), &status) != 0) {
    if (errno == EACCES) throw Error(Fault::mistake, path + ": a folder on its way may not be entered; check its permissions");
    throw Error(Fault::mistake, "'" + path + "': there is no such file; check the path and the folder that it is bound to");
  }
  if (VSI_ISDIR(status.st_mode)) throw Error(Fault::mistake, folder);
  errno = 0;
  const FilePtr file(VSIFOpenL(path.c_str(), "rb"));
  if (!file)
    throw Error(Fault::mistake,
                path + ": it cannot be opened (" + (errno != 0 ? std::strerror(errno) : "no reason given") + "); check its permissions");
}

std::string file_head(const std::string& path, std::size_t bytes) {
  const GdalMessages messages;
  const FilePtr file(VSIFOpenL(path.c_str(), "rb"));
  std::string head(bytes, '\0');
  head.resize(file ? VSIFReadL(head.data(), 1, bytes, file.get()) : 0);
  return head;
}

Fingerprint file_fingerprint(const std::string& path) {
  for (int attempt = 1;; ++attempt) try {
      return fingerprint_once(path);
    } catch (const Error&) {
      if (!is_remote(path)) throw;
      const RemoteAnswer answer = ask_after_failure(path);
      if (answer.kind != RemoteAnswer::Kind::file) throw remote_error(path, answer);
      if (attempt == tries) throw;
    }
}

bool has_sidecar(const std::string& path) {
  return is_remote(path) ? remote_has_sidecar(path) : exists(path + ".msk") || exists(path + ".aux.xml");
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
