#include "pipeline/cf/curvilinear.h"

#include "pipeline/error.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace terroir {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
/// Every rank holds all positions: 24 bytes of each while they are read.
constexpr Index most_cells = Index{1} << 24;

/// Whether a variable is one number for each cell; `turned` when columns come first.
bool lies_on(const CfVariable& helper, const std::string& y, const std::string& x, Index cells, bool& turned) {
  Index count = 1;
  for (const Index size : helper.shape) count *= size;
  if (!helper.type || helper.dimensions.size() < 2 || count != cells) return false;
  const auto& names = helper.dimensions;
  const auto row = std::find(names.begin(), names.end(), y), col = std::find(names.begin(), names.end(), x);
  turned = col < row;
  return row != names.end() && col != names.end();
}

/// Numbers of a coordinate in degrees; NaN where there is no place.
std::vector<double> degrees(CfFile& file, const CfVariable& v, double most) {
  std::vector<double> values = file.numbers(v);
  const double scale = v.number("scale_factor").value_or(1), offset = v.number("add_offset").value_or(0);
  const bool radians = v.text("units").starts_with("rad");
  const auto fill = v.number("_FillValue"), missing = v.number("missing_value");
  const auto is = [&](double value, const std::optional<double>& nodata) { return nodata && value == *nodata * scale + offset; };
  for (double& value : values) {
    const double angle = radians ? value * 180 / std::numbers::pi : value;
    value = is(value, fill) || is(value, missing) || !(std::abs(angle) <= most) ? nan : angle;
  }
  return values;
}

constexpr double most_latitude = 90 + 1e-6, most_longitude = 720;

/// The place of a cell in numbers that are stored by row, or by column.
std::size_t place(const CurvilinearCoordinates& coordinates, Shape shape, Index r, Index c) {
  return static_cast<std::size_t>(coordinates.turned ? c * shape.rows + r : r * shape.cols + c);
}

}  // namespace

std::optional<CurvilinearCoordinates> find_curvilinear(const CfFile& file, const CfVariable& variable, std::size_t y, std::size_t x) {
  CurvilinearCoordinates found;
  const auto look_at = [&](const CfVariable& helper) {
    bool turned = false;
    const Index cells = variable.shape[y] * variable.shape[x];
    if (&helper == &variable || !lies_on(helper, variable.dimensions[y], variable.dimensions[x], cells, turned)) return;
    if (is_latitude(helper) && found.latitude == nullptr) found.latitude = &helper, found.turned = turned;
    if (is_longitude(helper) && found.longitude == nullptr) found.longitude = &helper;
  };
  for (const CfVariable* helper : named_by(file, variable, "coordinates")) look_at(*helper);
  if (found.latitude == nullptr || found.longitude == nullptr)
    for (const CfVariable& helper : file.variables()) look_at(helper);
  if (found.latitude == nullptr || found.longitude == nullptr || found.latitude->dimensions != found.longitude->dimensions)
    return std::nullopt;
  return found;
}

std::optional<RectilinearAxes> read_rectilinear(CfFile& file, const CurvilinearCoordinates& coordinates, Shape shape) {
  const auto same_along = [&](const CfVariable& v, double most, bool rows) -> std::optional<std::vector<double>> {
    const std::vector<double> values = degrees(file, v, most);
    std::vector<double> first;
    for (Index i = 0; i < (rows ? shape.rows : shape.cols); ++i)
      first.push_back(values[place(coordinates, shape, rows ? i : 0, rows ? 0 : i)]);
    for (Index r = 0; r < shape.rows; ++r)
      for (Index c = 0; c < shape.cols; ++c)
        if (!(values[place(coordinates, shape, r, c)] == first[static_cast<std::size_t>(rows ? r : c)])) return std::nullopt;
    return first;
  };
  if (shape.area() > most_cells) return std::nullopt;
  auto latitudes = same_along(*coordinates.latitude, most_latitude, true);
  if (!latitudes) return std::nullopt;
  auto longitudes = same_along(*coordinates.longitude, most_longitude, false);
  if (!longitudes) return std::nullopt;
  for (std::size_t i = 1; i < longitudes->size(); ++i) (*longitudes)[i] = next_to((*longitudes)[i - 1], (*longitudes)[i]);
  return RectilinearAxes{std::move(*latitudes), std::move(*longitudes)};
}

std::shared_ptr<const Cells> read_curvilinear(CfFile& file, const CurvilinearCoordinates& coordinates, Shape shape, Crs crs, bool south_up,
                                              bool mirrored) {
  if (shape.area() > most_cells)
    throw Error(Fault::mistake, file.path() + ": its grid is curvilinear (position by the two-dimensional '" + coordinates.latitude->name +
                                    "') and has " + std::to_string(shape.area()) + " cells, more than the " + std::to_string(most_cells) +
                                    " whose positions are kept in memory; cut out a part first: ncks -d " +
                                    coordinates.latitude->dimensions.front() + ",FIRST,LAST IN OUT");
  std::vector<MapPoint> centres(static_cast<std::size_t>(shape.area()));
  const auto fill = [&](const CfVariable& v, double most, double MapPoint::*axis) {
    const std::vector<double> values = degrees(file, v, most);
    for (Index r = 0; r < shape.rows; ++r)
      for (Index c = 0; c < shape.cols; ++c) {
        const Index row = south_up ? shape.rows - 1 - r : r, col = mirrored ? shape.cols - 1 - c : c;
        centres[static_cast<std::size_t>(r * shape.cols + c)].*axis = values[place(coordinates, shape, row, col)];
      }
  };
  fill(*coordinates.longitude, most_longitude, &MapPoint::x);
  fill(*coordinates.latitude, most_latitude, &MapPoint::y);
  auto cells = curvilinear_cells(std::move(crs), shape, std::move(centres));
  if (std::find(cells->placed.begin(), cells->placed.end(), true) == cells->placed.end())
    throw Error(Fault::mistake, file.path() + ": its two-dimensional '" + coordinates.latitude->name + "' and '" +
                                    coordinates.longitude->name + "' hold no place in degrees; correct the file's coordinates");
  return cells;
}

}  // namespace terroir
