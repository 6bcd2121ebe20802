#pragma once

#include "pipeline/codecs/compression.h"
#include "tiling/window.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace terroir {

/// Keys in the order in which they are set, so that documents are the same bytes every time.
using Json = nlohmann::ordered_json;

/// An array of a store as its metadata tell it: shape, cutting, type, attributes. Neither version of Zarr shows here.
struct Variable {
  std::string name;
  std::vector<std::string> dimensions;
  std::vector<Index> shape, chunk;
  std::vector<Index> shard;      ///< empty: a chunk is an object
  std::string type;              ///< "float32" ..., "int64", or "string" (UTF-8)
  std::size_t characters = 1;    ///< of the longest text: version 2 keeps texts at one width
  std::optional<double> nodata;  ///< what a missing pixel is stored as; nothing: no number means missing
  Compression compression{Compression::Name::raw, {}};
  std::string other_codecs;  ///< of another writer, by name, that `compression` cannot tell: "transpose", "crc32c"
  Json attributes = Json::object();
};

/// A variable with its content: one chunk, decoded. Of type "string": `texts`.
struct Coordinate {
  Variable variable;
  std::vector<std::byte> content;
  std::vector<std::string> texts;
};

}  // namespace terroir
