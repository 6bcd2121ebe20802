#include "pipeline/adapters/zarr/parse_metadata.h"

#include "pipeline/adapters/zarr/cf_attributes.h"
#include "pipeline/error.h"

#include <cmath>
#include <limits>

namespace terroir {
namespace {

std::optional<double> number_of(const Json& fill) {
  if (fill.is_number()) return fill.get<double>();
  if (fill.is_boolean()) return fill.get<bool>() ? 1 : 0;
  if (fill == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (fill == "Infinity") return std::numeric_limits<double>::infinity();
  if (fill == "-Infinity") return -std::numeric_limits<double>::infinity();
  return std::nullopt;
}

/// What marks missing pixels in version 3: an attribute, or a fill value of NaN; a number that absent chunks are filled with does not.
std::optional<double> nodata_v3(const Json& attributes, const Json& fill) {
  for (const auto* name : {"_FillValue", "missing_value"}) {
    if (!attributes.contains(name)) continue;
    if (const auto number = number_of(attributes[name])) return number;
    if (attributes[name].is_string()) return encoded_double(attributes[name].get<std::string>());
  }
  const auto filled = number_of(fill);
  return filled && std::isnan(*filled) ? filled : std::nullopt;
}

Shuffle shuffle_of(const Json& value) {
  if (value == 1 || value == "shuffle") return Shuffle::byte;
  if (value == 2 || value == "bitshuffle") return Shuffle::bit;
  return Shuffle::off;
}

constexpr const char* big_endian = "big-endian";

/// A codec by its name and its settings, which both versions call alike.
void add_codec(const std::string& name, const Json& settings, Variable& variable) {
  Compression& out = variable.compression;
  if (name == "blosc") {
    out.name = Compression::Name::blosc;
    out.options.cname = settings.at("cname");
    out.options.level = settings.at("clevel");
    out.options.shuffle = shuffle_of(settings.at("shuffle"));
  } else if (name == "zstd" || name == "gzip") {
    out.name = name == "zstd" ? Compression::Name::zstd : Compression::Name::gzip;
    out.options.level = settings.value("level", 0);
  } else {
    variable.other_codecs += (variable.other_codecs.empty() ? "" : ", ") + name;
  }
}

void add_codecs(const Json& codecs, Variable& variable) {
  for (const auto& codec : codecs) {
    const std::string name = codec.at("name");
    const Json settings = codec.value("configuration", Json::object());
    if (name == "bytes" ? settings.value("endian", "little") == "big" : name != "vlen-utf8")
      add_codec(name == "bytes" ? big_endian : name, settings, variable);
  }
}

/// "<f4" is "float32".
std::string type_of(const std::string& dtype) {
  const char kind = dtype.at(0) == '[' ? 'V' : dtype.at(1);
  if (kind == 'U' || kind == 'O') return "string";
  if (kind == 'b') return "bool";
  if (kind != 'f' && kind != 'u' && kind != 'i') return kind == 'V' ? "struct" : dtype.substr(1);
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
    const Json names = document.value("dimension_names", Json::array());
    for (const Json& dimension : names) out.dimensions.push_back(dimension.is_string() ? dimension.get<std::string>() : "");
    out.attributes = document.value("attributes", Json::object());
    out.nodata = nodata_v3(out.attributes, document.at("fill_value"));
    out.chunk = document.at("chunk_grid").at("configuration").at("chunk_shape").get<std::vector<Index>>();
    const Json& codecs = document.at("codecs");
    if (codecs.at(0).at("name") != "sharding_indexed") {
      add_codecs(codecs, out);
      return;
    }
    const Json& shard = codecs[0].at("configuration");
    out.shard = std::exchange(out.chunk, shard.at("chunk_shape").get<std::vector<Index>>());
    add_codecs(shard.at("codecs"), out);
  });
}

Variable parse_v2(const std::string& name, const Json& array, const Json& attributes) {
  return parsed(name, [&](Variable& out) {
    const Json& type = array.at("dtype");
    const std::string dtype = type.is_string() ? type.get<std::string>() : type.dump();
    out.shape = array.at("shape").get<std::vector<Index>>();
    out.chunk = array.at("chunks").get<std::vector<Index>>();
    out.type = type_of(dtype);
    if (out.type == "string") out.characters = dtype.size() > 2 ? static_cast<std::size_t>(std::stoul(dtype.substr(2))) : 0;
    out.dimensions = attributes.value("_ARRAY_DIMENSIONS", std::vector<std::string>());
    out.nodata = number_of(array.at("fill_value"));
    out.attributes = attributes;
    if (dtype.at(0) == '>') add_codec(big_endian, {}, out);
    const Json& compressor = array.at("compressor");
    if (!compressor.is_null()) add_codec(compressor.at("id").get<std::string>(), compressor, out);
    const Json filters = array.value("filters", Json());
    for (const auto& filter : filters) add_codec(filter.at("id").get<std::string>(), filter, out);
  });
}

}  // namespace terroir
