#include "pipeline/recipe/rasterize_section.h"
#include "pipeline/recipe/recipe.h"

#include <cmath>

namespace terroir {
namespace {

/// A map under construction; what is empty or not given is left out.
class MapBuilder {
 public:
  MapBuilder& put(const std::string& key, Value value) {
    entries_.push_back({key, {}, std::move(value)});
    return *this;
  }
  MapBuilder& text(const std::string& key, const std::string& text) { return text.empty() ? *this : put(key, Value::scalar(text, false)); }
  MapBuilder& word(const std::string& key, const std::string& word) { return put(key, Value::scalar(word)); }
  MapBuilder& number(const std::string& key, double number) { return put(key, Value::scalar(number_text(number))); }
  template <class N>
  MapBuilder& number(const std::string& key, const std::optional<N>& given) {
    return given ? number(key, static_cast<double>(*given)) : *this;
  }
  MapBuilder& map(const std::string& key, MapBuilder inner) { return inner.entries_.empty() ? *this : put(key, inner.take()); }
  [[nodiscard]] Value take() { return Value::map(std::move(entries_)); }

 private:
  std::vector<Value::Entry> entries_;
};

template <class Range>
Value number_list(const Range& numbers) {
  std::vector<Value> items;
  for (const auto n : numbers) items.push_back(Value::scalar(number_text(static_cast<double>(n))));
  return Value::list(std::move(items));
}

Value reference_list(const std::vector<Reference>& references) {
  std::vector<Value> items;
  for (const auto& reference : references) items.push_back(Value::scalar(reference.text()));
  return items.size() == 1 ? items[0] : Value::list(std::move(items));
}

Value grid_of(const GridSpec& grid) {
  MapBuilder map;
  if (grid.like) map.word("like", grid.like->text());
  map.text("crs", grid.crs);
  if (grid.resolution) map.put("resolution", number_list(*grid.resolution));
  if (grid.bounds) map.put("bounds", number_list(*grid.bounds));
  if (grid.resolution && grid.anchor == GridSpec::Anchor::point)
    map.put("anchor", number_list(grid.anchor_point));
  else if (grid.resolution)
    map.word("anchor", grid.anchor == GridSpec::Anchor::edge ? "edge" : "center");
  return map.number("global", grid.global).take();
}

void add_decoding(MapBuilder& map, const DecodingSpec& decoding) {
  map.number("scale", decoding.scale).number("offset", decoding.offset).number("nodata", decoding.nodata);
  if (decoding.bits) map.put("bits", number_list(std::vector{decoding.bits->first, decoding.bits->second}));
  if (decoding.categorical) map.word("categorical", "true");
}

Value select_time(const SelectSpec& select) {
  const auto end = [](const std::string& text) { return text.empty() ? Value() : Value::scalar(text, false); };
  return Value::list({end(select.from), end(select.to)});
}

MapBuilder rasterize_of(const RasterizeSpec& spec) {
  MapBuilder map, classes, where;
  for (const auto& [text, number] : spec.classes) classes.number(text, number);
  for (const auto& condition : spec.where) {
    std::vector<Value> values;
    for (const auto& value : condition.values) values.push_back(Value::scalar(value, false));
    where.put(condition.attribute, Value::list(std::move(values)));
  }
  map.text("layer", spec.layer)
      .word("method", rasterize_methods()[static_cast<std::size_t>(spec.method)])
      .text("attribute", spec.attribute);
  if (spec.attribute.empty() && spec.method != RasterizeSpec::Method::coverage) map.number("value", spec.value);
  return map.map("classes", classes).map("where", where);
}

Value input_of(const InputSpec& input) {
  MapBuilder map, bands, select;
  for (const auto& band : input.bands) {
    MapBuilder one;
    one.text("band", band.band);
    add_decoding(one, band.decoding);
    bands.put(band.layer, one.take());
  }
  if (!input.select.from.empty() || !input.select.to.empty()) select.put("time", select_time(input.select));
  if (!input.select.months.empty()) select.put("month", number_list(input.select.months));
  select.text("season", input.select.season).number("level", input.select.level);
  map.text("path", input.path_text).map("bands", bands).number("band", input.band).text("variable", input.variable);
  map.text("crs", input.crs).text("unit", input.unit).text("unit_as", input.unit_as);
  add_decoding(map, input.decoding);
  map.map("select", select).text("resample", input.resample);
  if (input.rasterize) return map.map("rasterize", rasterize_of(*input.rasterize)).take();
  return map.word("on_error", input.on_error == OnError::fail ? "fail" : "nodata").take();
}

/// Whether a parameter's value says that none was given: it could not be read back, and its absence means the same.
bool says_nothing(const Value& value) {
  if (value.is_scalar()) return value.text().empty() || value.text() == "nan";
  return value.is_null() || (value.is_list() && value.items().empty()) || (value.is_map() && value.entries().empty());
}

/// The value without the places where it stood.
Value placeless(const Value& value) {
  if (value.is_scalar()) return Value::scalar(value.text(), value.plain());
  std::vector<Value> items;
  for (const auto& item : value.items()) items.push_back(placeless(item));
  std::vector<Value::Entry> entries;
  for (const auto& entry : value.entries()) entries.push_back({entry.key, {}, placeless(entry.value)});
  return value.is_list() ? Value::list(std::move(items)) : value.is_map() ? Value::map(std::move(entries)) : Value();
}

Value step_of(const StepSpec& step) {
  MapBuilder map;
  map.word("process", step.process->info.name);
  for (const auto& [port, references] : step.inputs) map.put(port, reference_list(references));
  for (const auto& [name, value] : step.settings)
    if (!says_nothing(value)) map.put(name, placeless(value));
  return map.take();
}

Value layers_of(const OutputSpec& output) {
  std::vector<Value> items;
  MapBuilder map;
  for (const auto& [name, reference] : output.layers) {
    items.push_back(Value::scalar(reference.text()));
    map.word(name, reference.text());
  }
  return output.layers.empty() || output.layers[0].first.empty() ? Value::list(std::move(items)) : map.take();
}

MapBuilder sizes_of(const ChunkSpec& sizes) {
  MapBuilder map;
  map.number("time", sizes.time).number("y", sizes.rows).number("x", sizes.cols);
  return map;
}

Value codec_of(const CodecSpec& codec, Format format) {
  static const char* const names[] = {"blosc", "zstd", "gzip", "none", "deflate"};
  static const char* const shuffles[] = {"none", "byte", "bit"};
  MapBuilder map;
  map.word("name", names[static_cast<int>(codec.name)]);
  if (codec.name == CodecSpec::Name::blosc) map.word("cname", codec.cname);
  if (codec.name == CodecSpec::Name::blosc || (codec.name == CodecSpec::Name::deflate && format == Format::netcdf))
    map.word("shuffle", shuffles[static_cast<int>(codec.shuffle)]);
  if (codec.name != CodecSpec::Name::none) map.number("level", codec.level);
  return map.take();
}

Value encoding_of(const EncodingSpec& encoding) {
  MapBuilder map;
  map.word("dtype", encoding.dtype);
  if (encoding.nodata)
    map.number("scale_factor", encoding.scale_factor).number("add_offset", encoding.add_offset).number("nodata", encoding.nodata);
  return map.take();
}

Value output_of(const OutputSpec& output) {
  static const char* const formats[] = {"zarr", "netcdf", "geotiff"};
  MapBuilder map, encoding;
  for (const auto& [variable, spec] : output.encoding) encoding.put(variable, encoding_of(spec));
  map.text("path", output.path_text).put("layers", layers_of(output)).word("format", formats[static_cast<int>(output.format)]);
  if (output.format == Format::zarr) map.number("zarr_format", output.zarr_format);
  map.word("layout", output.layout == Layout::variables ? "variables" : "stacked");
  map.map("chunk", sizes_of(output.chunk)).map("shard", sizes_of(output.shard));
  return map.put("codec", codec_of(output.codec, output.format)).map("encoding", encoding).take();
}

}  // namespace

Value canonical_recipe(const Recipe& recipe) {
  MapBuilder map, inputs, steps, outputs;
  for (const auto& input : recipe.inputs) inputs.put(input.name, input_of(input));
  for (const auto& step : recipe.steps) steps.put(step.name, step_of(step));
  for (const auto& output : recipe.outputs) outputs.put(output.name, output_of(output));
  map.word("version", "1").text("name", recipe.name).put("grid", grid_of(recipe.grid));
  return map.map("inputs", inputs).map("steps", steps).map("outputs", outputs).take();
}

}  // namespace terroir
