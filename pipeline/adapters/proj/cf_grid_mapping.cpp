#include "pipeline/adapters/proj/cf_grid_mapping.h"

#include "tiling/angle.h"

#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace terroir {
namespace {

using Attribute = CrsReader::Attribute;
using Attributes = std::vector<Attribute>;

void add(Attributes& list, std::string name, double number) { list.push_back({std::move(name), {}, {number}}); }
void add(Attributes& list, std::string name, std::string text) {
  if (!text.empty()) list.push_back({std::move(name), std::move(text), {}});
}

std::string name_of(const PJ* object) {
  const char* name = object == nullptr ? nullptr : proj_get_name(object);
  return name == nullptr ? std::string() : name;
}

/// EPSG's codes of the parameters of projections (EPSG dataset, table "Coordinate Operation Parameter").
enum Parameter : int {
  latitude_of_origin = 8801,
  longitude_of_origin = 8802,
  scale_factor = 8805,
  false_easting = 8806,
  false_northing = 8807,
  latitude_of_false_origin = 8821,
  longitude_of_false_origin = 8822,
  first_parallel = 8823,
  second_parallel = 8824,
  easting_at_false_origin = 8826,
  northing_at_false_origin = 8827,
  latitude_of_parallel = 8832,
  longitude_of_polar_origin = 8833,
};

/// A projection's method and parameters; angles in degrees, lengths in the unit of the CRS's axes.
struct Projection {
  std::string method;  ///< EPSG's code, or PROJ's name of a method that EPSG lacks
  std::map<int, double> values;

  [[nodiscard]] bool has(int parameter) const { return values.contains(parameter); }
  [[nodiscard]] double value(int parameter, double otherwise = 0) const {
    const auto found = values.find(parameter);
    return found == values.end() ? otherwise : found->second;
  }
};

double in_cf_unit(double value, double factor, const char* unit, double metres_per_unit) {
  const std::string category = unit == nullptr ? "" : unit;
  if (category == "angular") {
    // Degrees stay the number that they were.
    return std::abs(factor / radians_per_degree - 1) < 1e-12 ? value : value * factor / radians_per_degree;
  }
  if (category == "linear") return factor == metres_per_unit ? value : value * factor / metres_per_unit;
  return value * factor;
}

Projection projection_of(PJ_CONTEXT* context, const PJ* operation, double metres_per_unit) {
  Projection out;
  const char *name = nullptr, *code = nullptr;
  proj_coordoperation_get_method_info(context, operation, &name, nullptr, &code);
  out.method = code != nullptr && *code != '\0' ? code : name == nullptr ? "" : name;
  for (int i = 0; i < proj_coordoperation_get_param_count(context, operation); ++i) {
    const char *parameter = nullptr, *category = nullptr;
    double value = 0, factor = 1;
    if (proj_coordoperation_get_param(context, operation, i, nullptr, nullptr, &parameter, &value, nullptr, &factor, nullptr, nullptr,
                                      nullptr, &category) == 0 ||
        parameter == nullptr || *parameter == '\0')
      continue;
    out.values[std::atoi(parameter)] = in_cf_unit(value, factor, category, metres_per_unit);
  }
  return out;
}

void add_false_origin(Attributes& list, const Projection& p) {
  add(list, "false_easting", p.value(p.has(easting_at_false_origin) ? easting_at_false_origin : false_easting));
  add(list, "false_northing", p.value(p.has(northing_at_false_origin) ? northing_at_false_origin : false_northing));
}

void add_natural_origin(Attributes& list, const Projection& p) {
  add(list, "latitude_of_projection_origin", p.value(latitude_of_origin));
  add(list, "longitude_of_projection_origin", p.value(longitude_of_origin));
}

void transverse_mercator(Attributes& list, const Projection& p) {
  add(list, "latitude_of_projection_origin", p.value(latitude_of_origin));
  add(list, "longitude_of_central_meridian", p.value(longitude_of_origin));
  add(list, "scale_factor_at_central_meridian", p.value(scale_factor, 1));
}

void mercator(Attributes& list, const Projection& p) {
  add(list, "longitude_of_projection_origin", p.value(longitude_of_origin));
  if (p.has(first_parallel))
    add(list, "standard_parallel", p.value(first_parallel));
  else
    add(list, "scale_factor_at_projection_origin", p.value(scale_factor, 1));
}

/// Conic projections by their two standard parallels.
void two_parallels(Attributes& list, const Projection& p) {
  list.push_back({"standard_parallel", {}, {p.value(first_parallel), p.value(second_parallel)}});
  add(list, "latitude_of_projection_origin", p.value(latitude_of_false_origin));
  add(list, "longitude_of_central_meridian", p.value(longitude_of_false_origin));
}

/// Lambert's conic with one parallel: CF has no scale factor for it, so only 1 can be said.
bool one_parallel(Attributes& list, const Projection& p) {
  if (p.value(scale_factor, 1) != 1) return false;
  add(list, "standard_parallel", p.value(latitude_of_origin));
  add(list, "latitude_of_projection_origin", p.value(latitude_of_origin));
  add(list, "longitude_of_central_meridian", p.value(longitude_of_origin));
  return true;
}

void polar_by_scale(Attributes& list, const Projection& p) {
  add(list, "straight_vertical_longitude_from_pole", p.value(longitude_of_origin));
  add(list, "latitude_of_projection_origin", p.value(latitude_of_origin));
  add(list, "scale_factor_at_projection_origin", p.value(scale_factor, 1));
}

void polar_by_parallel(Attributes& list, const Projection& p) {
  const double parallel = p.value(latitude_of_parallel);
  add(list, "straight_vertical_longitude_from_pole", p.value(longitude_of_polar_origin));
  add(list, "latitude_of_projection_origin", parallel < 0 ? -90.0 : 90.0);
  add(list, "standard_parallel", parallel);
}

void stereographic(Attributes& list, const Projection& p) {
  add_natural_origin(list, p);
  add(list, "scale_factor_at_projection_origin", p.value(scale_factor, 1));
}

void cylindrical_equal_area(Attributes& list, const Projection& p) {
  add(list, "longitude_of_central_meridian", p.value(longitude_of_origin));
  add(list, "standard_parallel", p.value(first_parallel));
}

/// CF's name of a projection; empty when it has none, or not for these parameters. Adds the parameters.
std::string describe(Attributes& list, const Projection& p) {
  const std::string& m = p.method;
  if (m == "9807") return transverse_mercator(list, p), "transverse_mercator";
  if (m == "9804" || m == "9805" || m == "1024" || m == "1026") return mercator(list, p), "mercator";
  if (m == "9802") return two_parallels(list, p), "lambert_conformal_conic";
  if (m == "9801") return one_parallel(list, p) ? "lambert_conformal_conic" : "";
  if (m == "9822") return two_parallels(list, p), "albers_conical_equal_area";
  if (m == "9820" || m == "1027") return add_natural_origin(list, p), "lambert_azimuthal_equal_area";
  if (m == "1125" || m == "Azimuthal Equidistant") return add_natural_origin(list, p), "azimuthal_equidistant";
  if (m == "9840") return add_natural_origin(list, p), "orthographic";
  if (m == "9810") return polar_by_scale(list, p), "polar_stereographic";
  if (m == "9829") return polar_by_parallel(list, p), "polar_stereographic";
  if (m == "Stereographic") return stereographic(list, p), "stereographic";
  if (m == "9835" || m == "9834") return cylindrical_equal_area(list, p), "lambert_cylindrical_equal_area";
  if (m == "Sinusoidal") return add(list, "longitude_of_projection_origin", p.value(longitude_of_origin)), "sinusoidal";
  return "";
}

/// Spherical methods on an ellipsoidal CRS (Web Mercator above all) take geodetic latitudes for those of a sphere.
bool on_sphere(const Projection& p) { return p.method == "1024" || p.method == "1026" || p.method == "1027" || p.method == "9834"; }

void add_earth(Attributes& list, PJ_CONTEXT* context, const PJ* crs, const Crs& facts, bool sphere) {
  const PjPtr ellipsoid(proj_get_ellipsoid(context, crs)), meridian(proj_get_prime_meridian(context, crs));
  const PjPtr geodetic(proj_crs_get_geodetic_crs(context, crs));
  add(list, "semi_major_axis", facts.semi_major);
  add(list, "inverse_flattening", sphere || facts.flattening == 0 ? 0 : 1 / facts.flattening);
  double longitude = 0, factor = 1;
  if (meridian) proj_prime_meridian_get_parameters(context, meridian.get(), &longitude, &factor, nullptr);
  add(list, "longitude_of_prime_meridian", in_cf_unit(longitude, factor, "angular", 1));
  add(list, "prime_meridian_name", name_of(meridian.get()));
  add(list, "reference_ellipsoid_name", name_of(ellipsoid.get()));
  if (!geodetic) return;
  PjPtr datum(proj_crs_get_datum_forced(context, geodetic.get()));
  add(list, "horizontal_datum_name", name_of(datum.get()));
  add(list, "geographic_crs_name", name_of(geodetic.get()));
}

}  // namespace

Attributes cf_grid_mapping(PJ_CONTEXT* context, const PJ* crs, const Crs& facts) {
  Attributes parameters;
  std::string name = facts.geographic ? "latitude_longitude" : "";
  bool sphere = false;
  if (proj_get_type(crs) == PJ_TYPE_PROJECTED_CRS) {
    const PjPtr operation(proj_crs_get_coordoperation(context, crs));
    if (!operation) return {};
    const Projection projection = projection_of(context, operation.get(), facts.metres_per_unit);
    name = describe(parameters, projection);
    add_false_origin(parameters, projection);
    sphere = on_sphere(projection);
  }
  if (name.empty()) return {};
  Attributes out;
  add(out, "grid_mapping_name", name);
  out.insert(out.end(), parameters.begin(), parameters.end());
  add_earth(out, context, crs, facts, sphere);
  if (!facts.geographic) add(out, "projected_crs_name", name_of(crs));
  add(out, "crs_wkt", facts.wkt);
  return out;
}

}  // namespace terroir
