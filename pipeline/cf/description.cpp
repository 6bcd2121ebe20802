#include "pipeline/cf/description.h"

#include "kernels/value.h"
#include "pipeline/cf/packing.h"
#include "pipeline/cf/spacing.h"
#include "pipeline/cf/time_units.h"
#include "pipeline/error.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace terroir {
namespace {

/// One axis of the grid, before it is known which way it runs.
struct GridAxis {
  Spacing spacing;
  bool index = false;  ///< the file has no coordinates here, or plain numbers of pixels
};

class Describer {
 public:
  Describer(CfFile& file, const CfVariable& variable, CrsReader& crs)
      : file_(file), variable_(variable), crs_(crs), axes_(axes_of(file, variable)) {}

  CfDescription describe(const std::optional<double>& level) {
    out_.name = variable_.name;
    out_.bands = {band_facts(variable_, file_.path())};
    out_.type = stored_type(variable_);
    out_.shape = variable_.shape;
    out_.fixed.assign(axes_.size(), 0);
    bool chosen = false;
    const CfAxis *x = nullptr, *y = nullptr;
    for (const CfAxis& axis : axes_) {
      if (axis.kind == AxisKind::x) x = &axis;
      if (axis.kind == AxisKind::y) y = &axis;
      if (axis.kind == AxisKind::time) out_.time = axis.place;
      if (axis.kind == AxisKind::vertical || axis.kind == AxisKind::other) chosen = (!take_labels(axis) && choose(axis, level)) || chosen;
    }
    if (x == nullptr || y == nullptr) refuse("it has no rows and columns", "name another variable");
    if (level && !chosen) refuse("it has no levels", "leave out select.level");
    out_.x = x->place;
    out_.y = y->place;
    place_grid(*x, *y);
    read_times();
    return std::move(out_);
  }

 private:
  [[noreturn]] void refuse(const std::string& why, const std::string& remedy) const {
    throw Error(Fault::mistake, file_.path() + ": variable '" + variable_.name + "': " + why + "; " + remedy);
  }

  [[nodiscard]] Index size_of(const CfAxis& axis) const { return variable_.shape[axis.place]; }

  /// Takes a dimension of names, such as the features of a stack, for bands. Their units and meanings stand in `NAME_units` and
  /// `NAME_long_name`. False where it has no names.
  bool take_labels(const CfAxis& axis) {
    const std::string& dimension = variable_.dimensions[axis.place];
    const auto texts_of = [&](const std::string& name) {
      const CfVariable* texts = file_.find(name);
      const bool along = texts != nullptr && !texts->type && texts->dimensions == std::vector{dimension};
      return along ? file_.texts(*texts) : std::vector<std::string>{};
    };
    const std::vector<std::string> names = out_.labels ? std::vector<std::string>{} : texts_of(dimension);
    if (names.empty()) return false;
    const std::vector<std::string> units = texts_of(dimension + "_units"), meanings = texts_of(dimension + "_long_name");
    const BandFacts all = out_.bands[0];
    out_.labels = axis.place;
    out_.bands.assign(names.size(), all);
    for (std::size_t i = 0; i < names.size(); ++i) {
      out_.bands[i].label = names[i];
      if (!units.empty()) out_.bands[i].unit = units[i];
      if (!meanings.empty()) out_.bands[i].description = meanings[i];
    }
    return true;
  }

  /// The index of a level along an axis that is neither time nor of the grid; whether `level` chose it.
  bool choose(const CfAxis& axis, const std::optional<double>& level) {
    const std::string& name = variable_.dimensions[axis.place];
    const bool is_level = axis.coordinate != nullptr && (level || size_of(axis) > 1);
    if (!is_level && size_of(axis) == 1) return false;
    if (!is_level)
      refuse("its dimension '" + name + "' (" + std::to_string(size_of(axis)) + ") is neither time nor a level with coordinates",
             "cut out one part first, as by ncks -d " + name + ",0 IN OUT");
    const std::vector<double> values = file_.numbers(*axis.coordinate);
    if (level)
      for (std::size_t i = 0; i < values.size(); ++i)
        if (std::abs(values[i] - *level) <= 1e-6 * std::abs(*level)) return out_.fixed[axis.place] = static_cast<Index>(i), true;
    std::vector<std::string> known;
    for (std::size_t i = 0; i < std::min<std::size_t>(values.size(), 40); ++i) known.push_back(number_text(values[i]));
    const std::string unit = axis.coordinate->text("units");
    refuse((level ? "it has no level " + number_text(*level) : "it has several levels") + " along '" + name + "'" +
               (unit.empty() ? "" : " (" + unit + ")"),
           "give select: {level: NUMBER}, one of " + list_words(known));
  }

  [[nodiscard]] static double precision_of(const CfVariable& v) {
    return v.type == SampleType::float32 ? std::ldexp(1.0, -24) : v.type == SampleType::float64 ? std::ldexp(1.0, -53) : 0;
  }

  /// Numbers of pixels instead of positions: 0, 1, 2... of no unit.
  [[nodiscard]] static bool plain_index(const CfVariable& v, const std::vector<double>& values) {
    if (!v.text("units").empty() && v.text("units") != "1") return false;
    if (!v.text("standard_name").empty() || values.empty() || (values[0] != 0 && values[0] != 1)) return false;
    for (std::size_t i = 0; i < values.size(); ++i)
      if (values[i] != values[0] + static_cast<double>(i)) return false;
    return true;
  }

  [[nodiscard]] GridAxis grid_axis(const CfAxis& axis) const {
    if (axis.coordinate == nullptr) return {{}, true};
    const CfVariable& v = *axis.coordinate;
    std::vector<double> values = file_.numbers(v);
    if (plain_index(v, values)) return {{}, true};
    if (is_longitude(v)) unwrap(values);
    const double precision = precision_of(v);
    const auto bounds = named_by(file_, v, "bounds");
    if (!bounds.empty() && bounds[0]->type) {
      std::vector<double> edges = file_.numbers(*bounds[0]);
      if (const auto found = spacing_by_bounds(values, edges, precision)) return {*found, false};
    }
    if (values.size() == 1) return {{values[0], 0}, false};
    const auto spacing = regular_spacing(values, precision);
    if (!spacing)
      refuse("its coordinate '" + v.name + "' is not regular, as on a Gaussian grid", "regrid it first: cdo remapbil,GRID IN OUT");
    return {*spacing, false};
  }

  /// Longitudes that jump from 180 to -180 (or from 360 to 0) go on instead.
  static void unwrap(std::vector<double>& values) {
    for (std::size_t i = 1; i < values.size(); ++i) {
      const double jump = values[i] - values[i - 1];
      if (std::abs(jump) > 180) values[i] -= 360 * std::round(jump / 360);
    }
  }

  void refuse_curvilinear(const CfAxis& x, const CfAxis& y) const {
    for (const CfVariable* helper : named_by(file_, variable_, "coordinates")) {
      const bool both = std::count(helper->dimensions.begin(), helper->dimensions.end(), variable_.dimensions[x.place]) > 0 &&
                        std::count(helper->dimensions.begin(), helper->dimensions.end(), variable_.dimensions[y.place]) > 0;
      if (both && (is_latitude(*helper) || is_longitude(*helper)))
        refuse("its grid is curvilinear (position by the two-dimensional '" + helper->name + "')",
               "bring it onto a regular grid first: cdo remapbil,GRID IN OUT");
    }
  }

  [[nodiscard]] Crs crs_of(const CfAxis& x, const CfAxis& y) const {
    for (const CfVariable* mapping : named_by(file_, without_colons(variable_), "grid_mapping")) {
      try {
        const Crs crs = crs_.read_cf(mapping->attributes);
        if (crs.known()) return crs;
      } catch (const Error& error) {
        throw error.during(file_.path() + ": grid mapping '" + mapping->name + "'");
      }
    }
    const bool geographic = x.coordinate != nullptr && y.coordinate != nullptr && is_longitude(*x.coordinate) && is_latitude(*y.coordinate);
    return geographic ? crs_.read("EPSG:4326") : Crs{};
  }

  /// "crs: x y" names crs as well as "crs" does.
  [[nodiscard]] static CfVariable without_colons(CfVariable v) {
    for (auto& attribute : v.attributes)
      if (attribute.name == "grid_mapping") std::erase(attribute.text, ':');
    return v;
  }

  /// Factor from a coordinate's unit to that of the CRS' axes.
  [[nodiscard]] static double unit_factor(const CfAxis& axis, const Crs& crs) {
    if (!crs.known() || crs.geographic || axis.coordinate == nullptr) return 1;
    const std::string unit = axis.coordinate->text("units");
    const bool km = unit == "km" || unit == "kilometer" || unit == "kilometre" || unit == "kilometers" || unit == "kilometres";
    const bool m = unit == "m" || unit == "meter" || unit == "metre" || unit == "meters" || unit == "metres";
    return km ? 1000 / crs.metres_per_unit : m ? 1 / crs.metres_per_unit : 1;
  }

  void place_grid(const CfAxis& x, const CfAxis& y) {
    GridAxis across = grid_axis(x), down = grid_axis(y);
    const Shape shape{size_of(y), size_of(x)};
    if (across.index || down.index) {
      refuse_curvilinear(x, y);
      out_.grid = Grid({}, Affine{}, shape);
      return;
    }
    const Crs crs = crs_of(x, y);
    for (auto [axis, own] : {std::pair{&across, &x}, {&down, &y}}) {
      axis->spacing.edge *= unit_factor(*own, crs);
      axis->spacing.step *= unit_factor(*own, crs);
    }
    // A single row or column without bounds is as wide as the other axis' cells.
    if (across.spacing.step == 0 && down.spacing.step == 0)
      refuse("it is a single pixel without bounds, so the size of its cell is not known", "give its coordinates bounds");
    if (across.spacing.step == 0) across.spacing.step = std::abs(down.spacing.step), across.spacing.edge -= across.spacing.step / 2;
    if (down.spacing.step == 0) down.spacing.step = -std::abs(across.spacing.step), down.spacing.edge -= down.spacing.step / 2;
    out_.south_up = down.spacing.step > 0;
    out_.mirrored = across.spacing.step < 0;
    Affine affine{across.spacing.edge, across.spacing.step, down.spacing.edge, down.spacing.step};
    if (out_.south_up) affine.y0 += static_cast<double>(shape.rows) * affine.dy, affine.dy = -affine.dy;
    if (out_.mirrored) affine.x0 += static_cast<double>(shape.cols) * affine.dx, affine.dx = -affine.dx;
    out_.grid = Grid(crs, affine, shape);
  }

  /// The coordinate of time: of the dimension, or a scalar that `coordinates` names.
  [[nodiscard]] const CfVariable* time_coordinate() const {
    for (const CfAxis& axis : axes_)
      if (axis.kind == AxisKind::time) return axis.coordinate;
    for (const CfVariable* helper : named_by(file_, variable_, "coordinates")) {
      Index count = 1;
      for (const Index size : helper->shape) count *= size;
      if (helper->type && count == 1 && is_time_units(helper->text("units"))) return helper;
    }
    return nullptr;
  }

  void read_times() {
    const CfVariable* time = time_coordinate();
    const Index steps = out_.time ? variable_.shape[*out_.time] : 1;
    if (time == nullptr || time->text("units").empty()) {
      if (steps > 1) refuse("its time has no coordinate with units", "add one, as 'days since 1850-01-01'");
      return;
    }
    try {
      const auto calendar = calendar_of(time->text("calendar"));
      if (!calendar)
        throw Error(Fault::mistake, "the calendar '" + time->text("calendar") +
                                        "' is not known; use standard, proleptic_gregorian, julian, 365_day, 366_day or 360_day");
      out_.times.calendar = *calendar;
      out_.times.seconds = to_seconds(file_.numbers(*time), parse_time_units(time->text("units"), *calendar));
    } catch (const Error& error) {
      throw error.during(file_.path() + ": " + time->name);
    }
    std::set<std::int64_t> seen;
    for (const std::int64_t second : out_.times.seconds)
      if (!seen.insert(second).second)
        refuse("the time " + to_text(from_seconds(second, out_.times.calendar)) + " stands twice in it", "remove one of the steps");
  }

  CfFile& file_;
  const CfVariable& variable_;
  CrsReader& crs_;
  std::vector<CfAxis> axes_;
  CfDescription out_;
};

}  // namespace

CfDescription describe(CfFile& file, const SourcePart& part, CrsReader& crs) {
  const std::vector<std::string> known = data_variables(file);
  if (known.empty()) throw Error(Fault::mistake, file.path() + ": it has no variable on rows and columns; name another file");
  if (part.variable.empty() && known.size() > 1)
    throw Error(Fault::mistake, file.path() + ": it has several variables; give variable: " + list_words(known));
  const CfVariable* variable = file.find(part.variable.empty() ? known.front() : part.variable);
  if (variable == nullptr)
    throw Error(Fault::mistake, file.path() + ": it has no variable '" + part.variable + "'; use " + list_words(known));
  if (!variable->type)
    throw Error(Fault::mistake, file.path() + ": variable '" + part.variable + "' holds no numbers; use " + list_words(known));
  return Describer(file, *variable, crs).describe(part.level);
}

}  // namespace terroir
