#include "pipeline/dataset/attributes.h"

#include "kernels/catalog.h"
#include "kernels/moments.h"
#include "pipeline/codecs/pixel_encoding.h"
#include "pipeline/dataset/coordinates.h"
#include "pipeline/json_text.h"
#include "pipeline/plan/value_json.h"
#include "pipeline/redaction/redactor.h"
#include "terroir_version.h"

#include <array>
#include <charconv>

namespace terroir {
namespace {

void set_text(Json& attributes, const char* name, const std::string& text) {
  if (!text.empty()) attributes[name] = text;
}

/// Over all pixels and times of the layer that are valid, before they are packed; the standard deviation with ddof 0, as scalers use it.
void add_statistics(Json& attributes, const LayerStatistics& s) {
  attributes["statistics_valid_count"] = static_cast<std::int64_t>(s[moments::count]);
  if (s[moments::count] == 0) return;
  attributes["statistics_mean"] = s[moments::mean];
  attributes["statistics_standard_deviation"] = standard_deviation(s, 0);
  attributes["statistics_minimum"] = s[moments::min];
  attributes["statistics_maximum"] = s[moments::max];
}

const Value* step_of(const Plan& plan, const std::string& step) {
  const Value* steps = plan.canonical.find("steps");
  return steps == nullptr ? nullptr : steps->find(step);
}

/// How a layer was made, by its step: name of the process, its parameters as JSON text, its formula and source.
Json provenance(const Plan& plan, const PlannedLayer& layer) {
  Json out = Json::object();
  if (layer.producer == no_entry) {
    out["source"] = "input " + layer.step;
    return out;
  }
  out["source"] = "step " + layer.step;
  const Value* step = step_of(plan, layer.step);
  const Value* name = step == nullptr ? nullptr : step->find("process");
  if (name == nullptr) return out;
  Json parameters = to_json(*step);
  parameters.erase("process");
  out["process"] = name->text();
  out["process_parameters"] = parameters.dump();
  if (const Process* process = find_process(name->text())) {
    set_text(out, "process_formula", layer.info.formula.empty() ? process->info.formula : layer.info.formula);
    set_text(out, "references", process->info.citation);
  }
  return out;
}

void add_layer(Json& attributes, const Plan& plan, const PlannedLayer& layer) {
  set_text(attributes, "long_name", layer.info.long_name.empty() ? layer.variable : layer.info.long_name);
  set_text(attributes, "standard_name", layer.info.standard_name);
  set_text(attributes, "units", layer.info.unit);
  set_text(attributes, "cell_methods", layer.info.cell_methods);
  attributes.update(provenance(plan, layer));
}

/// A stacked array has one attribute for all of its features: a list that stands in text, since no attribute may be nested.
void add_features(Json& attributes, const Plan& plan, const ArrayPlan& array) {
  Json features = Json::array();
  for (std::size_t i = 0; i < array.layers.size(); ++i) {
    Json feature = {{"feature", array.features[i]}};
    add_layer(feature, plan, plan.layers[array.layers[i]]);
    features.push_back(std::move(feature));
  }
  attributes["long_name"] = "stacked features";
  attributes["features"] = features.dump();
}

std::string coordinates_text(const OutputPlan& output, const ArrayPlan& array) {
  // Of Zarr, so that xarray makes a coordinate of it; CF names it in `grid_mapping` alone.
  std::string out = output.grid.crs().known() && output.format == Format::zarr ? "spatial_ref" : "";
  if (!array.stacked) return out;
  for (const auto& name : feature_coordinate_names()) out += (out.empty() ? "" : " ") + name;
  return out;
}

std::string hexadecimal(std::uint32_t number) {
  std::array<char, 8> digits{};
  char* const end = std::to_chars(digits.data(), digits.data() + digits.size(), number, 16).ptr;
  const std::string text(digits.data(), end);
  return std::string(digits.size() - text.size(), '0') + text;
}

std::string inputs_text(const Plan& plan) {
  Json inputs = Json::array();
  for (const auto& file : plan.files) {
    inputs.push_back({{"name", file.name},
                      {"bytes", file.fingerprint.size},
                      {"head_crc32c", hexadecimal(file.fingerprint.head_crc32c)},
                      {"tail_crc32c", hexadecimal(file.fingerprint.tail_crc32c)}});
  }
  return json_text(inputs);
}

}  // namespace

Json array_attributes(const Plan& plan, const OutputPlan& output, const ArrayPlan& array, const std::vector<LayerStatistics>& statistics) {
  Json out = Json::object();
  if (array.stacked) {
    add_features(out, plan, array);
  } else {
    add_layer(out, plan, plan.layers[array.layers.front()]);
    add_statistics(out, statistics.at(0));
  }
  if (output.grid.crs().known()) out["grid_mapping"] = "spatial_ref";
  set_text(out, "coordinates", coordinates_text(output, array));
  const auto type = stored_type(array.encoding.dtype);
  if (type && !is_float(*type) && (array.encoding.scale_factor != 1 || array.encoding.add_offset != 0)) {
    out["scale_factor"] = array.encoding.scale_factor;
    out["add_offset"] = array.encoding.add_offset;
  }
  redact(out);
  return out;
}

Json layer_attributes(const Plan& plan, LayerId layer, const LayerStatistics& statistics) {
  Json out = Json::object();
  add_layer(out, plan, plan.layers[layer]);
  add_statistics(out, statistics);
  redact(out);
  return out;
}

Json root_attributes(const Plan& plan) {
  Json out = {{"Conventions", "CF-1.10"}};
  set_text(out, "title", plan.name);
  out["source"] = std::string("Terroir ") + version;
  // CF wants a history; the time of a run is no part of a result that is the same every time.
  out["history"] = std::string("computed by Terroir ") + version + " from the recipe and the inputs below";
  out["terroir_version"] = version;
  out["terroir_plan"] = plan.hash;
  out["terroir_recipe"] = to_json(plan.canonical).dump();
  out["terroir_inputs"] = inputs_text(plan);
  redact(out);
  return out;
}

}  // namespace terroir
