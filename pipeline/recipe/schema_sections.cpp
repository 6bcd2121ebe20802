#include "pipeline/recipe/schema_sections.h"

#include "pipeline/recipe/rasterize_section.h"
#include "pipeline/recipe/sections.h"

namespace terroir {
namespace {

const Json any_text = {{"type", "string"}};
const Json any_number = or_literal({{"type", "number"}});
const Json flag = or_literal({{"type", "boolean"}});

Json whole(int least, int most) { return or_literal({{"type", "integer"}, {"minimum", least}, {"maximum", most}}); }
Json choice(const std::vector<std::string>& words) { return or_literal({{"enum", words}}); }
Json list_of(const Json& item, int count) { return {{"type", "array"}, {"items", item}, {"minItems", count}, {"maxItems", count}}; }

Json with(Json schema, const std::string& description) {
  schema["description"] = description;
  return schema;
}

Json closed_map(const Json& properties, const Json& required = Json::array()) {
  Json schema = {{"type", "object"}, {"properties", properties}, {"additionalProperties", false}};
  if (!required.empty()) schema["required"] = required;
  return schema;
}

Json decoding_properties() {
  return {{"scale", with(any_number, "a pixel is number * scale + offset")},
          {"offset", with(any_number, "a pixel is number * scale + offset")},
          {"nodata", with({{"anyOf", {{{"type", "number"}}, any_text}}}, "the stored number of missing pixels")},
          {"bits", with(list_of(whole(0, 63), 2), "[lowest, highest] bits that are taken out of an integer")},
          {"categorical", with(flag, "a class, not a quantity: no scale, nearest when resampled, used only where it is named")}};
}

Json band_schema() {
  Json properties = {{"band", {{"type", {"string", "integer"}}}}};
  properties.update(decoding_properties());
  return {{"anyOf", {{{"type", {"string", "integer"}}}, closed_map(properties, {"band"})}}};
}

Json select_schema() {
  const Json date = {{"type", {"string", "integer", "null"}}};
  return closed_map({{"time", with({{"anyOf", {date, list_of(date, 2)}}}, "[from, to], inclusive; dates or their beginnings")},
                     {"month", with(one_or_list(whole(1, 12)), "months of the year")},
                     {"season", with(choice({"djf", "mam", "jja", "son", "DJF", "MAM", "JJA", "SON"}), "season")},
                     {"level", with(any_number, "level of a vertical coordinate")}});
}

Json rasterize_schema() {
  const Json value = {{"type", {"string", "number", "boolean"}}};
  const Json where = {{"type", "object"}, {"additionalProperties", one_or_list(value)}};
  return closed_map({{"layer", with(any_text, "of the file, where it has several")},
                     {"method", with(choice(rasterize_methods()), "which pixels a polygon gets")},
                     {"attribute", with(any_text, "whose value they get")},
                     {"value", with(any_number, "the value that they get; default 1")},
                     {"classes", with({{"type", "object"}, {"additionalProperties", any_number}}, "value of the attribute: number")},
                     {"where", with(where, "attribute: value, or a list of values, of the polygons that are taken")}});
}

Json sizes(bool with_time, const std::string& description) {
  Json properties = {{"y", whole(1, 65536)}, {"x", whole(1, 65536)}};
  if (with_time) properties["time"] = whole(1, 65536);
  return with({{"anyOf", {whole(1, 65536), closed_map(properties)}}}, description);
}

Json codec_schema() {
  const Json name = choice({"blosc", "zstd", "gzip", "deflate", "none"});
  return with({{"anyOf",
                {name, closed_map({{"name", name},
                                   {"cname", choice({"zstd", "lz4", "lz4hc", "zlib", "blosclz"})},
                                   {"level", whole(0, 22)},
                                   {"shuffle", choice({"none", "byte", "bit"})}})}}},
              "how chunks are compressed");
}

Json encoding_schema() {
  const Json one = closed_map({{"dtype", choice({"float32", "float64", "int8", "int16", "int32", "uint8", "uint16", "uint32"})},
                               {"scale_factor", with(any_number, "stored = round((value - add_offset) / scale_factor)")},
                               {"add_offset", with(any_number, "stored = round((value - add_offset) / scale_factor)")},
                               {"nodata", with(any_number, "stored number of missing pixels")}},
                              {"dtype"});
  return named_maps(one, "how variables are stored, by their names");
}

}  // namespace

Json or_literal(Json schema) { return {{"anyOf", {std::move(schema), {{"$ref", "#/$defs/literal"}}}}}; }

Json one_or_list(const Json& schema) { return {{"anyOf", {schema, {{"type", "array"}, {"items", schema}, {"minItems", 1}}}}}; }

Json named_maps(const Json& schema, const std::string& description) {
  return {
      {"type", "object"}, {"description", description}, {"propertyNames", {{"$ref", "#/$defs/name"}}}, {"additionalProperties", schema}};
}

Json grid_schema() {
  const Json anchor = {{"anyOf", {choice({"edge", "center"}), list_of(any_number, 2)}}};
  return with(closed_map({{"like", with({{"$ref", "#/$defs/reference"}}, "an input, or one of its bands, whose grid is taken")},
                          {"crs", with(any_text, "as EPSG:32632")},
                          {"resolution", with({{"anyOf", {any_number, list_of(any_number, 2)}}}, "size of a pixel, or [width, height]")},
                          {"bounds", with(list_of(any_number, 4), "[xmin, ymin, xmax, ymax]")},
                          {"anchor", with(anchor, "what lies at whole multiples of the resolution")},
                          {"global", with(any_number, "size of a pixel in degrees: EPSG:4326 from -180, 90")}}),
              "the grid that is computed and written");
}

Json input_schema() {
  Json properties = {{"path", with(any_text, "a file, a glob, or a pattern with {band} and {time:%Y%m%d}")},
                     {"bands", with({{"type", "object"}, {"additionalProperties", band_schema()}}, "layer: band")},
                     {"band", with(whole(1, 65535), "number of the only band that is read")},
                     {"variable", with(any_text, "variable of a NetCDF, HDF5 or GRIB file")},
                     {"crs", with(any_text, "in place of what the file says")},
                     {"unit", with(any_text, "unit that the pixels shall have")},
                     {"unit_as", with(any_text, "what the file's unit really is")},
                     {"select", with(select_schema(), "times and levels that are read")},
                     {"resample", with(choice(resampling_methods()), "read onto the recipe's grid by this method")},
                     {"rasterize", with(rasterize_schema(), "how polygons become pixels of the recipe's grid")},
                     {"on_error", with(choice({"fail", "nodata"}), "what a missing or unreadable file is")}};
  properties.update(decoding_properties());
  return closed_map(properties, {"path"});
}

Json output_schema() {
  const Json named = {{"type", "object"}, {"additionalProperties", {{"$ref", "#/$defs/reference"}}}};
  const Json layers = {{"anyOf", {{{"$ref", "#/$defs/references"}}, named}}};
  return closed_map({{"path", with(any_text, "folder or file that is written")},
                     {"layers", with(layers, "what is written; default: every step that no other uses")},
                     {"format", with(choice({"zarr", "netcdf", "geotiff"}), "format")},
                     {"zarr_format", with({{"enum", {2, 3}}}, "version of the Zarr format")},
                     {"layout", with(choice({"variables", "stacked"}), "one array for each layer, or one (feature, y, x) cube")},
                     {"chunk", sizes(true, "size of a chunk in pixels")},
                     {"shard", sizes(false, "size of a shard, the unit of files and of work")},
                     {"codec", codec_schema()},
                     {"encoding", encoding_schema()}},
                    {"path"});
}

Json shared_definitions() {
  const std::string name = "[A-Za-z_][A-Za-z0-9_]*";
  const Json parameter = closed_map({{"type", {{"enum", {"string", "integer", "number", "boolean"}}}},
                                     {"default", {{"type", {"string", "number", "boolean"}}}},
                                     {"description", any_text}},
                                    {"type"});
  return {{"name", {{"type", "string"}, {"maxLength", longest_name}, {"pattern", "^" + name + "$"}}},
          {"literal", {{"type", "string"}, {"pattern", R"(\$\{\{\s*inputs\..*\}\})"}}},
          {"reference", or_literal({{"type", "string"}, {"pattern", "^" + name + "(\\." + name + ")?$"}})},
          {"references", one_or_list({{"$ref", "#/$defs/reference"}})},
          {"parameter", parameter}};
}

}  // namespace terroir
