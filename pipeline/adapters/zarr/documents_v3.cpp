#include "pipeline/adapters/zarr/documents.h"
#include "pipeline/codecs/pixel_encoding.h"
#include "pipeline/error.h"

#include <cmath>
#include <cstring>

namespace terroir {
namespace {

bool is_float_type(const std::string& type) { return type.starts_with("float"); }

const char* shuffle_name(Shuffle shuffle) {
  switch (shuffle) {
    case Shuffle::off: return "noshuffle";
    case Shuffle::byte: return "shuffle";
    case Shuffle::bit: return "bitshuffle";
  }
  return "noshuffle";
}

Json codec(const char* name, Json configuration) { return {{"name", name}, {"configuration", std::move(configuration)}}; }

Json bytes_codec(const std::string& type) {
  // Types of one byte have no order of bytes.
  if (type == "int8" || type == "uint8") return {{"name", "bytes"}};
  return codec("bytes", {{"endian", "little"}});
}

Json chunk_codecs(const Variable& variable) {
  Json codecs = Json::array();
  codecs.push_back(variable.type == "string" ? Json{{"name", "vlen-utf8"}} : bytes_codec(variable.type));
  const auto& options = variable.compression.options;
  switch (variable.compression.name) {
    case Compression::Name::raw: break;
    case Compression::Name::deflate: throw Error(Fault::bug, "Zarr 3 has no codec deflate");
    case Compression::Name::zstd: codecs.push_back(codec("zstd", {{"level", options.level}, {"checksum", false}})); break;
    case Compression::Name::gzip: codecs.push_back(codec("gzip", {{"level", options.level}})); break;
    case Compression::Name::blosc:
      codecs.push_back(codec("blosc", {{"cname", options.cname},
                                       {"clevel", options.level},
                                       {"shuffle", shuffle_name(options.shuffle)},
                                       {"typesize", options.element},
                                       {"blocksize", 0}}));
  }
  return codecs;
}

Json array_codecs(const Variable& variable) {
  if (variable.shard.empty()) return chunk_codecs(variable);
  return Json::array({codec("sharding_indexed", {{"chunk_shape", variable.chunk},
                                                 {"codecs", chunk_codecs(variable)},
                                                 {"index_codecs", Json::array({bytes_codec("uint64"), Json{{"name", "crc32c"}}})},
                                                 {"index_location", "end"}})});
}

Json fill_value_v3(const Variable& variable) {
  if (variable.type == "string") return "";
  if (variable.nodata) return json_number(*variable.nodata, !is_float_type(variable.type));
  return is_float_type(variable.type) ? Json("NaN") : Json(0);
}

/// xarray does not take the fill value for "missing" in this version but the attribute _FillValue, which it wants in base64 for floats.
Json attributes_v3(const Variable& variable) {
  Json out = variable.attributes;
  if (!variable.nodata || std::isnan(*variable.nodata)) return out;
  if (is_float_type(variable.type)) {
    out["_FillValue"] = base64(std::as_bytes(std::span(&*variable.nodata, 1)));
  } else {
    out["_FillValue"] = json_number(*variable.nodata, true);
  }
  return out;
}

Json array_document(const Variable& variable) {
  return {{"zarr_format", 3},
          {"node_type", "array"},
          {"shape", variable.shape},
          {"data_type", variable.type},
          {"chunk_grid", codec("regular", {{"chunk_shape", variable.shard.empty() ? variable.chunk : variable.shard}})},
          {"chunk_key_encoding", codec("default", {{"separator", "/"}})},
          {"fill_value", fill_value_v3(variable)},
          {"codecs", array_codecs(variable)},
          {"attributes", attributes_v3(variable)},
          {"dimension_names", variable.dimensions},
          {"storage_transformers", Json::array()}};
}

void append(std::vector<std::byte>& out, const void* data, std::size_t size) {
  const auto* first = static_cast<const std::byte*>(data);
  out.insert(out.end(), first, first + size);
}

/// The codec vlen-utf8: the number of texts, then each with its bytes before it.
std::vector<std::byte> texts_with_lengths(const std::vector<std::string>& texts) {
  std::vector<std::byte> out;
  const auto add_number = [&](std::size_t number) {
    const auto little_endian = static_cast<std::uint32_t>(number);
    append(out, &little_endian, sizeof little_endian);
  };
  add_number(texts.size());
  for (const auto& text : texts) {
    add_number(text.size());
    append(out, text.data(), text.size());
  }
  return out;
}

}  // namespace

std::vector<Document> documents_v3(const std::vector<const Variable*>& variables, const Json& root_attributes) {
  std::vector<Document> out;
  Json consolidated = Json::object();
  for (const auto* variable : variables) {
    consolidated[variable->name] = array_document(*variable);
    out.emplace_back(variable->name + "/zarr.json", consolidated[variable->name].dump(2));
  }
  const Json root = {{"zarr_format", 3},
                     {"node_type", "group"},
                     {"attributes", root_attributes},
                     {"consolidated_metadata", {{"kind", "inline"}, {"must_understand", false}, {"metadata", std::move(consolidated)}}}};
  out.emplace_back("zarr.json", root.dump(2));
  return out;
}

std::pair<std::string, Bytes> chunk_v3(const Coordinate& coordinate) {
  const Variable& variable = coordinate.variable;
  std::string key = variable.name + "/c";
  for (std::size_t d = 0; d < variable.shape.size(); ++d) key += "/0";
  const auto content = variable.type == "string" ? texts_with_lengths(coordinate.texts) : coordinate.content;
  Bytes bytes;
  std::vector<std::byte> scratch(content.size());
  compress(variable.compression, content, bytes, scratch);
  return {std::move(key), std::move(bytes)};
}

}  // namespace terroir
