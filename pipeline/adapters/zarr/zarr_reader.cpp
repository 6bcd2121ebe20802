#include "pipeline/adapters/zarr/zarr_reader.h"

#include "pipeline/adapters/zarr/parse_metadata.h"
#include "pipeline/adapters/zarr/texts.h"
#include "pipeline/codecs/pixel_encoding.h"
#include "pipeline/error.h"

#include <algorithm>
#include <cstring>

namespace terroir {
namespace {

std::optional<Json> document(Store& store, const std::string& key) {
  const auto bytes = store.get(key);
  if (!bytes) return std::nullopt;
  const auto* text = reinterpret_cast<const char*>(bytes->data());
  Json parsed = Json::parse(text, text + bytes->size(), nullptr, false);
  if (parsed.is_discarded()) throw Error(Fault::data, store.location() + "/" + key + " is no JSON document; write the store again");
  if (!parsed.is_object()) throw Error(Fault::data, store.location() + "/" + key + " is no JSON object; write the store again");
  return parsed;
}

/// Names of the folders in the store that hold a document of this name.
std::vector<std::string> names_with(Store& store, const std::string& name) {
  std::vector<std::string> out;
  for (const auto& key : store.list("")) {
    if (key.ends_with("/" + name) && key.find('/') + 1 + name.size() == key.size()) out.push_back(key.substr(0, key.find('/')));
  }
  return out;
}

/// An object in a document; an empty one where there is none, or something else.
Json object_in(const Json& document, const char* key) {
  const auto found = document.find(key);
  return found != document.end() && found->is_object() ? *found : Json::object();
}

bool is_node(const Json& document, const char* type) {
  const auto found = document.find("node_type");
  return found != document.end() && *found == type;
}

/// Adds what `parse` returns, or why it returns nothing: an array of others that cannot be read hides none that can.
template <class Parse>
void add_array(ZarrStore& zarr, Parse parse) {
  try {
    zarr.variables.push_back(parse());
  } catch (const Error& error) {
    zarr.unread.emplace_back(error.what());
  }
}

void read_v3(Store& store, const std::optional<Json>& root, ZarrStore& zarr) {
  zarr.format = 3;
  zarr.is_array = root && is_node(*root, "array");
  if (zarr.is_array) return;
  const auto add = [&](const std::string& name, const Json& facts) {
    if (!is_node(facts, "group")) add_array(zarr, [&] { return parse_v3(name, facts); });
  };
  const Json inside = root ? object_in(object_in(*root, "consolidated_metadata"), "metadata") : Json::object();
  if (root) zarr.attributes = object_in(*root, "attributes");
  for (const auto& [name, facts] : inside.items()) add(name, facts);
  if (!inside.empty()) return;
  for (const auto& name : names_with(store, "zarr.json")) add(name, *document(store, name + "/zarr.json"));
}

void read_v2(Store& store, ZarrStore& zarr) {
  zarr.format = 2;
  const auto consolidated = document(store, ".zmetadata");
  const Json all = consolidated ? object_in(*consolidated, "metadata") : Json::object();
  const auto find = [&](const std::string& key) { return all.contains(key) ? all[key] : document(store, key).value_or(Json::object()); };
  zarr.attributes = find(".zattrs");
  std::vector<std::string> names;
  for (const auto& [key, facts] : all.items()) {
    if (key.ends_with("/.zarray")) names.push_back(key.substr(0, key.rfind('/')));
  }
  if (names.empty()) names = names_with(store, ".zarray");
  for (const auto& name : names) add_array(zarr, [&] { return parse_v2(name, find(name + "/.zarray"), find(name + "/.zattrs")); });
}

/// Whether a variable stands in one chunk as Terroir writes coordinates; those of others are not read here.
bool is_one_chunk(const Variable& variable) {
  return variable.shape.size() == 1 && variable.chunk == variable.shape && variable.shard.empty() && variable.other_codecs.empty();
}

/// The decoded bytes of the only chunk of a variable.
std::vector<std::byte> content_of(Store& store, const ZarrStore& zarr, const Variable& variable, std::size_t bytes) {
  if (!is_one_chunk(variable)) return {};
  const std::string key = variable.name + (zarr.format == 3 ? "/c/0" : "/0");
  const auto encoded = store.get(key);
  if (!encoded) return {};
  std::vector<std::byte> out(bytes);
  try {
    decompress(variable.compression, *encoded, out);
  } catch (const Error& error) {
    throw error.during(store.location() + "/" + key);
  }
  return out;
}

std::size_t size_along(const Variable& variable) { return is_one_chunk(variable) ? static_cast<std::size_t>(variable.shape[0]) : 0; }

template <class T>
std::vector<double> as_doubles(std::span<const std::byte> bytes) {
  std::vector<double> out(bytes.size() / sizeof(T));
  for (std::size_t i = 0; i < out.size(); ++i) {
    T number;
    std::memcpy(&number, bytes.data() + i * sizeof(T), sizeof number);
    out[i] = static_cast<double>(number);
  }
  return out;
}

}  // namespace

const Variable* ZarrStore::find(const std::string& name) const noexcept {
  const auto found = std::find_if(variables.begin(), variables.end(), [&](const Variable& v) { return v.name == name; });
  return found == variables.end() ? nullptr : &*found;
}

std::optional<ZarrStore> read_zarr(Store& store) {
  ZarrStore zarr;
  const auto root = document(store, "zarr.json");
  zarr.committed = root.has_value() || store.get(".zgroup").has_value();
  if (!root && (zarr.committed || !names_with(store, ".zarray").empty())) {
    read_v2(store, zarr);
  } else {
    read_v3(store, root, zarr);
  }
  zarr.is_array = zarr.is_array || (!zarr.committed && store.get(".zarray").has_value());
  if (zarr.variables.empty() && !zarr.unread.empty()) throw Error(Fault::data, zarr.unread.front());
  if (!zarr.committed && !zarr.is_array && zarr.variables.empty()) return std::nullopt;
  return zarr;
}

std::vector<double> read_numbers(Store& store, const ZarrStore& zarr, const Variable& variable) {
  const std::size_t size = size_along(variable);
  if (variable.type == "int64") return as_doubles<std::int64_t>(content_of(store, zarr, variable, size * sizeof(std::int64_t)));
  const auto type = stored_type(variable.type);
  if (!type) return {};
  const auto bytes = content_of(store, zarr, variable, size * size_of(*type));
  std::vector<double> out(bytes.size() / size_of(*type));
  decode_pixels(bytes, {*type}, out.data());
  return out;
}

std::vector<std::string> read_texts(Store& store, const ZarrStore& zarr, const Variable& variable) {
  if (variable.type != "string" || variable.characters == 0 || !is_one_chunk(variable)) return {};
  if (zarr.format == 3) {
    if (variable.compression.name != Compression::Name::raw) return {};
    const auto bytes = store.get(variable.name + "/c/0");
    return bytes ? texts_with_lengths(*bytes) : std::vector<std::string>();
  }
  const auto bytes = content_of(store, zarr, variable, size_along(variable) * variable.characters * sizeof(char32_t));
  return texts_of_width(bytes, variable.characters);
}

std::string compression_text(const Variable& variable) {
  const std::string own = compression_text(variable.compression);
  if (variable.other_codecs.empty()) return own;
  return variable.compression.name == Compression::Name::raw ? variable.other_codecs : own + ", " + variable.other_codecs;
}

std::string compression_text(const Compression& compression) {
  const auto& options = compression.options;
  const std::string level = " " + std::to_string(options.level);
  switch (compression.name) {
    case Compression::Name::raw: return "none";
    case Compression::Name::zstd: return "zstd" + level;
    case Compression::Name::gzip: return "gzip" + level;
    case Compression::Name::deflate: return "deflate" + level + (options.shuffle == Shuffle::byte ? ", byte shuffle" : "");
    case Compression::Name::blosc: break;
  }
  const char* shuffle = options.shuffle == Shuffle::byte ? "byte shuffle" : options.shuffle == Shuffle::bit ? "bit shuffle" : "no shuffle";
  return "blosc (" + options.cname + level + ", " + shuffle + ")";
}

}  // namespace terroir
