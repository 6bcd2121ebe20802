#include "pipeline/adapters/zarr/json_document.h"

#include "pipeline/error.h"
#include "pipeline/ports/local_files.h"

namespace terroir {
namespace {

constexpr const char* remedy = "; get a fresh copy of the store, or write it again";

/// How deep objects and lists are nested: braces outside of texts.
int depth_of(std::string_view text) {
  int depth = 0, deepest = 0;
  bool inside = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (inside) {
      if (c == '\\') ++i;
      inside = c != '"';
    } else if (c == '"') {
      inside = true;
    } else if (c == '{' || c == '[') {
      deepest = std::max(deepest, ++depth);
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return deepest;
}

}  // namespace

InputJson parse_document(std::span<const std::byte> bytes, const std::string& where) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (text.size() > largest_document)
    throw Error(Fault::mistake, where + ": it is larger than " + std::to_string(largest_document >> 20) + " MiB" + remedy);
  if (depth_of(text) > deepest_document)
    throw Error(Fault::mistake, where + ": its values are nested deeper than " + std::to_string(deepest_document) + remedy);
  InputJson parsed = InputJson::parse(text, nullptr, false);
  if (!parsed.is_object()) throw Error(Fault::mistake, where + ": it is no JSON document" + remedy);
  return parsed;
}

std::optional<InputJson> read_document(const std::string& path, std::string* bytes) {
  const auto file = LocalFile::find(path);
  if (!file) return std::nullopt;
  std::string content(std::min<std::uint64_t>(file->size(), largest_document + 1), '\0');
  file->read(0, std::as_writable_bytes(std::span(content)));
  InputJson parsed = parse_document(std::as_bytes(std::span(content)), path);
  if (bytes != nullptr) *bytes = std::move(content);
  return parsed;
}

const InputJson& member(const InputJson& object, const char* name) {
  static const InputJson null;
  if (!object.is_object()) return null;
  const auto found = object.find(name);
  return found == object.end() ? null : *found;
}

std::string text_member(const InputJson& object, const char* name, const std::string& otherwise) {
  const InputJson& found = member(object, name);
  return found.is_string() ? found.get<std::string>() : otherwise;
}

}  // namespace terroir
