#include "pipeline/adapters/proj/cf_projection.h"

#include "pipeline/error.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <utility>

namespace terroir {
namespace {

using Attributes = std::vector<CrsReader::Attribute>;

/// How a parameter of PROJ is named in CF; the first that is there counts.
struct Term {
  const char* proj;
  std::vector<const char*> cf;
  std::optional<double> otherwise;
};

struct Method {
  const char* proj;
  std::vector<Term> terms;
};

const Term lat_0 = {"lat_0", {"latitude_of_projection_origin"}, 0};
const Term lon_0 = {"lon_0", {"longitude_of_central_meridian", "longitude_of_projection_origin"}, 0};
const Term x_0 = {"x_0", {"false_easting"}, 0};
const Term y_0 = {"y_0", {"false_northing"}, 0};
const Term polar = {"lon_0", {"straight_vertical_longitude_from_pole", "longitude_of_projection_origin"}, 0};

const std::map<std::string, Method>& methods() {
  static const std::map<std::string, Method> table = {
      {"latitude_longitude", {"longlat", {}}},
      {"rotated_latitude_longitude",
       {"ob_tran +o_proj=longlat",
        {{"o_lat_p", {"grid_north_pole_latitude"}, {}},
         {"o_lon_p", {"north_pole_grid_longitude"}, 0},
         {"pole", {"grid_north_pole_longitude"}, {}}}}},
      {"transverse_mercator", {"tmerc", {lat_0, lon_0, {"k_0", {"scale_factor_at_central_meridian"}, 1}, x_0, y_0}}},
      {"mercator", {"merc", {lon_0, {"lat_ts", {"standard_parallel"}, {}}, {"k_0", {"scale_factor_at_projection_origin"}, {}}, x_0, y_0}}},
      {"lambert_conformal_conic", {"lcc", {{"lat_1", {"standard_parallel"}, {}}, lat_0, lon_0, x_0, y_0}}},
      {"albers_conical_equal_area", {"aea", {{"lat_1", {"standard_parallel"}, {}}, lat_0, lon_0, x_0, y_0}}},
      {"lambert_azimuthal_equal_area", {"laea", {lat_0, lon_0, x_0, y_0}}},
      {"azimuthal_equidistant", {"aeqd", {lat_0, lon_0, x_0, y_0}}},
      {"orthographic", {"ortho", {lat_0, lon_0, x_0, y_0}}},
      {"polar_stereographic",
       {"stere", {lat_0, {"lat_ts", {"standard_parallel"}, {}}, {"k_0", {"scale_factor_at_projection_origin"}, {}}, polar, x_0, y_0}}},
      {"stereographic", {"stere", {lat_0, lon_0, {"k_0", {"scale_factor_at_projection_origin"}, 1}, x_0, y_0}}},
      {"lambert_cylindrical_equal_area", {"cea", {lon_0, {"lat_ts", {"standard_parallel"}, 0}, x_0, y_0}}},
      {"sinusoidal", {"sinu", {lon_0, x_0, y_0}}},
      {"vertical_perspective", {"nsper", {lat_0, lon_0, {"h", {"perspective_point_height"}, {}}, x_0, y_0}}},
  };
  return table;
}

const CrsReader::Attribute* find(const Attributes& attributes, const std::string& name) {
  const auto found = std::find_if(attributes.begin(), attributes.end(), [&](const auto& a) { return a.name == name; });
  return found == attributes.end() ? nullptr : &*found;
}

/// Numbers of an attribute, which some writers give as text.
std::vector<double> numbers(const Attributes& attributes, const std::string& name) {
  const auto* found = find(attributes, name);
  if (found == nullptr) return {};
  double value = 0;
  const std::string& text = found->text;
  const bool number = !text.empty() && std::from_chars(text.data(), text.data() + text.size(), value).ptr == text.data() + text.size();
  return number ? std::vector{value} : found->numbers;
}

std::string digits(double value) {
  std::array<char, 40> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

void add(std::string& text, const std::string& name, double value) { text += " +" + name + "=" + digits(value); }

void add_term(std::string& text, const Attributes& attributes, const Term& term) {
  for (const char* name : term.cf) {
    const auto values = numbers(attributes, name);
    if (values.empty()) continue;
    if (std::string_view(term.proj) == "pole")  // PROJ turns by the meridian opposite to the pole's
      return add(text, "lon_0", values[0] + 180 > 180 ? values[0] - 180 : values[0] + 180);
    add(text, term.proj, values[0]);
    if (std::string_view(term.proj) == "lat_1" && values.size() > 1) add(text, "lat_2", values[1]);
    return;
  }
  if (term.otherwise) add(text, term.proj, *term.otherwise);
}

void add_earth(std::string& text, const Attributes& attributes) {
  const auto radius = numbers(attributes, "earth_radius"), major = numbers(attributes, "semi_major_axis");
  const auto minor = numbers(attributes, "semi_minor_axis"), inverse = numbers(attributes, "inverse_flattening");
  if (!radius.empty()) return add(text, "R", radius[0]);
  if (major.empty()) return static_cast<void>(text += " +datum=WGS84");
  const bool sphere = !inverse.empty() && inverse[0] == 0;
  if (sphere || (inverse.empty() && (minor.empty() || minor[0] == major[0]))) return add(text, "R", major[0]);
  add(text, "a", major[0]);
  inverse.empty() ? add(text, "b", minor[0]) : add(text, "rf", inverse[0]);
}

/// WGS 84 has a name in most files that are on it; without one its ellipsoid says as much.
bool on_wgs84(const Attributes& attributes) {
  const auto* datum = find(attributes, "horizontal_datum_name");
  if (datum == nullptr) datum = find(attributes, "geographic_crs_name");
  const auto major = numbers(attributes, "semi_major_axis"), inverse = numbers(attributes, "inverse_flattening");
  const bool shape = !major.empty() && !inverse.empty() && major[0] == 6378137 && inverse[0] > 298.257223 && inverse[0] < 298.257224;
  if (datum == nullptr || datum->text.empty()) return shape;
  return datum->text.find("WGS 84") != std::string::npos || datum->text.find("WGS84") != std::string::npos ||
         datum->text.find("World Geodetic System 1984") != std::string::npos || datum->text.find("WGS_1984") != std::string::npos;
}

}  // namespace

std::string crs_text_of_cf(const Attributes& attributes) {
  for (const char* name : {"crs_wkt", "spatial_ref", "esri_pe_string"})
    if (const auto* wkt = find(attributes, name); wkt != nullptr && !wkt->text.empty()) return wkt->text;
  if (const auto* code = find(attributes, "epsg_code"); code != nullptr) {
    if (!code->text.empty()) return code->text.find(':') == std::string::npos ? "EPSG:" + code->text : code->text;
    if (!code->numbers.empty()) return "EPSG:" + digits(code->numbers[0]);
  }
  const auto* name = find(attributes, "grid_mapping_name");
  if (name == nullptr || name->text.empty()) return "";
  const auto method = methods().find(name->text);
  if (method == methods().end()) throw Error(Fault::mistake, "the projection '" + name->text + "' is not known here; give the input a crs");
  std::string text = std::string("+proj=") + method->second.proj;
  for (const Term& term : method->second.terms) add_term(text, attributes, term);
  if (on_wgs84(attributes))
    text += " +datum=WGS84";
  else
    add_earth(text, attributes);
  const auto meridian = numbers(attributes, "longitude_of_prime_meridian");
  if (!meridian.empty() && meridian[0] != 0) add(text, "pm", meridian[0]);
  const bool geographic = name->text.ends_with("latitude_longitude");
  return text + (geographic ? "" : " +units=m") + " +no_defs +type=crs";
}

}  // namespace terroir
