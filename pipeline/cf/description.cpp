#include "pipeline/cf/description.h"

#include "kernels/value.h"
#include "pipeline/cf/packing.h"
#include "pipeline/cf/place_grid.h"
#include "pipeline/cf/time_bounds.h"
#include "pipeline/cf/time_units.h"
#include "pipeline/error.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

namespace terroir {
namespace {

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
    const PlacedGrid placed = place_grid(file_, variable_, *y, *x, crs_);
    out_.grid = placed.grid, out_.south_up = placed.south_up, out_.mirrored = placed.mirrored;
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
      const bool along = texts != nullptr && !texts->type && !texts->dimensions.empty() && texts->dimensions.front() == dimension;
      const auto found = along ? file_.texts(*texts) : std::vector<std::string>{};
      return std::cmp_equal(found.size(), size_of(axis)) ? found : std::vector<std::string>{};
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
      out_.times.bounds = read_time_bounds(file_, *time, *calendar);
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
