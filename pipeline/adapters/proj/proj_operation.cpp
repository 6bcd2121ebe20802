#include "pipeline/adapters/proj/proj_operation.h"

#include "pipeline/adapters/proj/proj_handles.h"
#include "pipeline/error.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <utility>

namespace terroir {
namespace {

PjContextPtr quiet_context() {
  PjContextPtr context(proj_context_create());
  proj_log_level(context.get(), PJ_LOG_NONE);
  proj_context_set_enable_network(context.get(), 0);
  return context;
}

/// An operation with the context that it lives in; one thread at a time uses it.
class ProjOperation final : public CrsOperation {
 public:
  ProjOperation(PjContextPtr context, PjPtr operation) : context_(std::move(context)), operation_(std::move(operation)) {
    const char* name = proj_get_name(operation_.get());
    name_ = name == nullptr ? "unnamed" : name;
    // PROJ tells that it turned axes, which a raster's rows and columns do not have.
    for (std::size_t at; (at = name_.find(" + axis order change (2D)")) != std::string::npos;) name_.erase(at, 25);
    if (const std::string lead = "axis order change (2D) + "; name_.starts_with(lead)) name_.erase(0, lead.size());
    accuracy_ = proj_coordoperation_get_accuracy(context_.get(), operation_.get());
  }
  [[nodiscard]] const std::string& name() const noexcept override { return name_; }
  [[nodiscard]] double accuracy() const noexcept override { return accuracy_; }
  void forward(std::span<MapPoint> points) const override { carry(points, PJ_FWD); }
  void inverse(std::span<MapPoint> points) const override { carry(points, PJ_INV); }

 private:
  void carry(std::span<MapPoint> points, PJ_DIRECTION direction) const {
    if (points.empty()) return;
    const std::lock_guard lock(mutex_);
    proj_trans_generic(operation_.get(), direction, &points[0].x, sizeof(MapPoint), points.size(), &points[0].y, sizeof(MapPoint),
                       points.size(), nullptr, 0, 0, nullptr, 0, 0);
    proj_errno_reset(operation_.get());
    constexpr double nowhere = std::numeric_limits<double>::quiet_NaN();
    for (MapPoint& p : points)
      if (!std::isfinite(p.x) || !std::isfinite(p.y)) p = {nowhere, nowhere};
  }

  PjContextPtr context_;
  PjPtr operation_;
  std::string name_;
  double accuracy_ = -1;
  mutable std::mutex mutex_;
};

std::string text_of(const Crs& crs, const PJ* object) {
  const char* name = proj_get_name(object);
  return !crs.authority.empty() ? crs.authority : name == nullptr ? "a CRS without name" : std::string(name);
}

/// Operations from one system to another, best first.
PjListPtr candidates(PJ_CONTEXT* context, const PJ* from, const PJ* to, const double* area) {
  const PjFactoryPtr factory(proj_create_operation_factory_context(context, nullptr));
  proj_operation_factory_context_set_allow_ballpark_transformations(context, factory.get(), 0);
  proj_operation_factory_context_set_spatial_criterion(context, factory.get(), PROJ_SPATIAL_CRITERION_PARTIAL_INTERSECTION);
  proj_operation_factory_context_set_grid_availability_use(context, factory.get(),
                                                           PROJ_GRID_AVAILABILITY_DISCARD_OPERATION_IF_MISSING_GRID);
  if (area != nullptr) proj_operation_factory_context_set_area_of_interest(context, factory.get(), area[0], area[1], area[2], area[3]);
  return PjListPtr(proj_create_operations(context, from, to, factory.get()));
}

PjPtr first_sound(PJ_CONTEXT* context, const PJ_OBJ_LIST* list) {
  for (int i = 0; list != nullptr && i < proj_list_get_count(list); ++i) {
    const PjPtr operation(proj_list_get(context, list, i));
    if (proj_coordoperation_has_ballpark_transformation(context, operation.get()) != 0) continue;
    PjPtr turned(proj_normalize_for_visualization(context, operation.get()));
    if (turned && proj_coordoperation_is_instantiable(context, turned.get()) != 0) return turned;
  }
  return nullptr;
}

/// West, south, east and north of points in degrees; false where they cannot be told.
bool area_of(PJ_CONTEXT* context, const PJ* from, std::span<const MapPoint> points, double (&area)[4]) {
  const PjPtr geographic(proj_crs_get_geodetic_crs(context, from));
  if (!geographic || points.empty()) return false;
  const PjPtr operation = first_sound(context, candidates(context, from, geographic.get(), nullptr).get());
  if (!operation) return false;
  std::fill_n(area, 2, std::numeric_limits<double>::infinity());
  std::fill_n(area + 2, 2, -std::numeric_limits<double>::infinity());
  for (const MapPoint& p : points) {
    const PJ_COORD at = proj_trans(operation.get(), PJ_FWD, proj_coord(p.x, p.y, 0, 0));
    if (!std::isfinite(at.xy.x) || std::abs(at.xy.x) > 180 || !(std::abs(at.xy.y) <= 90)) return false;
    area[0] = std::min(area[0], at.xy.x), area[1] = std::min(area[1], at.xy.y);
    area[2] = std::max(area[2], at.xy.x), area[3] = std::max(area[3], at.xy.y);
  }
  return true;
}

}  // namespace

std::shared_ptr<const CrsOperation> find_operation(const Crs& from, const Crs& to, std::span<const MapPoint> area) {
  PjContextPtr context = quiet_context();
  const PjPtr a(proj_create(context.get(), from.wkt.c_str())), b(proj_create(context.get(), to.wkt.c_str()));
  if (!a || !b) throw Error(Fault::mistake, "PROJ does not know the CRS; name it by an EPSG code");
  double box[4];
  const bool placed = area_of(context.get(), a.get(), area, box);
  PjPtr found = first_sound(context.get(), candidates(context.get(), a.get(), b.get(), placed ? box : nullptr).get());
  if (!found)
    throw Error(Fault::mistake, "PROJ knows no exact way from " + text_of(from, a.get()) + " to " + text_of(to, b.get()) +
                                    ", only one without their datum shift or none; install the shift grids (package proj-data), or "
                                    "reproject the file with a stated operation");
  return std::make_shared<ProjOperation>(std::move(context), std::move(found));
}

}  // namespace terroir
