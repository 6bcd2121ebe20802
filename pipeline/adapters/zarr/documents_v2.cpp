#include "pipeline/adapters/zarr/documents.h"
#include "pipeline/dataset/utf8.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace terroir {
namespace {

/// Fixed-width UTF-32, as numpy's <U type has it.
std::vector<std::byte> fixed_width(const std::vector<std::string>& texts, std::size_t characters) {
  const std::size_t width = characters * sizeof(char32_t);
  std::vector<std::byte> out(texts.size() * width);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto points = code_points(texts[i]);
    std::memcpy(out.data() + i * width, points.data(), points.size() * sizeof(char32_t));
  }
  return out;
}

std::string dtype(const Variable& variable) {
  if (variable.type == "string") return "<U" + std::to_string(variable.characters);
  const std::size_t digits = variable.type.find_first_of("0123456789");
  const int bytes = std::stoi(variable.type.substr(digits)) / 8;
  return (bytes == 1 ? "|" : "<") + variable.type.substr(0, 1) + std::to_string(bytes);
}

Json compressor(const Compression& compression) {
  const auto& options = compression.options;
  switch (compression.name) {
    case Compression::Name::raw: return nullptr;
    case Compression::Name::zstd: return {{"id", "zstd"}, {"level", options.level}};
    case Compression::Name::gzip: return {{"id", "gzip"}, {"level", options.level}};
    case Compression::Name::deflate: return {{"id", "zlib"}, {"level", options.level}};
    case Compression::Name::blosc: break;
  }
  const int shuffle = options.shuffle == Shuffle::off ? 0 : options.shuffle == Shuffle::byte ? 1 : 2;
  return {{"id", "blosc"}, {"cname", options.cname}, {"clevel", options.level}, {"shuffle", shuffle}, {"blocksize", 0}};
}

/// xarray takes the fill value for "missing", so coordinates have none: else an index of 0 would be lost.
Json fill_value_v2(const Variable& variable) {
  if (variable.type == "string") return "";
  if (!variable.nodata) return nullptr;
  return json_number(*variable.nodata, !variable.type.starts_with("float"));
}

Json attributes_v2(const Variable& variable) {
  Json out = variable.attributes;
  out["_ARRAY_DIMENSIONS"] = variable.dimensions;
  return out;
}

}  // namespace

Json array_document_v2(const Variable& variable) {
  return {{"zarr_format", 2},
          {"shape", variable.shape},
          {"chunks", variable.chunk},
          {"dtype", dtype(variable)},
          {"compressor", compressor(variable.compression)},
          {"fill_value", fill_value_v2(variable)},
          {"order", "C"},
          {"filters", nullptr},
          {"dimension_separator", "/"}};
}

std::vector<Document> documents_v2(const std::vector<const Variable*>& variables, const Json& root_attributes) {
  std::vector<Document> out;
  const Json group = {{"zarr_format", 2}};
  Json consolidated = {{".zattrs", root_attributes}, {".zgroup", group}};
  const auto add = [&](const std::string& key, Json document) {
    out.emplace_back(key, document.dump(2));
    consolidated[key] = std::move(document);
  };
  for (const auto* variable : variables) {
    add(variable->name + "/.zarray", array_document_v2(*variable));
    add(variable->name + "/.zattrs", attributes_v2(*variable));
  }
  out.emplace_back(".zattrs", root_attributes.dump(2));
  out.emplace_back(".zmetadata", Json{{"metadata", std::move(consolidated)}, {"zarr_consolidated_format", 1}}.dump(2));
  out.emplace_back(".zgroup", group.dump(2));
  return out;
}

std::pair<std::string, Bytes> chunk_v2(const Coordinate& coordinate) {
  const Variable& variable = coordinate.variable;
  std::string key = variable.name + "/0";
  for (std::size_t d = 1; d < variable.shape.size(); ++d) key += "/0";
  const auto content = variable.type == "string" ? fixed_width(coordinate.texts, variable.characters) : coordinate.content;
  Bytes bytes;
  std::vector<std::byte> scratch(content.size());
  compress(variable.compression, content, bytes, scratch);
  return {std::move(key), std::move(bytes)};
}

}  // namespace terroir
