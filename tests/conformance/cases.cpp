#include "tests/conformance/cases.h"

#include <limits>

namespace terroir {
namespace {

constexpr Index rows = 70, cols = 90, chunk = 16, shard = 32, time_chunk = 2;

CodecSpec codec(CodecSpec::Name name, int level, CodecSpec::Shuffle shuffle = CodecSpec::Shuffle::byte, std::string cname = "zstd") {
  return {name, shuffle, std::move(cname), level};
}

EncodingSpec encoding(std::string dtype, double scale_factor, double add_offset, std::optional<double> nodata) {
  return {{}, std::move(dtype), scale_factor, add_offset, nodata};
}

Case named(std::string name, int format) {
  Case out;
  out.name = std::move(name);
  out.zarr_format = format;
  return out;
}

void add_codecs(std::vector<Case>& all, int format, const std::string& prefix) {
  using Name = CodecSpec::Name;
  using Shuffle = CodecSpec::Shuffle;
  const std::vector<std::pair<std::string, CodecSpec>> codecs = {
      {"zstd", codec(Name::zstd, 3)},
      {"gzip", codec(Name::gzip, 5)},
      {"none", codec(Name::none, 0)},
      {"blosc_plain", codec(Name::blosc, 5, Shuffle::none)},
      {"blosc_bit", codec(Name::blosc, 1, Shuffle::bit)},
      {"blosc_lz4", codec(Name::blosc, 5, Shuffle::byte, "lz4")},
      {"blosc_zlib", codec(Name::blosc, 9, Shuffle::byte, "zlib")},
      {"blosc_stored", codec(Name::blosc, 0)},
  };
  for (const auto& [name, spec] : codecs) {
    Case one = named(prefix + "codec_" + name, format);
    one.codec = spec;
    all.push_back(one);
  }
}

void add_types(std::vector<Case>& all, int format, const std::string& prefix) {
  for (const auto& spec : {encoding("float64", 1, 0, {}), encoding("float32", 1, 0, -9999), encoding("float64", 1, 0, -1.5),
                           encoding("int8", 20, 0, {}), encoding("int16", 0.25, 10, -32768), encoding("int32", 0.5, 0, {}),
                           encoding("uint8", 3, 0, 0), encoding("uint16", 1, 0, 65535), encoding("uint32", 0.25, -5, {})}) {
    Case one = named(prefix + "type_" + spec.dtype + (spec.nodata && spec.dtype.starts_with("float") ? "_nodata" : ""), format);
    one.encoding = spec;
    all.push_back(one);
  }
}

TimeAxis axis_of(const Case& one) {
  TimeAxis axis;
  axis.calendar = one.calendar;
  for (const DateTime& date : {DateTime{1850, 2, 28}, {1970, 1, 1}, {2024, 2, 28, 12}, {2024, 3, 1}, {2100, 3, 1, 6, 30, 15}}) {
    axis.seconds.push_back(to_seconds(date, one.calendar));
  }
  return axis;
}

LayerId add_layer(Plan& plan, const std::string& name, bool with_time) {
  PlannedLayer layer;
  layer.info = {"", "degree", "", "a layer named " + name + " (\u00b0)", with_time ? "time: mean" : "", false};
  layer.step = name;
  layer.variable = name;
  layer.axis = with_time ? 0 : no_entry;
  layer.producer = 0;
  plan.layers.push_back(layer);
  return plan.layers.size() - 1;
}

ArrayPlan array_of(const Plan& plan, const Case& one, const std::string& name, std::vector<LayerId> layers, bool with_time) {
  ArrayPlan array;
  array.name = name;
  for (const LayerId id : layers) array.features.push_back(plan.layers[id].variable);
  array.layers = std::move(layers);
  array.axis = with_time ? 0 : no_entry;
  array.times = with_time ? plan.axes[0].size() : 1;
  array.time_chunk = with_time ? time_chunk : 1;
  array.encoding = one.encoding;
  return array;
}

Value recipe() {
  const auto text = [](const char* s) { return Value::scalar(s); };
  Value step = Value::map({{"process", {}, text("slope")}, {"data", {}, text("dem")}, {"unit", {}, text("degree")}});
  return Value::map({{"version", {}, text("1")}, {"name", {}, text("conformance")}, {"steps", {}, Value::map({{"flat", {}, step}})}});
}

}  // namespace

std::vector<Case> all_cases() {
  std::vector<Case> all;
  for (const int format : {3, 2}) {
    const std::string prefix = "v" + std::to_string(format) + "_";
    const auto add = [&](const std::string& name) -> Case& {
      all.push_back(named(prefix + name, format));
      return all.back();
    };
    add("variables");
    add("geographic").crs = "EPSG:4326";
    add("polar").crs = "EPSG:3031";
    add("no_crs").crs = "";
    add("noleap").calendar = Calendar::noleap;
    add("day360").calendar = Calendar::day360;
    add("stacked").layout = Layout::stacked;
    add("stacked_static").layout = Layout::stacked;
    all.back().with_time = false;
    add("stacked_packed").layout = Layout::stacked;
    all.back().encoding = encoding("int16", 0.25, 0, -32768);
    add_codecs(all, format, prefix);
    add_types(all, format, prefix);
  }
  return all;
}

Plan plan_of(const Case& one, const Crs& crs) {
  Plan plan;
  plan.name = "conformance";
  plan.hash = "0123456789abcdef";
  plan.canonical = recipe();
  const Affine affine = crs.geographic ? Affine{-10, 0.5, 60, -0.25} : Affine{300000, 30, 5200000, -20};
  plan.lattices = {Grid(crs, affine, {rows, cols})};
  plan.axes = {axis_of(one)};
  plan.files.resize(1);
  plan.files[0].name = "dem.tif";
  plan.files[0].fingerprint = {123456789, 0x0000beefu, 0x12345678u};

  OutputPlan output;
  output.name = "features";
  output.zarr_format = one.zarr_format;
  output.layout = one.layout;
  output.codec = one.codec;
  output.window = plan.lattices[0].window();
  output.grid = plan.lattices[0];
  output.chunk = {chunk, chunk};
  output.shard = {shard, shard};
  if (one.layout == Layout::stacked) {
    std::vector<LayerId> layers;
    for (const auto* name : {"flat", "steep", "B04_median"}) layers.push_back(add_layer(plan, name, one.with_time));
    output.arrays = {array_of(plan, one, "features", layers, one.with_time)};
    output.arrays[0].stacked = true;
  } else {
    const LayerId still = add_layer(plan, "flat", false), moving = add_layer(plan, "steep", true);
    output.arrays = {array_of(plan, one, "flat", {still}, false), array_of(plan, one, "steep", {moving}, true)};
  }
  plan.outputs = {output};
  return plan;
}

float pixel(Index feature, Index time, Index row, Index col) {
  const bool empty_tile = row < shard && col >= shard && col < 2 * shard;
  const bool empty_chunk = row >= shard && row < shard + chunk && col < chunk;
  const bool gap = (row * 7 + col * 3 + time + feature) % 11 == 0;
  if (empty_tile || empty_chunk || gap) return std::numeric_limits<float>::quiet_NaN();
  return static_cast<float>(feature * 200 + time * 50 + row) * 0.5F + static_cast<float>(col) * 0.25F - 20;
}

nlohmann::ordered_json expectation(const Case& one, const Plan& plan) {
  using Json = nlohmann::ordered_json;
  const OutputPlan& output = plan.outputs[0];
  Json out = {{"name", one.name},
              {"zarr_format", one.zarr_format},
              {"stacked", one.layout == Layout::stacked},
              {"codec", one.codec.name == CodecSpec::Name::none ? "none" : "compressed"},
              {"crs", one.crs},
              {"calendar", calendar_name(one.calendar)},
              {"rows", rows},
              {"cols", cols},
              {"transform", {output.grid.affine().x0, output.grid.affine().dx, output.grid.affine().y0, output.grid.affine().dy}},
              {"arrays", Json::array()}};
  for (const auto& array : output.arrays) {
    const auto& e = array.encoding;
    out["arrays"].push_back({{"name", array.name},
                             {"features", array.features},
                             {"times", array.axis == no_entry ? 0 : array.times},
                             {"dtype", e.dtype},
                             {"scale_factor", e.scale_factor},
                             {"add_offset", e.add_offset},
                             {"nodata", e.nodata ? Json(*e.nodata) : Json()}});
  }
  return out;
}

}  // namespace terroir
