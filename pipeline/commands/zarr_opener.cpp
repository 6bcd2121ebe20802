#include "pipeline/commands/zarr_opener.h"

#include "pipeline/cf/cf_source.h"
#include "pipeline/error.h"

#include <filesystem>

namespace terroir {
namespace {

namespace fs = std::filesystem;

std::string without_slash(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

/// A folder in which a run has left its marker but has published nothing.
bool is_unfinished(const std::string& path) {
  std::error_code unknown;
  const fs::directory_iterator own(path + "/__terroir", unknown), end;
  if (unknown) return false;
  bool marked = false;
  for (auto entry = own; !unknown && entry != end; entry.increment(unknown)) {
    const std::string name = entry->path().filename();
    if (name.starts_with("published-")) return false;
    marked = marked || name.starts_with("plan-");
  }
  return marked;
}

}  // namespace

bool ZarrOpener::knows(const std::string& path) {
  const std::string name = without_slash(path);
  if (path.starts_with("/vsi")) return name.ends_with(".zarr");
  std::error_code unknown;
  if (!fs::is_directory(path, unknown)) return false;
  return name.ends_with(".zarr") || has_zarr_documents(name) || is_unfinished(name);
}

ZarrFile& ZarrOpener::store(const std::string& path) {
  if (path.starts_with("/vsi"))
    throw Error(Fault::mistake, path + ": Zarr stores are read from folders only; mount the container, or copy the store");
  if (!last_ || last_->path() != path) last_ = std::make_unique<ZarrFile>(path, handles_);
  return *last_;
}

std::vector<std::string> ZarrOpener::variables(const std::string& path) {
  const ZarrFile& file = store(without_slash(path));
  std::vector<std::string> known = data_variables(file);
  if (!known.empty()) return known;
  const std::string unknown = file.unknown();
  throw Error(Fault::mistake, path + ": " + (unknown.empty() ? "it has no array on rows and columns; name another store" : unknown));
}

std::unique_ptr<Source> ZarrOpener::open(const std::string& path, const SourcePart& part) {
  ZarrFile& file = store(without_slash(path));
  CfDescription description = describe(file, part, crs_);
  const CfVariable& variable = *file.find(description.name);
  auto array = file.array(variable);
  const Fingerprint fingerprint = file.fingerprint(variable);
  return std::make_unique<CfSource>(path, std::move(description), std::move(array), fingerprint);
}

}  // namespace terroir
