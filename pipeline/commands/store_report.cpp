#include "pipeline/commands/store_report.h"

#include "kernels/value.h"
#include "tiling/time_axis.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <sstream>

namespace terroir {
namespace {

std::string text_of(const Json& attributes, const char* key) {
  const auto found = attributes.find(key);
  return found != attributes.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// A JSON document that stands in an attribute; null when there is none.
Json inner_document(const Json& attributes, const char* key) {
  Json parsed = Json::parse(text_of(attributes, key), nullptr, false);
  return parsed.is_discarded() ? Json() : parsed;
}

/// Name and authority of a CRS from its WKT: PROJCRS["name", ... ID["EPSG",32632]].
Json crs_of(const ZarrStore& zarr) {
  const Variable* mapping = zarr.find("spatial_ref");
  if (mapping == nullptr) return nullptr;
  const std::string wkt = text_of(mapping->attributes, "crs_wkt");
  const auto open = wkt.find('"');
  const auto close = open == std::string::npos ? open : wkt.find('"', open + 1);
  if (close == std::string::npos) return nullptr;
  Json out = {{"name", wkt.substr(open + 1, close - open - 1)}};
  const auto id = wkt.rfind("ID[\"");
  if (id != std::string::npos && wkt.ends_with("]]")) {
    std::string code = wkt.substr(id + 4, wkt.size() - id - 6);
    const auto comma = code.find("\",");
    if (comma != std::string::npos) out["authority"] = code.replace(comma, 2, ":");
  }
  return out;
}

struct Positions {
  double first = 0, step = 0, low = 0, high = 0;
};

/// A number of the grid mapping's GeoTransform, "x0 dx 0 y0 0 dy"; 0 when there is none.
double of_transform(const ZarrStore& zarr, std::size_t number) {
  const Variable* mapping = zarr.find("spatial_ref");
  std::istringstream words(mapping == nullptr ? std::string() : text_of(mapping->attributes, "GeoTransform"));
  double value = 0;
  for (std::size_t i = 0; i <= number; ++i)
    if (!(words >> value)) return 0;
  return value;
}

/// Edges of the pixels whose centres a coordinate holds. The step is the whole way over its number, which cancels rounding; of one pixel it
/// is the transform's `number`.
std::optional<Positions> positions_of(Store& store, const ZarrStore& zarr, const Variable& variable, std::size_t number) {
  const auto values = read_numbers(store, zarr, variable);
  if (values.empty()) return std::nullopt;
  Positions out;
  out.step = values.size() == 1 ? of_transform(zarr, number) : (values.back() - values.front()) / static_cast<double>(values.size() - 1);
  if (out.step == 0) return std::nullopt;
  out.low = std::min(values.front(), values.back()) - std::abs(out.step) / 2;
  out.high = std::max(values.front(), values.back()) + std::abs(out.step) / 2;
  return out;
}

/// The first of the names that an array has.
const Variable* find_any(const ZarrStore& zarr, std::initializer_list<const char*> names) {
  for (const char* name : names)
    if (const Variable* found = zarr.find(name)) return found;
  return nullptr;
}

/// Others name the coordinates of geographic grids otherwise than x and y.
Json grid_of(Store& store, const ZarrStore& zarr) {
  const Variable *across = find_any(zarr, {"x", "lon", "longitude"}), *down = find_any(zarr, {"y", "lat", "latitude"});
  if (across == nullptr || down == nullptr) return nullptr;
  const auto x = positions_of(store, zarr, *across, 1), y = positions_of(store, zarr, *down, 5);
  if (!x || !y) return nullptr;
  return {{"rows", down->shape[0]},
          {"cols", across->shape[0]},
          {"pixel", {std::abs(x->step), std::abs(y->step)}},
          {"unit", text_of(across->attributes, "units")},
          {"bounds", {x->low, y->low, x->high, y->high}}};
}

std::optional<Calendar> calendar_of(const std::string& name) {
  for (const auto calendar :
       {Calendar::standard, Calendar::proleptic_gregorian, Calendar::julian, Calendar::noleap, Calendar::all_leap, Calendar::day360}) {
    if (name == calendar_name(calendar)) return calendar;
  }
  return std::nullopt;
}

Json axes_of(Store& store, const ZarrStore& zarr) {
  Json out = Json::array();
  for (const auto& variable : zarr.variables) {
    if (text_of(variable.attributes, "axis") != "T" || variable.shape.size() != 1) continue;
    Json axis = {{"name", variable.name}, {"size", variable.shape[0]}};
    const std::string name = text_of(variable.attributes, "calendar");
    const auto values = read_numbers(store, zarr, variable);
    const auto calendar = calendar_of(name);
    if (calendar && !values.empty() && text_of(variable.attributes, "units") == "seconds since 1970-01-01 00:00:00") {
      axis["first"] = to_text(from_seconds(static_cast<std::int64_t>(values.front()), *calendar));
      axis["last"] = to_text(from_seconds(static_cast<std::int64_t>(values.back()), *calendar));
      axis["calendar"] = name;
    }
    out.push_back(std::move(axis));
  }
  return out;
}

constexpr std::array statistics = {"valid_count", "mean", "standard_deviation", "minimum", "maximum"};

Json nodata_json(double nodata) {
  if (std::isfinite(nodata)) return nodata;
  return std::isnan(nodata) ? "NaN" : nodata > 0 ? "Infinity" : "-Infinity";
}

Json variable_json(const Variable& variable) {
  Json out = {{"name", variable.name}, {"dimensions", variable.dimensions}, {"shape", variable.shape}, {"chunk", variable.chunk}};
  if (!variable.shard.empty()) out["shard"] = variable.shard;
  out["type"] = variable.type;
  out["codec"] = compression_text(variable);
  if (variable.nodata) out["nodata"] = nodata_json(*variable.nodata);
  for (const auto* key :
       {"scale_factor", "add_offset", "units", "long_name", "standard_name", "cell_methods", "process", "process_parameters"}) {
    if (variable.attributes.contains(key)) out[key] = variable.attributes[key];
  }
  for (const auto* key : statistics) {
    const std::string attribute = std::string("statistics_") + key;
    if (variable.attributes.contains(attribute)) out["statistics"][key] = variable.attributes[attribute];
  }
  return out;
}

/// Arrays that are no coordinate: neither named after a dimension nor by an attribute `coordinates`, `bounds` or `grid_mapping`.
std::vector<const Variable*> data_variables(const ZarrStore& zarr) {
  std::set<std::string> coordinates;
  for (const auto& variable : zarr.variables) {
    coordinates.insert(variable.dimensions.begin(), variable.dimensions.end());
    for (const auto* naming : {"coordinates", "bounds", "grid_mapping"}) {
      std::istringstream words(text_of(variable.attributes, naming));
      for (std::string word; words >> word;) coordinates.insert(word);
    }
  }
  std::vector<const Variable*> out;
  for (const auto& variable : zarr.variables) {
    if (!coordinates.contains(variable.name)) out.push_back(&variable);
  }
  return out;
}

Json features_of(Store& store, const ZarrStore& zarr) {
  Json out = Json::array();
  const Variable* names = zarr.find("feature");
  if (names == nullptr) return out;
  for (const auto& name : read_texts(store, zarr, *names)) out.push_back({{"name", name}});
  const auto texts = [&](const char* variable, const char* key) {
    const Variable* found = zarr.find(variable);
    const auto values = found == nullptr ? std::vector<std::string>() : read_texts(store, zarr, *found);
    for (std::size_t i = 0; i < std::min(values.size(), out.size()); ++i) {
      if (!values[i].empty()) out[i][key] = values[i];
    }
  };
  texts("feature_units", "units");
  texts("feature_long_name", "long_name");
  for (const auto* key : statistics) {
    const Variable* found = zarr.find(std::string("feature_") + key);
    const auto values = found == nullptr ? std::vector<double>() : read_numbers(store, zarr, *found);
    for (std::size_t i = 0; i < std::min(values.size(), out.size()); ++i) {
      if (!std::isnan(values[i])) out[i]["statistics"][key] = values[i];
    }
  }
  return out;
}

}  // namespace

Json describe_store(Store& store, const ZarrStore& zarr) {
  Json out = {{"location", store.location()}, {"complete", zarr.committed}, {"zarr_format", zarr.format}};
  for (const auto* key : {"title", "Conventions", "terroir_version", "terroir_plan"}) {
    if (zarr.attributes.contains(key)) out[key] = zarr.attributes[key];
  }
  const Json recipe = inner_document(zarr.attributes, "terroir_recipe"), inputs = inner_document(zarr.attributes, "terroir_inputs");
  if (!recipe.is_null()) out["recipe"] = recipe;
  if (!inputs.is_null()) out["inputs"] = inputs;
  out["crs"] = crs_of(zarr);
  out["grid"] = grid_of(store, zarr);
  out["axes"] = axes_of(store, zarr);
  out["variables"] = Json::array();
  for (const auto* variable : data_variables(zarr)) out["variables"].push_back(variable_json(*variable));
  out["features"] = features_of(store, zarr);
  return out;
}

}  // namespace terroir
