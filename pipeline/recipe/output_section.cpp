#include "pipeline/recipe/encoding.h"
#include "pipeline/recipe/section.h"
#include "pipeline/recipe/sections.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace terroir {
namespace {

constexpr std::int64_t largest_chunk = 65536;

void read_layers(const Section& section, OutputSpec& output) {
  const Value* layers = section.get("layers");
  if (layers == nullptr) return;
  if (!layers->is_map()) {
    for (auto& reference : read_references(*layers, section.where("layers"), section.report()))
      output.layers.emplace_back("", std::move(reference));
    return;
  }
  for (const auto& entry : layers->entries()) {
    const std::string where = section.where("layers") + "." + entry.key;
    check_name(entry.key, entry.at, where, section.report());
    if (auto reference = read_reference(entry.value, where, section.report())) output.layers.emplace_back(entry.key, std::move(*reference));
  }
  if (layers->entries().empty()) section.complain("layers", "no layer is named", "name one, or remove `layers`");
}

/// A number for rows and columns, or a map of the dimensions.
ChunkSpec read_sizes(const Section& section, const std::string& key, const std::vector<std::string>& dimensions) {
  ChunkSpec sizes;
  const Value* value = section.get(key);
  if (value == nullptr) return sizes;
  if (!value->is_map()) {
    sizes.rows = sizes.cols = section.whole_number(key, 1, largest_chunk);
    return sizes;
  }
  const Section map(value, section.at(key), section.where(key), dimensions, section.report());
  sizes.time = map.whole_number("time", 1, largest_chunk);
  sizes.rows = map.whole_number("y", 1, largest_chunk);
  sizes.cols = map.whole_number("x", 1, largest_chunk);
  return sizes;
}

void check_shard(const Section& section, const OutputSpec& output) {
  const auto check = [&](const std::string& axis, std::optional<Index> shard, std::optional<Index> chunk) {
    if (!shard || !chunk || *shard % *chunk == 0) return true;
    section.complain("shard",
                     std::to_string(*shard) + " pixels along " + axis + " are no multiple of the chunk's " + std::to_string(*chunk),
                     "give a multiple of the chunk's size, as twice or eight times it");
    return false;
  };
  if (check("y", output.shard.rows, output.chunk.rows)) check("x", output.shard.cols, output.chunk.cols);
}

const std::vector<std::string> format_names = {"zarr", "netcdf", "geotiff"};
const std::vector<std::string> codec_names = {"blosc", "zstd", "gzip", "none", "deflate"};

/// What readers of a format have; the first is the default.
std::vector<CodecSpec::Name> codecs_of(Format format) {
  using Name = CodecSpec::Name;
  if (format == Format::netcdf) return {Name::deflate, Name::none};
  if (format == Format::geotiff) return {Name::deflate, Name::zstd, Name::none};
  return {Name::blosc, Name::zstd, Name::gzip, Name::none};
}

void read_codec_name(const Section& section, const std::string& key, Format format, CodecSpec& codec) {
  const auto allowed = codecs_of(format);
  std::vector<std::string> words;
  for (const auto name : allowed) words.push_back(codec_names[static_cast<std::size_t>(name)]);
  const Value* value = section.get(key);
  const auto known = [&](const auto& names) { return std::find(names.begin(), names.end(), value->text()) != names.end(); };
  if (value != nullptr && value->is_scalar() && known(codec_names) && !known(words))
    return section.complain(key, "readers of " + format_names[static_cast<std::size_t>(format)] + " do not have '" + value->text() + "'",
                            "use " + list_words(words));
  if (const auto chosen = section.choice(key, words)) codec.name = allowed[*chosen];
}

/// What goes with blosc only, and the shuffle of NetCDF's deflate.
void check_codec_keys(const Section& map, Format format, const CodecSpec& codec) {
  const bool blosc = codec.name == CodecSpec::Name::blosc;
  const bool shuffled = codec.name == CodecSpec::Name::deflate && format == Format::netcdf;
  if (map.has("cname") && !blosc) map.complain("cname", "'cname' goes with blosc only", "remove it, or use name: blosc");
  if (!map.has("shuffle") || blosc || shuffled) return;
  map.complain("shuffle", format == Format::zarr ? "'shuffle' goes with blosc only" : "'shuffle' does not go with this codec",
               format == Format::zarr ? "remove it, or use name: blosc" : "remove it");
}

void read_codec(const Section& section, Format format, CodecSpec& codec) {
  codec.name = codecs_of(format).front();
  const Value* value = section.get("codec");
  if (value == nullptr) return;
  if (value->is_scalar()) return read_codec_name(section, "codec", format, codec);
  const Section map(value, section.at("codec"), section.where("codec"), {"name", "cname", "level", "shuffle"}, section.report());
  read_codec_name(map, "name", format, codec);
  check_codec_keys(map, format, codec);
  const bool blosc = codec.name == CodecSpec::Name::blosc;
  if (map.has("level") && codec.name == CodecSpec::Name::none) map.complain("level", "'level' does not go with 'none'", "remove it");
  const std::vector<std::string> cnames = {"zstd", "lz4", "lz4hc", "zlib", "blosclz"};
  if (const auto cname = map.choice("cname", cnames)) codec.cname = cnames[*cname];
  std::vector<std::string> shuffles = {"none", "byte"};
  if (blosc) shuffles.emplace_back("bit");
  if (const auto shuffle = map.choice("shuffle", shuffles)) codec.shuffle = static_cast<CodecSpec::Shuffle>(*shuffle);
  const std::int64_t highest = codec.name == CodecSpec::Name::zstd ? 22 : 9;
  if (const auto level = map.whole_number("level", blosc ? 0 : 1, highest)) codec.level = static_cast<int>(*level);
}

bool is_tiff(std::string_view path) { return path.ends_with(".tif") || path.ends_with(".tiff"); }

/// What a path says of its format by its end.
Format format_of(std::string_view path) {
  if (path.ends_with(".nc") || path.ends_with(".nc4")) return Format::netcdf;
  return is_tiff(path) ? Format::geotiff : Format::zarr;
}

void read_format(const Section& section, OutputSpec& output) {
  output.format = format_of(output.path.empty() ? output.path_text : output.path);
  if (const auto format = section.choice("format", format_names)) output.format = static_cast<Format>(*format);
  if (section.has("zarr_format") && output.format != Format::zarr)
    section.complain("zarr_format", "'zarr_format' goes with format: zarr only", "remove it");
  else if (const auto version = section.whole_number("zarr_format", 2, 3))
    output.zarr_format = static_cast<int>(*version);
  if (const auto layout = section.choice("layout", {"variables", "stacked"})) output.layout = static_cast<Layout>(*layout);
}

OutputSpec read_output(const Value::Entry& entry, Binder& binder, Report& report) {
  OutputSpec output;
  output.at = entry.at;
  output.name = entry.key;
  const std::size_t at_first = report.errors();
  std::size_t of_path = 0;
  const std::string where = "outputs." + entry.key;
  check_name(entry.key, entry.at, where, report);
  const Section section(&entry.value, entry.at, where,
                        {"path", "layers", "format", "zarr_format", "layout", "chunk", "shard", "codec", "encoding"}, report);
  for (const auto& setting : section.entries()) output.places[setting.key] = setting.value.at();
  if (section.require("path", "give path: FOLDER, as ${{outputs." + entry.key + "}}/" + entry.key + ".zarr")) {
    const std::string text = section.text("path").value_or("");
    const std::size_t unbound = report.errors();
    const BoundPath path = binder.bind_path(text, section.at("path"), section.where("path"));
    of_path = report.errors() - unbound;
    output.path_text = path.text;
    if (path.whole) output.path = path.path;
  }
  const std::size_t before = report.errors();
  read_layers(section, output);
  output.layers_known = report.errors() == before && !section.is_misspelt("layers");
  read_format(section, output);
  output.chunk = read_sizes(section, "chunk", {"time", "y", "x"});
  output.shard = read_sizes(section, "shard", {"y", "x"});
  check_shard(section, output);
  read_codec(section, output.format, output.codec);
  read_encodings(section, output);
  const auto named = [](const Value::Entry& setting) { return setting.key != "path" && has_placeholder(setting.value); };
  output.whole = report.errors() == at_first + of_path && std::none_of(section.entries().begin(), section.entries().end(), named);
  return output;
}

std::string without_slashes(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

/// Two outputs in one folder, or in each other, would take each other's files for foreign ones.
void check_paths(const std::vector<OutputSpec>& outputs, Report& report) {
  for (std::size_t i = 0; i < outputs.size(); ++i)
    for (std::size_t j = 0; j < outputs.size() && !outputs[i].path.empty(); ++j) {
      const std::string path = without_slashes(outputs[i].path), other = without_slashes(outputs[j].path);
      const bool same = j < i && path == other, inside = !other.empty() && path.starts_with(other + "/");
      if ((!same && !inside) || !report.is_clear("outputs." + outputs[j].name)) continue;
      report.error(
          outputs[i].at_key("path"), "outputs." + outputs[i].name + ".path",
          same ? "output '" + outputs[j].name + "' has the same path" : "it lies in the folder of output '" + outputs[j].name + "'",
          "give each its own folder");
      break;
    }
}

}  // namespace

bool is_one_file(Format format, std::string_view path) noexcept {
  return format == Format::netcdf || (format == Format::geotiff && is_tiff(path));
}

std::vector<OutputSpec> read_outputs(const Value* value, Binder& binder, Report& report) {
  std::vector<OutputSpec> outputs;
  const Section section(value, {}, "outputs", {}, report);
  for (const auto& entry : section.entries()) outputs.push_back(read_output(entry, binder, report));
  if (section.whole() && outputs.empty()) report.error(value->at(), "outputs", "no output is named", "give NAME: {path: FOLDER}");
  check_paths(outputs, report);
  return outputs;
}

}  // namespace terroir
