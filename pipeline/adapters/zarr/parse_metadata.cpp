#include "pipeline/adapters/zarr/parse_metadata.h"

#include "pipeline/error.h"

#include <limits>

namespace terroir {
namespace {

std::optional<double> number_of(const Json& fill) {
  if (fill.is_number()) return fill.get<double>();
  if (fill == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (fill == "Infinity") return std::numeric_limits<double>::infinity();
  if (fill == "-Infinity") return -std::numeric_limits<double>::infinity();
  return std::nullopt;
}

Shuffle shuffle_of(const Json& value) {
  if (value == 1 || value == "shuffle") return Shuffle::byte;
  if (value == 2 || value == "bitshuffle") return Shuffle::bit;
  return Shuffle::off;
}

/// A compressor by its name and its settings, which both versions call alike. Throws for one that Terroir does not write.
Compression compression_of(const std::string& name, const Json& settings) {
  Compression out;
  if (name == "blosc") {
    out.name = Compression::Name::blosc;
    out.options.cname = settings.at("cname");
    out.options.level = settings.at("clevel");
    out.options.shuffle = shuffle_of(settings.at("shuffle"));
  } else if (name == "zstd" || name == "gzip") {
    out.name = name == "zstd" ? Compression::Name::zstd : Compression::Name::gzip;
    out.options.level = settings.value("level", 0);
  } else {
    throw Error(Fault::data, "codec '" + name + "' is none that Terroir writes");
  }
  return out;
}

Compression compression_of(const Json& codecs) {
  Compression out{Compression::Name::raw, {}};
  for (const auto& codec : codecs) {
    const std::string name = codec.at("name");
    if (name != "bytes" && name != "vlen-utf8") out = compression_of(name, codec.value("configuration", Json::object()));
  }
  return out;
}

/// "<f4" is "float32".
std::string type_of(const std::string& dtype) {
  const char kind = dtype.at(1);
  if (kind == 'U') return "string";
  const std::string bits = std::to_string(8 * std::stoi(dtype.substr(2)));
  return (kind == 'f' ? "float" : kind == 'u' ? "uint" : "int") + bits;
}

template <class Parse>
Variable parsed(const std::string& name, Parse parse) {
  Variable out;
  out.name = name;
  try {
    parse(out);
  } catch (const Error& error) {
    throw error.during("array '" + name + "'");
  } catch (const std::exception& error) {
    throw Error(Fault::data, "array '" + name + "': its metadata are damaged (" + error.what() + "); write the store again");
  }
  return out;
}

}  // namespace

Variable parse_v3(const std::string& name, const Json& document) {
  return parsed(name, [&](Variable& out) {
    out.shape = document.at("shape").get<std::vector<Index>>();
    const Json& type = document.at("data_type");
    out.type = type.is_object() ? type.at("name") : type;  // others write types with a configuration
    out.dimensions = document.value("dimension_names", std::vector<std::string>());
    out.nodata = number_of(document.at("fill_value"));
    out.attributes = document.value("attributes", Json::object());
    out.chunk = document.at("chunk_grid").at("configuration").at("chunk_shape").get<std::vector<Index>>();
    const Json& codecs = document.at("codecs");
    if (codecs.at(0).at("name") != "sharding_indexed") {
      out.compression = compression_of(codecs);
      return;
    }
    const Json& shard = codecs[0].at("configuration");
    out.shard = std::exchange(out.chunk, shard.at("chunk_shape").get<std::vector<Index>>());
    out.compression = compression_of(shard.at("codecs"));
  });
}

Variable parse_v2(const std::string& name, const Json& array, const Json& attributes) {
  return parsed(name, [&](Variable& out) {
    const std::string dtype = array.at("dtype");
    out.shape = array.at("shape").get<std::vector<Index>>();
    out.chunk = array.at("chunks").get<std::vector<Index>>();
    out.type = type_of(dtype);
    if (out.type == "string") out.characters = static_cast<std::size_t>(std::stoul(dtype.substr(2)));
    out.dimensions = attributes.value("_ARRAY_DIMENSIONS", std::vector<std::string>());
    out.nodata = number_of(array.at("fill_value"));
    out.attributes = attributes;
    const Json& compressor = array.at("compressor");
    if (!compressor.is_null()) out.compression = compression_of(compressor.at("id").get<std::string>(), compressor);
  });
}

}  // namespace terroir
