#include "pipeline/dataset/coordinates.h"

#include "kernels/moments.h"
#include "pipeline/dataset/utf8.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <set>

namespace terroir {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// A coordinate along one dimension, in one chunk: readers fetch all of it to find a label.
Coordinate along(const std::string& dimension, const std::string& name, const std::string& type, std::size_t size) {
  Coordinate out;
  out.variable.name = name;
  out.variable.dimensions = {dimension};
  out.variable.shape = {static_cast<Index>(size)};
  out.variable.chunk = {static_cast<Index>(std::max<std::size_t>(size, 1))};
  out.variable.type = type;
  return out;
}

template <class T>
Coordinate numbers(const std::string& dimension, const std::string& name, const std::string& type, const std::vector<T>& values,
                   const CodecSpec& codec) {
  Coordinate out = along(dimension, name, type, values.size());
  out.variable.compression = compression_of(codec, sizeof(T));
  const auto bytes = std::as_bytes(std::span(values));
  out.content.assign(bytes.begin(), bytes.end());
  return out;
}

Coordinate texts(const std::string& dimension, const std::string& name, std::vector<std::string> values) {
  Coordinate out = along(dimension, name, "string", values.size());
  for (const auto& text : values) out.variable.characters = std::max(out.variable.characters, code_points(text).size());
  out.texts = std::move(values);
  return out;
}

std::string length_unit(double metres) {
  if (metres == 1) return "m";
  if (metres == 1000) return "km";
  if (metres == 0.3048) return "ft";
  return number_text(metres) + " m";
}

/// Shortest decimal number that reads back as the same double, without an exponent.
std::string decimal(double number) {
  std::array<char, 400> digits{};
  return {digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number, std::chars_format::fixed).ptr};
}

/// CF conventions, sections 4.1, 4.2 and 5.6.
Json axis_attributes(const Crs& crs, bool is_x) {
  Json out = Json::object();
  out["axis"] = is_x ? "X" : "Y";
  if (!crs.known()) return out;
  if (crs.geographic) {
    out["standard_name"] = is_x ? "longitude" : "latitude";
    out["units"] = is_x ? "degrees_east" : "degrees_north";
  } else {
    out["standard_name"] = is_x ? "projection_x_coordinate" : "projection_y_coordinate";
    out["units"] = length_unit(crs.metres_per_unit);
  }
  out["long_name"] = is_x ? "x of the pixel's centre" : "y of the pixel's centre";
  return out;
}

/// Begin and end of each cell along one axis, [cell][2] (CF conventions, section 7.1). Bounds take their attributes from the axis.
template <class T>
Coordinate bounds(const std::string& axis, const std::string& name, const std::string& type, const std::vector<T>& edges,
                  const CodecSpec& codec) {
  Coordinate out = numbers(axis, name, type, edges, codec);
  out.variable.dimensions = {axis, "bnds"};
  out.variable.shape = out.variable.chunk = {static_cast<Index>(edges.size() / 2), 2};
  return out;
}

/// The edges of pixels along one axis.
Coordinate edges_of(const std::string& axis, double first, double step, Index size, const CodecSpec& codec) {
  std::vector<double> edges;
  for (Index i = 0; i < size; ++i)
    for (const Index edge : {i, i + 1}) edges.push_back(first + step * static_cast<double>(edge));
  return bounds(axis, axis + "_bnds", "float64", edges, codec);
}

void add_positions(const OutputPlan& output, std::vector<Coordinate>& out) {
  const Grid& grid = output.grid;
  const Affine& affine = grid.affine();
  std::vector<double> x, y;
  for (Index col = 0; col < grid.shape().cols; ++col) x.push_back(grid.x_centre(col));
  for (Index row = 0; row < grid.shape().rows; ++row) y.push_back(grid.y_centre(row));
  out.push_back(numbers("y", "y", "float64", y, output.codec));
  out.back().variable.attributes = axis_attributes(grid.crs(), false);
  out.push_back(numbers("x", "x", "float64", x, output.codec));
  out.back().variable.attributes = axis_attributes(grid.crs(), true);
  if (output.format != Format::netcdf) return;
  out[out.size() - 2].variable.attributes["bounds"] = "y_bnds";
  out.back().variable.attributes["bounds"] = "x_bnds";
  out.push_back(edges_of("y", affine.y0, affine.dy, grid.shape().rows, output.codec));
  out.push_back(edges_of("x", affine.x0, affine.dx, grid.shape().cols, output.codec));
}

void add_times(const Plan& plan, const OutputPlan& output, std::vector<Coordinate>& out) {
  std::set<std::size_t> done = {no_entry};
  for (const auto& array : output.arrays) {
    if (!done.insert(array.axis).second) continue;
    const TimeAxis& axis = plan.axes[array.axis];
    out.push_back(numbers(axis.name, axis.name, "int64", axis.seconds, output.codec));
    // Always this unit: what is appended or joined later needs no other.
    out.back().variable.attributes = {{"standard_name", "time"},
                                      {"axis", "T"},
                                      {"units", "seconds since 1970-01-01 00:00:00"},
                                      {"calendar", calendar_name(axis.calendar)}};
    if (axis.bounds.empty()) continue;
    out.back().variable.attributes["bounds"] = axis.bounds_name();
    std::vector<std::int64_t> edges;
    for (const TimeBounds& step : axis.bounds) edges.insert(edges.end(), {step.begin, step.end});
    out.push_back(bounds(axis.name, axis.bounds_name(), "int64", edges, output.codec));
  }
}

void add_crs(const OutputPlan& output, CrsReader& reader, std::vector<Coordinate>& out) {
  const Grid& grid = output.grid;
  if (!grid.crs().known()) return;
  Coordinate crs;
  crs.variable.name = "spatial_ref";
  crs.variable.type = "int32";
  crs.content.resize(sizeof(std::int32_t));
  Json& attributes = crs.variable.attributes;
  for (const auto& attribute : reader.cf_attributes(grid.crs())) {
    if (attribute.numbers.empty()) {
      attributes[attribute.name] = attribute.text;
    } else if (attribute.numbers.size() == 1) {
      attributes[attribute.name] = attribute.numbers.front();
    } else {
      attributes[attribute.name] = attribute.numbers;
    }
  }
  // `crs_wkt` is CF's name of it, `spatial_ref` the one of GDAL and rioxarray.
  attributes["crs_wkt"] = grid.crs().wkt;
  attributes["spatial_ref"] = grid.crs().wkt;
  const Affine& a = grid.affine();
  attributes["GeoTransform"] = decimal(a.x0) + " " + decimal(a.dx) + " 0 " + decimal(a.y0) + " 0 " + decimal(a.dy);
  out.push_back(std::move(crs));
}

/// One number of the statistics of every feature, NaN where there is none.
std::vector<double> column(const std::vector<LayerStatistics>& statistics, std::size_t place) {
  std::vector<double> out;
  for (const auto& s : statistics) out.push_back(s[moments::count] > 0 ? s[place] : nan);
  return out;
}

void add_feature_statistics(const std::vector<LayerStatistics>& statistics, const CodecSpec& codec, std::vector<Coordinate>& out) {
  std::vector<std::int64_t> counts;
  std::vector<double> deviations;
  for (const auto& s : statistics) {
    counts.push_back(static_cast<std::int64_t>(s[moments::count]));
    deviations.push_back(standard_deviation(s, 0));
  }
  const auto add = [&](const char* name, const char* meaning, const std::vector<double>& values) {
    out.push_back(numbers("feature", name, "float64", values, codec));
    out.back().variable.attributes["long_name"] = meaning;
  };
  out.push_back(numbers("feature", "feature_valid_count", "int64", counts, codec));
  out.back().variable.attributes["long_name"] = "valid pixels of the feature";
  add("feature_mean", "mean of the feature", column(statistics, moments::mean));
  add("feature_standard_deviation", "standard deviation of the feature", deviations);
  add("feature_minimum", "minimum of the feature", column(statistics, moments::min));
  add("feature_maximum", "maximum of the feature", column(statistics, moments::max));
}

void add_features(const Plan& plan, const OutputPlan& output, const std::vector<std::vector<LayerStatistics>>& statistics,
                  std::vector<Coordinate>& out) {
  const ArrayPlan& array = output.arrays.front();
  std::vector<std::string> units, long_names;
  for (const LayerId id : array.layers) {
    units.push_back(plan.layers[id].info.unit);
    long_names.push_back(plan.layers[id].info.long_name);
  }
  const auto add = [&](const char* name, const char* meaning, const std::vector<std::string>& values) {
    out.push_back(texts("feature", name, values));
    out.back().variable.attributes["long_name"] = meaning;
  };
  add("feature", "name of the feature", array.features);
  add("feature_units", "units of the feature", units);
  add("feature_long_name", "meaning of the feature", long_names);
  add_feature_statistics(statistics.at(0), output.codec, out);
}

}  // namespace

std::vector<Coordinate> coordinates_of(const Plan& plan, const OutputPlan& output, CrsReader& reader,
                                       const std::vector<std::vector<LayerStatistics>>& statistics) {
  std::vector<Coordinate> out;
  add_times(plan, output, out);
  if (output.layout == Layout::stacked) add_features(plan, output, statistics, out);
  add_positions(output, out);
  add_crs(output, reader, out);
  return out;
}

std::vector<std::string> feature_coordinate_names() {
  return {"feature_units",   "feature_long_name", "feature_valid_count", "feature_mean", "feature_standard_deviation",
          "feature_minimum", "feature_maximum"};
}

}  // namespace terroir
