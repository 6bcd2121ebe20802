#include "pipeline/cf/place_grid.h"

#include "pipeline/cf/axis_cells.h"
#include "pipeline/cf/curvilinear.h"
#include "pipeline/error.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <locale>
#include <sstream>

namespace terroir {
namespace {

/// One axis of the grid, before it is known which way it runs.
struct GridAxis {
  Spacing spacing;
  bool index = false;              ///< the file has no coordinates here, or plain numbers of pixels
  std::optional<AxisCells> cells;  ///< of an uneven one
  std::size_t count = 0;

  [[nodiscard]] AxisCells as_cells() const { return cells ? *cells : even_cells(spacing, count); }
};

double precision_of(const CfVariable& v) {
  return v.type == SampleType::float32 ? std::ldexp(1.0, -24) : v.type == SampleType::float64 ? std::ldexp(1.0, -53) : 0;
}

/// Numbers of pixels instead of positions: 0, 1, 2... of no unit.
bool plain_index(const CfVariable& v, const std::vector<double>& values) {
  if (!v.text("units").empty() && v.text("units") != "1") return false;
  if (!v.text("standard_name").empty() || values.empty() || (values[0] != 0 && values[0] != 1)) return false;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (values[i] != values[0] + static_cast<double>(i)) return false;
  return true;
}

/// Longitudes that jump from 180 to -180 (or from 360 to 0) go on instead.
void unwrap(std::vector<double>& values) {
  for (std::size_t i = 1; i < values.size(); ++i) {
    const double jump = values[i] - values[i - 1];
    if (std::abs(jump) > 180) values[i] -= 360 * std::round(jump / 360);
  }
}

/// "crs: x y" names crs as well as "crs" does.
CfVariable without_colons(CfVariable v) {
  for (auto& attribute : v.attributes)
    if (attribute.name == "grid_mapping") std::erase(attribute.text, ':');
  return v;
}

/// Factor from a coordinate's unit to that of the CRS' axes.
double unit_factor(const CfAxis& axis, const Crs& crs) {
  if (!crs.known() || crs.geographic || axis.coordinate == nullptr) return 1;
  const std::string unit = axis.coordinate->text("units");
  const bool km = unit == "km" || unit == "kilometer" || unit == "kilometre" || unit == "kilometers" || unit == "kilometres";
  const bool m = unit == "m" || unit == "meter" || unit == "metre" || unit == "meters" || unit == "metres";
  return km ? 1000 / crs.metres_per_unit : m ? 1 / crs.metres_per_unit : 1;
}

class GridPlacer {
 public:
  GridPlacer(CfFile& file, const CfVariable& variable, const CfAxis& y, const CfAxis& x, CrsReader& crs)
      : file_(file), variable_(variable), y_(y), x_(x), crs_(crs) {}

  PlacedGrid place() {
    GridAxis across = grid_axis(x_), down = grid_axis(y_);
    const Crs crs = across.index || down.index ? Crs{} : crs_of_axes();
    if (!crs.known() && place_by_cells(across, down)) return std::move(out_);
    if (across.index || down.index) {
      out_.grid = Grid({}, Affine{}, shape_);
      return std::move(out_);
    }
    for (auto [axis, own] : {std::pair{&across, &x_}, {&down, &y_}}) scale(*axis, unit_factor(*own, crs));
    if (across.cells || down.cells)
      place_uneven(across, down, crs);
    else
      place_even(across, down, crs);
    return std::move(out_);
  }

 private:
  [[noreturn]] void refuse(const std::string& why, const std::string& remedy) const {
    throw Error(Fault::mistake, file_.path() + ": variable '" + variable_.name + "': " + why + "; " + remedy);
  }

  [[nodiscard]] GridAxis grid_axis(const CfAxis& axis) const {
    if (axis.coordinate == nullptr) return {{}, true, {}, 0};
    const CfVariable& v = *axis.coordinate;
    std::vector<double> values = file_.numbers(v);
    if (plain_index(v, values)) return {{}, true, {}, 0};
    if (is_longitude(v)) unwrap(values);
    std::vector<double> edges;
    const auto bounds = named_by(file_, v, "bounds");
    if (!bounds.empty() && bounds[0]->type) edges = file_.numbers(*bounds[0]);
    return axis_of(v, values, edges);
  }

  [[nodiscard]] GridAxis axis_of(const CfVariable& v, const std::vector<double>& values, const std::vector<double>& edges) const {
    const double precision = precision_of(v);
    const std::size_t count = values.size();
    if (const auto found = spacing_by_bounds(values, edges, precision)) return {*found, false, {}, count};
    if (count == 1) return {{values[0], 0}, false, {}, count};
    if (const auto spacing = regular_spacing(values, precision)) return {*spacing, false, {}, count};
    auto cells = uneven_cells(values, edges, is_latitude(v));
    if (!cells)
      refuse("its coordinate '" + v.name + "' neither ascends nor descends, or is missing in places", "correct the file's coordinates");
    if (is_longitude(v)) meet_around(*cells);
    return {{}, false, std::move(cells), count};
  }

  [[nodiscard]] Crs crs_of_axes() const {
    for (const CfVariable* mapping : named_by(file_, without_colons(variable_), "grid_mapping")) {
      try {
        const Crs crs = crs_.read_cf(mapping->attributes);
        if (crs.known()) return crs;
      } catch (const Error& error) {
        throw error.during(file_.path() + ": grid mapping '" + mapping->name + "'");
      }
    }
    const bool geographic = is_longitude(*x_.coordinate) && is_latitude(*y_.coordinate);
    return geographic ? crs_.read("EPSG:4326") : Crs{};
  }

  /// The height and width of a cell by the transform that GDAL and rioxarray note in a grid mapping; 0 without one.
  [[nodiscard]] std::array<double, 2> noted_cell() const {
    for (const CfVariable* mapping : named_by(file_, without_colons(variable_), "grid_mapping")) {
      std::istringstream words(mapping->text("GeoTransform"));
      words.imbue(std::locale::classic());
      std::array<double, 6> t{};
      for (double& number : t) words >> number;
      if (words) return {std::abs(t[5]), std::abs(t[1])};
    }
    return {};
  }

  static void scale(GridAxis& axis, double factor) {
    axis.spacing.edge *= factor, axis.spacing.step *= factor;
    if (!axis.cells) return;
    for (double& value : axis.cells->centres) value *= factor;
    for (double& value : axis.cells->edges) value *= factor;
  }

  /// By the longitude and latitude of each cell, where the file has them. Whoever knows the CRS of the axes may give it.
  bool place_by_cells(const GridAxis& across, const GridAxis& down) {
    const auto found = find_curvilinear(file_, variable_, y_.place, x_.place);
    if (!found || shape_.rows < 2 || shape_.cols < 2) return false;
    if (const auto plain = read_rectilinear(file_, *found, shape_)) {
      GridAxis lat = axis_of(*found->latitude, plain->latitudes, {}), lon = axis_of(*found->longitude, plain->longitudes, {});
      if (lat.cells || lon.cells)
        place_uneven(lon, lat, crs_.read("EPSG:4326"));
      else
        place_even(lon, lat, crs_.read("EPSG:4326"));
      return true;
    }
    const bool axes = !across.index && !down.index && !across.cells && !down.cells && across.spacing.step != 0 && down.spacing.step != 0;
    if (axes) place_even(across, down, {});
    auto cells = read_curvilinear(file_, *found, shape_, crs_.read("EPSG:4326"), out_.south_up, out_.mirrored);
    out_.grid = Grid({}, axes ? out_.grid.affine() : Affine{}, shape_, std::move(cells));
    return true;
  }

  void place_uneven(const GridAxis& across, const GridAxis& down, const Crs& crs) {
    if ((!across.cells && across.spacing.step == 0) || (!down.cells && down.spacing.step == 0))
      refuse("it is a single row or column of uneven cells", "give its coordinates bounds");
    AxisCells rows = down.as_cells(), cols = across.as_cells();
    out_.south_up = rows.edges.back() > rows.edges.front();
    out_.mirrored = cols.edges.back() < cols.edges.front();
    if (out_.south_up) rows = reversed(std::move(rows));
    if (out_.mirrored) cols = reversed(std::move(cols));
    out_.grid = Grid({}, Affine{}, shape_, rectilinear_cells(crs, std::move(rows), std::move(cols)));
  }

  void place_even(GridAxis across, GridAxis down, const Crs& crs) {
    // A single row or column without bounds is as wide as its transform says, else as the other axis' cells.
    const auto [height, width] = noted_cell();
    const auto widen = [](Spacing& axis, double step) {
      if (axis.step == 0) axis.step = step, axis.edge -= step / 2;
    };
    widen(across.spacing, width), widen(down.spacing, -height);
    if (across.spacing.step == 0 && down.spacing.step == 0)
      refuse("it is a single pixel without bounds, so the size of its cell is not known", "give its coordinates bounds");
    widen(across.spacing, std::abs(down.spacing.step)), widen(down.spacing, -std::abs(across.spacing.step));
    out_.south_up = down.spacing.step > 0;
    out_.mirrored = across.spacing.step < 0;
    Affine affine{across.spacing.edge, across.spacing.step, down.spacing.edge, down.spacing.step};
    if (out_.south_up) affine.y0 += static_cast<double>(shape_.rows) * affine.dy, affine.dy = -affine.dy;
    if (out_.mirrored) affine.x0 += static_cast<double>(shape_.cols) * affine.dx, affine.dx = -affine.dx;
    out_.grid = Grid(crs, affine, shape_);
  }

  CfFile& file_;
  const CfVariable& variable_;
  const CfAxis &y_, &x_;
  CrsReader& crs_;
  Shape shape_{variable_.shape[y_.place], variable_.shape[x_.place]};
  PlacedGrid out_;
};

}  // namespace

PlacedGrid place_grid(CfFile& file, const CfVariable& variable, const CfAxis& y, const CfAxis& x, CrsReader& crs) {
  return GridPlacer(file, variable, y, x, crs).place();
}

}  // namespace terroir
