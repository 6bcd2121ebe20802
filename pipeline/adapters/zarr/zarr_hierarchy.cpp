#include "pipeline/adapters/zarr/zarr_hierarchy.h"

#include "pipeline/codecs/crc32c.h"
#include "pipeline/error.h"

#include <algorithm>
#include <filesystem>

namespace terroir {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_arrays = 10000;
constexpr int deepest_group = 16;

/// Names of the folders in a folder that may be arrays or groups, sorted.
std::vector<std::string> folders_in(const std::string& path) {
  std::vector<std::string> names;
  std::error_code error;
  for (auto entry = fs::directory_iterator(path, error); !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename();
    std::error_code unknown;
    if (!name.starts_with("__") && !name.starts_with(".") && entry->is_directory(unknown)) names.push_back(name);
    if (names.size() > most_arrays) throw Error(Fault::mistake, "it has too many folders; name a group in it");
  }
  if (error) throw Error(Fault::system, path + ": listing it failed (" + error.message() + ")");
  std::sort(names.begin(), names.end());
  return names;
}

/// Whether a name leads to a folder inside of the store: consolidated metadata may name anything.
bool stays_inside(const std::string& name) {
  for (const auto& part : fs::path(name))
    if (part.empty() || part == "." || part == ".." || part == "/") return false;
  return !name.empty();
}

class HierarchyReader {
 public:
  explicit HierarchyReader(const std::string& path) : path_(path) {}

  ZarrHierarchy read() {
    if (const auto root = document("zarr.json"))
      read_v3(*root);
    else if (document(".zgroup"))
      read_v2();
    else
      no_root();
    std::sort(out_.arrays.begin(), out_.arrays.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    return std::move(out_);
  }

 private:
  std::optional<InputJson> document(const std::string& key) {
    std::string bytes;
    auto found = read_document(path_ + "/" + key, &bytes);
    if (!found) return found;
    out_.bytes += bytes.size();
    out_.crc32c = crc32c(std::as_bytes(std::span(bytes)), out_.crc32c);
    return found;
  }

  [[noreturn]] static void refuse(const std::string& why) { throw Error(Fault::mistake, why); }

  [[noreturn]] void no_root() {
    if (fs::exists(path_ + "/.zarray")) single_array();
    std::error_code unknown;
    if (fs::exists(path_ + "/__terroir", unknown))
      refuse("it is the output of a run that has not ended and has no root document yet; run its recipe again, which finishes it");
    refuse("it has no root document (zarr.json or .zgroup), so it is no whole Zarr store; get a fresh copy, or write it again");
  }

  [[noreturn]] void single_array() const {
    const fs::path whole = fs::path(path_).lexically_normal();
    refuse("it is a single array, without coordinates; name the group around it and give variable: " + whole.filename().string());
  }

  void add(InputArray array) {
    if (!stays_inside(array.name)) refuse("its metadata name an array '" + array.name + "' outside of it; get a fresh copy of the store");
    if (out_.arrays.size() == most_arrays) refuse("it has more than " + std::to_string(most_arrays) + " arrays; name a group in it");
    out_.arrays.push_back(std::move(array));
  }

  void read_v3(const InputJson& root) {
    out_.format = 3;
    if (text_member(root, "node_type") == "array") single_array();
    if (member(root, "attributes").is_object()) out_.attributes = root["attributes"];
    const InputJson& consolidated = member(member(root, "consolidated_metadata"), "metadata");
    if (!consolidated.is_object() || consolidated.empty()) return walk_v3("", 0);
    for (const auto& [name, node] : consolidated.items())
      if (text_member(node, "node_type") == "array") add(input_array_v3(name, node));
  }

  void walk_v3(const std::string& group, int depth) {
    for (const std::string& name : folders_in(path_ + "/" + group)) {
      const auto node = document(group + name + "/zarr.json");
      if (node && text_member(*node, "node_type") == "array") add(input_array_v3(group + name, *node));
      if (node && text_member(*node, "node_type") == "group") enter(depth, [&] { walk_v3(group + name + "/", depth + 1); });
    }
  }

  void read_v2() {
    out_.format = 2;
    const auto consolidated = document(".zmetadata");
    const InputJson& all = consolidated ? member(*consolidated, "metadata") : member({}, "");
    if (!all.is_object() || all.empty()) {
      out_.attributes = document(".zattrs").value_or(InputJson::object());
      return walk_v2("", 0);
    }
    out_.attributes = member(all, ".zattrs");
    constexpr std::string_view ending = "/.zarray";
    for (const auto& [key, array] : all.items()) {
      if (!key.ends_with(ending)) continue;
      const std::string name = key.substr(0, key.size() - ending.size());
      add(input_array_v2(name, array, member(all, (name + "/.zattrs").c_str())));
    }
  }

  void walk_v2(const std::string& group, int depth) {
    for (const std::string& name : folders_in(path_ + "/" + group)) {
      const std::string node = group + name;
      if (const auto array = document(node + "/.zarray"))
        add(input_array_v2(node, *array, document(node + "/.zattrs").value_or(InputJson::object())));
      else if (document(node + "/.zgroup"))
        enter(depth, [&] { walk_v2(node + "/", depth + 1); });
    }
  }

  template <class Walk>
  static void enter(int depth, const Walk& walk) {
    if (depth == deepest_group) refuse("its groups are nested deeper than " + std::to_string(deepest_group) + "; name a group in it");
    walk();
  }

  const std::string& path_;
  ZarrHierarchy out_;
};

}  // namespace

bool has_zarr_documents(const std::string& path) {
  std::error_code unknown;
  for (const char* name : {"zarr.json", ".zgroup", ".zarray", ".zmetadata"})
    if (fs::exists(path + "/" + name, unknown)) return true;
  return false;
}

ZarrHierarchy read_hierarchy(const std::string& path) {
  try {
    return HierarchyReader(path).read();
  } catch (const Error& error) {
    // Messages about a document have its path already.
    if (error.fault() != Fault::mistake || std::string_view(error.what()).starts_with(path)) throw;
    throw error.during(path);
  }
}

}  // namespace terroir
