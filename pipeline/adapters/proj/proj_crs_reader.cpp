#include "pipeline/adapters/proj/proj_crs_reader.h"

#include "pipeline/adapters/proj/cf_grid_mapping.h"
#include "pipeline/adapters/proj/cf_projection.h"
#include "pipeline/adapters/proj/proj_operation.h"
#include "pipeline/error.h"
#include "tiling/angle.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <string_view>
#include <utility>

namespace terroir {
namespace {

/// Texts of users and files can be long: enough of one to know it again.
std::string shortened(const std::string& text) { return text.size() <= 60 ? text : text.substr(0, 57) + "..."; }

Error no_crs(const std::string& text, const std::string& why) {
  return {Fault::mistake, "'" + shortened(text) + "' is no coordinate reference system" + (why.empty() ? "" : " (" + why + ")") +
                              "; write an EPSG code like EPSG:32632, WKT, PROJJSON or a PROJ string"};
}

/// PROJ's messages begin with the name of its function.
std::string without_function(const std::string& message) {
  const auto colon = message.find(": ");
  return message.starts_with("proj_") && colon != std::string::npos ? message.substr(colon + 2) : message;
}

/// PROJ takes "+proj=utm +zone=32" for an operation unless it is told that a CRS is meant.
std::string as_crs_definition(const std::string& text) {
  const bool proj_string =
      text.find("proj=") != std::string::npos && text.find('[') == std::string::npos && text.find('{') == std::string::npos;
  return proj_string && text.find("type=crs") == std::string::npos ? text + " +type=crs" : text;
}

/// A bare name finds every system whose name holds it: "foo" is in "Amersfoort". Only the whole name counts.
bool is_other_name(const PJ* crs, const std::string& text) {
  if (text.find_first_of(":[{=") != std::string::npos) return false;
  const std::string name = proj_get_name(crs);
  const auto same = [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); };
  return !std::equal(name.begin(), name.end(), text.begin(), text.end(), same);
}

/// The horizontal part of a compound CRS, which is all that a raster's rows and columns need.
PjPtr horizontal(PJ_CONTEXT* context, PjPtr crs) {
  while (proj_get_type(crs.get()) == PJ_TYPE_COMPOUND_CRS) crs.reset(proj_crs_get_sub_crs(context, crs.get(), 0));
  return crs;
}

bool same_but_axis_order(PJ_CONTEXT* context, const PJ* a, const PJ* b) {
  return proj_is_equivalent_to_with_ctx(context, a, b, PJ_COMP_EQUIVALENT_EXCEPT_AXIS_ORDER_GEOGCRS) != 0;
}

/// What the database holds under an object's own identifier, provided that it is the same system.
PjPtr by_own_id(PJ_CONTEXT* context, const PJ* crs) {
  const char* authority = proj_get_id_auth_name(crs, 0);
  const char* code = proj_get_id_code(crs, 0);
  if (authority == nullptr || code == nullptr) return nullptr;
  PjPtr stored(proj_create_from_database(context, authority, code, PJ_CATEGORY_CRS, 0, nullptr));
  return stored && same_but_axis_order(context, crs, stored.get()) ? std::move(stored) : nullptr;
}

/// The EPSG system that this one is, whatever its name and the order of its axes; null unless PROJ is sure.
PjPtr by_identification(PJ_CONTEXT* context, const PJ* crs) {
  constexpr int sure = 70;  // equivalent systems whose names differ
  int* confidence = nullptr;
  const PjListPtr found(proj_identify(context, crs, "EPSG", nullptr, &confidence));
  const std::unique_ptr<int, void (*)(int*)> owner(confidence, proj_int_list_destroy);
  if (!found || confidence == nullptr || proj_list_get_count(found.get()) == 0 || confidence[0] < sure) return nullptr;
  if (proj_list_get_count(found.get()) > 1 && confidence[1] == confidence[0]) return nullptr;
  // What was found is the object that was asked about, with an identifier: the database has the whole of it.
  const PjPtr best(proj_list_get(context, found.get(), 0));
  return best ? by_own_id(context, best.get()) : nullptr;
}

std::string authority_of(const PJ* crs) {
  const char* authority = proj_get_id_auth_name(crs, 0);
  const char* code = proj_get_id_code(crs, 0);
  return authority != nullptr && code != nullptr ? std::string(authority) + ":" + code : std::string();
}

/// EPSG's name of the systems that OGC defines anew only to turn their axes, which a raster's rows and columns do not have.
const char* epsg_of_ogc(const std::string& authority) {
  if (authority == "OGC:CRS84") return "4326";
  if (authority == "OGC:CRS83") return "4269";
  if (authority == "OGC:CRS27") return "4267";
  return nullptr;
}

/// The database's own copy of a system, EPSG's where it has one.
PjPtr identified(PJ_CONTEXT* context, const PJ* crs) {
  PjPtr own = by_own_id(context, crs);
  const std::string authority = own ? authority_of(own.get()) : std::string();
  if (const char* code = epsg_of_ogc(authority))
    return PjPtr(proj_create_from_database(context, "EPSG", code, PJ_CATEGORY_CRS, 0, nullptr));
  if (authority.starts_with("EPSG:")) return own;
  PjPtr epsg = by_identification(context, crs);
  return epsg ? std::move(epsg) : std::move(own);
}

std::string wkt_of(PJ_CONTEXT* context, const PJ* crs) {
  const char* const options[] = {"MULTILINE=NO", nullptr};
  const char* wkt = proj_as_wkt(context, crs, PJ_WKT2_2019, options);
  return wkt == nullptr ? std::string() : wkt;
}

/// Factor from the unit of the first axis to metres or radians.
double axis_factor(PJ_CONTEXT* context, const PJ* crs) {
  const PjPtr system(proj_crs_get_coordinate_system(context, crs));
  double factor = 1;
  if (system) proj_cs_get_axis_info(context, system.get(), 0, nullptr, nullptr, nullptr, &factor, nullptr, nullptr, nullptr);
  return factor;
}

void fill_ellipsoid(PJ_CONTEXT* context, const PJ* crs, Crs& out) {
  const PjPtr ellipsoid(proj_get_ellipsoid(context, crs));
  double semi_major = 0, inverse = 0;
  if (!ellipsoid || proj_ellipsoid_get_parameters(context, ellipsoid.get(), &semi_major, nullptr, nullptr, &inverse) == 0) return;
  out.semi_major = semi_major;
  out.flattening = inverse == 0 ? 0 : 1 / inverse;
}

/// Whether a projection is a cylinder around the poles' axis: its x is a multiple of the longitude. By EPSG's methods, and one without.
bool is_cylinder(PJ_CONTEXT* context, const PJ* crs) {
  constexpr std::array<std::string_view, 9> methods = {"1024", "1026", "1028", "1029", "1044", "9804", "9805", "9834", "9835"};
  const PjPtr conversion(proj_crs_get_coordoperation(context, crs));
  const char *name = nullptr, *authority = nullptr, *code = nullptr;
  if (!conversion || proj_coordoperation_get_method_info(context, conversion.get(), &name, &authority, &code) == 0) return false;
  const bool listed = code != nullptr && std::find(methods.begin(), methods.end(), code) != methods.end();
  return listed || (name != nullptr && std::string_view(name) == "Miller Cylindrical");
}

/// The x of six longitudes around the globe, at two latitudes, tells whether it really is one, and how long its equator is. 0: it is none.
double equator_of_cylinder(PJ_CONTEXT* context, const PJ* crs) {
  if (!is_cylinder(context, crs)) return 0;
  const PjPtr geographic(proj_crs_get_geodetic_crs(context, crs));
  if (!geographic || std::abs(axis_factor(context, geographic.get()) / radians_per_degree - 1) > 1e-9) return 0;
  PjPtr operation(proj_create_crs_to_crs_from_pj(context, geographic.get(), crs, nullptr, nullptr));
  if (operation) operation.reset(proj_normalize_for_visualization(context, operation.get()));
  if (!operation) return 0;
  constexpr std::size_t count = 6;
  std::array<double, count> x{};
  for (std::size_t i = 0; i < count; ++i) {
    const double longitude = -150 + 60 * static_cast<double>(i);
    x[i] = proj_trans(operation.get(), PJ_FWD, proj_coord(longitude, 0, 0, 0)).xy.x;
    if (!(std::abs(proj_trans(operation.get(), PJ_FWD, proj_coord(longitude, 40, 0, 0)).xy.x - x[i]) < 1e-3)) return 0;
  }
  std::array<double, count> steps{};
  for (std::size_t i = 0; i < count; ++i) steps[i] = x[(i + 1) % count] - x[i];
  std::sort(steps.begin(), steps.end());
  const double step = steps[count / 2];  // all but the one over the seam are equal
  return std::abs(steps[1] - step) + std::abs(steps[count - 1] - step) < 1e-3 ? count * step : 0;
}

}  // namespace

PJ_CONTEXT* ProjCrsReader::context() {
  if (context_) return context_.get();
  PjContextPtr made(proj_context_create());
  proj_log_level(made.get(), PJ_LOG_ERROR);
  proj_log_func(made.get(), this, [](void* self, int, const char* text) { static_cast<ProjCrsReader*>(self)->message_ = text; });
  proj_context_set_enable_network(made.get(), 0);
  if (proj_context_get_database_path(made.get()) == nullptr)
    throw Error(Fault::system, "PROJ cannot find its database proj.db; install the package proj-data or set PROJ_LIB to its folder");
  context_ = std::move(made);
  return context_.get();
}

Crs ProjCrsReader::read(const std::string& text) {
  const std::lock_guard lock(mutex_);
  if (const auto found = known_.find(text); found != known_.end()) return found->second;
  const Crs crs = parse(text);
  constexpr std::size_t enough = 256;
  if (known_.size() < enough) known_.emplace(text, crs);
  return crs;
}

Crs ProjCrsReader::parse(const std::string& text) {
  PJ_CONTEXT* const context = this->context();
  message_.clear();
  PjPtr crs(proj_create(context, as_crs_definition(text).c_str()));
  if (!crs || proj_is_crs(crs.get()) == 0) throw no_crs(text, without_function(message_));
  if (is_other_name(crs.get(), text)) throw no_crs(text, std::string("'") + proj_get_name(crs.get()) + "' is one");
  crs = horizontal(context, std::move(crs));
  Crs out;
  const auto adopt = [&](PjPtr stored) {
    if (!stored) return false;
    out.authority = authority_of(stored.get());
    crs = std::move(stored);
    return true;
  };
  adopt(identified(context, crs.get()));
  // A bound CRS carries a datum shift around the system that says what the coordinates are.
  PjPtr base;
  if (proj_get_type(crs.get()) == PJ_TYPE_BOUND_CRS) {
    base.reset(proj_get_source_crs(context, crs.get()));
    if (base && adopt(identified(context, base.get()))) base.reset();
  }
  const PJ* const facts = base ? base.get() : crs.get();
  const PJ_TYPE type = proj_get_type(facts);
  if (type == PJ_TYPE_GEOCENTRIC_CRS || type == PJ_TYPE_VERTICAL_CRS || type == PJ_TYPE_TEMPORAL_CRS)
    throw no_crs(text, "it has no horizontal plane");
  out.wkt = wkt_of(context, crs.get());
  if (out.wkt.empty()) throw no_crs(text, "it cannot be written as WKT2:2019");
  out.geographic = type == PJ_TYPE_GEOGRAPHIC_2D_CRS || type == PJ_TYPE_GEOGRAPHIC_3D_CRS;
  const double factor = axis_factor(context, facts);
  if (out.geographic && std::abs(factor / radians_per_degree - 1) > 1e-9) throw no_crs(text, "its angles are not in degrees");
  if (!out.geographic) out.metres_per_unit = factor;
  fill_ellipsoid(context, facts, out);
  if (!out.geographic) out.equator = equator_of_cylinder(context, facts);
  return out;
}

std::optional<Crs> ProjCrsReader::epsg(int code) {
  const std::lock_guard lock(mutex_);
  if (const auto found = codes_.find(code); found != codes_.end()) return found->second;
  const PjPtr crs(proj_create_from_database(context(), "EPSG", std::to_string(code).c_str(), PJ_CATEGORY_CRS, 0, nullptr));
  const bool in_force = crs && proj_is_deprecated(crs.get()) == 0;
  return codes_[code] = in_force ? std::optional(parse("EPSG:" + std::to_string(code))) : std::nullopt;
}

Crs ProjCrsReader::read_cf(const std::vector<Attribute>& attributes) {
  const std::string text = crs_text_of_cf(attributes);
  return text.empty() ? Crs{} : read(text);
}

std::vector<CrsReader::Attribute> ProjCrsReader::cf_attributes(const Crs& crs) {
  const std::lock_guard lock(mutex_);
  if (!crs.known()) return {};
  PJ_CONTEXT* const context = this->context();
  PjPtr object(proj_create(context, crs.wkt.c_str()));
  if (object && proj_get_type(object.get()) == PJ_TYPE_BOUND_CRS) object.reset(proj_get_source_crs(context, object.get()));
  if (!object) return {};
  return cf_grid_mapping(context, object.get(), crs);
}

std::shared_ptr<const CrsOperation> ProjCrsReader::operation(const Crs& from, const Crs& to, std::span<const MapPoint> area) {
  return find_operation(from, to, area);
}

}  // namespace terroir
