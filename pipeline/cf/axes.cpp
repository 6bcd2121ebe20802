#include "pipeline/cf/axes.h"

#include "pipeline/cf/time_units.h"
#include "pipeline/error.h"

#include <algorithm>
#include <set>
#include <sstream>

namespace terroir {
namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

bool is_one_of(const std::string& word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string group_of(const std::string& name) {
  const std::size_t slash = name.rfind('/');
  return slash == std::string::npos ? "" : name.substr(0, slash + 1);
}

std::string without_group(const std::string& name) { return name.substr(group_of(name).size()); }

/// A variable that another one names: in its own group, or in one around it.
const CfVariable* near(const CfFile& file, const std::string& from, const std::string& name) {
  for (std::string group = group_of(from);; group = group_of(group.substr(0, group.size() - 1))) {
    if (const CfVariable* found = file.find(group + name)) return found;
    if (group.empty()) return nullptr;
  }
}

AxisKind kind_by_attributes(const CfVariable& v) {
  const std::string axis = lower(v.text("axis")), name = lower(v.text("standard_name")), units = lower(v.text("units"));
  if (is_latitude(v) || is_one_of(name, {"projection_y_coordinate", "projection_y_angular_coordinate", "grid_latitude"}))
    return AxisKind::y;
  if (is_longitude(v) || is_one_of(name, {"projection_x_coordinate", "projection_x_angular_coordinate", "grid_longitude"}))
    return AxisKind::x;
  if (name == "time" || is_time_units(units)) return AxisKind::time;
  if (axis == "x") return AxisKind::x;
  if (axis == "y") return AxisKind::y;
  if (axis == "t") return AxisKind::time;
  const bool pressure =
      is_one_of(units, {"pa", "hpa", "mb", "mbar", "millibar", "millibars", "bar", "dbar", "level", "layer", "sigma_level"});
  return axis == "z" || pressure || v.find("positive") != nullptr ? AxisKind::vertical : AxisKind::other;
}

AxisKind kind_by_name(const std::string& dimension) {
  const std::string name = lower(without_group(dimension));
  if (is_one_of(name, {"x", "lon", "longitude", "rlon", "easting", "xc", "col", "cols", "column", "columns"})) return AxisKind::x;
  if (is_one_of(name, {"y", "lat", "latitude", "rlat", "northing", "yc", "row", "rows"})) return AxisKind::y;
  if (is_one_of(name, {"time", "t"})) return AxisKind::time;
  return is_one_of(name, {"lev", "level", "levels", "plev", "depth", "height", "z", "altitude", "zlev"}) ? AxisKind::vertical
                                                                                                         : AxisKind::other;
}

bool has(const std::vector<CfAxis>& axes, AxisKind kind) {
  return std::any_of(axes.begin(), axes.end(), [&](const auto& a) { return a.kind == kind; });
}

/// As the part of an archive that nothing was written to yet.
[[noreturn]] void refuse_empty(const CfFile& file, const CfVariable& variable) {
  const auto size = std::find(variable.shape.begin(), variable.shape.end(), 0) - variable.shape.begin();
  throw Error(Fault::mistake, file.path() + ": '" + variable.name + "' has no steps along '" +
                                  variable.dimensions[static_cast<std::size_t>(size)] + "'; remove the file, or narrow the path");
}

}  // namespace

bool is_latitude(const CfVariable& v) {
  return lower(v.text("standard_name")) == "latitude" ||
         is_one_of(lower(v.text("units")), {"degrees_north", "degree_north", "degree_n", "degrees_n", "degreen", "degreesn"});
}

bool is_longitude(const CfVariable& v) {
  return lower(v.text("standard_name")) == "longitude" ||
         is_one_of(lower(v.text("units")), {"degrees_east", "degree_east", "degree_e", "degrees_e", "degreee", "degreese"});
}

std::vector<CfAxis> axes_of(const CfFile& file, const CfVariable& variable) {
  std::vector<CfAxis> axes;
  for (std::size_t d = 0; d < variable.dimensions.size(); ++d) {
    const std::string& name = variable.dimensions[d];
    const CfVariable* coordinate = near(file, name, without_group(name));
    if (coordinate != nullptr && (coordinate->dimensions != std::vector{name} || !coordinate->type)) coordinate = nullptr;
    AxisKind kind = coordinate == nullptr ? AxisKind::other : kind_by_attributes(*coordinate);
    if (kind == AxisKind::other) kind = kind_by_name(name);
    axes.push_back({d, kind, coordinate});
  }
  // A coordinate of the second kind ("axis: X" of both longitude and a helper) yields to the later dimension.
  for (std::size_t d = 0; d < axes.size(); ++d)
    for (std::size_t e = d + 1; e < axes.size(); ++e)
      if (axes[d].kind == axes[e].kind) axes[d].kind = AxisKind::other;
  for (const AxisKind wanted : {AxisKind::x, AxisKind::y})
    for (std::size_t d = axes.size(); d-- > 0 && !has(axes, wanted);)
      if (axes[d].kind == AxisKind::other) axes[d].kind = wanted;
  return axes;
}

std::vector<const CfVariable*> named_by(const CfFile& file, const CfVariable& variable, std::string_view attribute) {
  std::vector<const CfVariable*> found;
  std::istringstream words(variable.text(attribute));
  for (std::string word; words >> word;)
    if (const CfVariable* one = near(file, variable.name, word)) found.push_back(one);
  return found;
}

std::vector<std::string> data_variables(const CfFile& file) {
  std::set<const CfVariable*> helpers;
  for (const auto& v : file.variables())
    for (const char* attribute : {"bounds", "climatology", "coordinates", "grid_mapping", "ancillary_variables", "cell_measures"})
      for (const CfVariable* helper : named_by(file, v, attribute))
        if (helper != &v && (std::string_view(attribute) != "ancillary_variables" || helper->dimensions.size() < 2)) helpers.insert(helper);
  std::vector<std::string> names;
  const CfVariable* empty = nullptr;
  for (const auto& v : file.variables()) {
    if (!v.type || v.dimensions.size() < 2 || helpers.count(&v) != 0 || is_latitude(v) || is_longitude(v)) continue;
    if (std::find(v.shape.begin(), v.shape.end(), 0) == v.shape.end())
      names.push_back(v.name);
    else if (empty == nullptr)
      empty = &v;
  }
  if (names.empty() && empty != nullptr) refuse_empty(file, *empty);
  return names;
}

}  // namespace terroir
