#include "pipeline/adapters/folder/file_store.h"

#include "pipeline/adapters/folder/folder_store.h"
#include "pipeline/error.h"

#include <algorithm>
#include <filesystem>
#include <utility>

namespace terroir {
namespace {

namespace fs = std::filesystem;

class FileStore final : public Store {
 public:
  explicit FileStore(const fs::path& path)
      : path_(path.string()),
        name_(path.filename().string()),
        siblings_(make_folder_store(path.has_parent_path() ? path.parent_path().string() : ".")),
        folder_(make_folder_store(path_ + ".terroir")) {}

  [[nodiscard]] std::string location() const override { return path_; }

  [[nodiscard]] std::unique_ptr<ObjectWriter> create(const std::string& key) override { return store_of(key).create(inner(key)); }
  [[nodiscard]] std::optional<std::vector<std::byte>> get(const std::string& key) override { return store_of(key).get(inner(key)); }
  [[nodiscard]] bool read(const std::string& key, std::vector<std::byte>& into) override { return store_of(key).read(inner(key), into); }
  [[nodiscard]] std::optional<std::uint64_t> size(const std::string& key) override { return store_of(key).size(inner(key)); }
  void remove(const std::string& key) override { store_of(key).remove(inner(key)); }
  void take_back(const std::string& key) override { store_of(key).take_back(inner(key)); }
  [[nodiscard]] bool take(const std::string& file, const std::string& key) override { return store_of(key).take(file, inner(key)); }

  [[nodiscard]] std::vector<std::string> list(const std::string& prefix) override {
    std::vector<std::string> keys;
    std::error_code unknown;
    if (fs::is_directory(path_, unknown))
      throw Error(Fault::mistake, path_ + " is a folder, and this output is one file; end its path in a name, as " + path_ + "/result.nc");
    if (name_.starts_with(prefix) && fs::exists(path_, unknown)) keys.push_back(name_);
    const std::string inside = prefix.starts_with(run_folder) ? prefix.substr(run_folder.size()) : "";
    if (prefix.starts_with(run_folder) || run_folder.starts_with(prefix))
      for (const auto& key : folder_->list(inside)) keys.push_back(std::string(run_folder) + key);
    std::sort(keys.begin(), keys.end());
    return keys;
  }

 private:
  [[nodiscard]] Store& store_of(const std::string& key) const { return key.starts_with(run_folder) ? *folder_ : *siblings_; }
  [[nodiscard]] static std::string inner(const std::string& key) {
    return key.starts_with(run_folder) ? key.substr(run_folder.size()) : key;
  }

  std::string path_, name_;
  std::unique_ptr<Store> siblings_, folder_;
};

}  // namespace

std::unique_ptr<Store> make_file_store(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return std::make_unique<FileStore>(fs::path(path));
}

}  // namespace terroir
