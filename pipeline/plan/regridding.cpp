#include "pipeline/plan/regridding.h"

#include "pipeline/error.h"
#include "tiling/cells.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <vector>

namespace terroir {
namespace {

/// Columns in any turn of a globe.
constexpr Index any_distance = Index{1} << 40;

/// Least and greatest x of a window of a grid.
std::pair<double, double> span(const Grid& grid, const Window& window) {
  const double a = grid.affine().x0 + static_cast<double>(window.col) * grid.affine().dx;
  const double b = grid.affine().x0 + static_cast<double>(window.col_end()) * grid.affine().dx;
  return {std::min(a, b), std::max(a, b)};
}

/// A destination pixel beside the source's begin, and its offset, without the last bits, in which cut destinations differ.
std::pair<Index, double> settled(double scale, double offset) {
  // In a source pixel: far below the 1e-9 within which edges meet; above what rounding leaves of coordinates in degrees, and mostly of
  // those of 30 m in millions, but not of finer ones. A coarser step would show in pixels of which a sliver is valid.
  constexpr double steps = 0x1p32;
  constexpr double between = 0.382;  // no simple fraction, at which rounding would choose the pixel
  const double first = std::floor(-offset / scale + between);
  return {static_cast<Index>(first), std::round(std::fma(scale, first, offset) * steps) / steps};
}

/// First pixel whose place `within` it (0.5: its centre; 1: all but its end) reaches a source edge.
Index first_pixel(double edge, double scale, double offset, double within) {
  return static_cast<Index>(std::ceil((edge - offset) / scale - within - 1e-9));
}

}  // namespace

bool Regridding::warps() const {
  if (source_.crs() != target_.crs()) return true;
  if (!source_.crs().geographic) return false;
  if (goes_around(source_, extent_)) return true;
  const auto [from, from_end] = span(source_, extent_);
  const auto [to, to_end] = span(target_, target_.window());
  const auto meets = [&](double turn) { return from + turn < to_end && from_end + turn > to; };
  return meets(360) || meets(-360);
}

const Crs& Regridding::source_crs() const noexcept { return source_.cells() ? source_.cells()->crs : source_.crs(); }

bool Regridding::changes_crs() const { return source_crs() != target_.crs(); }

bool Regridding::by_areas(Areas areas) const {
  if (areas == Areas::needed) return check_areas(), true;
  const Cells* uneven = source_.cells().get();
  if (areas == Areas::unused || (changes_crs() ? areas != Areas::where_known : !uneven)) return false;
  if (uneven && (uneven->curvilinear() || !uneven->cols.even)) return false;
  return changes_crs() || find_map().has_value();
}

void Regridding::check_areas() const {
  if (source_.cells() && source_.cells()->curvilinear())
    throw Error(Fault::mistake,
                "conservative resampling needs rows and columns of latitudes and longitudes, and it is on a curvilinear grid; "
                "use bilinear or nearest");
  if (source_.cells() && !source_.cells()->cols.even)
    throw Error(Fault::mistake, "conservative resampling needs columns of one width, and its longitudes are uneven; use average");
}

LatticeMap Regridding::map() const {
  if (auto map = find_map()) return *std::move(map);
  throw Error(Fault::mistake, "it lies on both ends of the grid, and once around the globe is no whole number of its columns; use average");
}

std::optional<LatticeMap> Regridding::find_map() const {
  const Affine &a = target_.affine(), &b = source_.affine();
  LatticeMap map =
      source_.cells() ? uneven_map() : LatticeMap{a.dy / b.dy, (a.y0 - b.y0) / b.dy, a.dx / b.dx, (a.x0 - b.x0) / b.dx, 0, b.y0, b.dy};
  if (!source_crs().geographic)
    map.first_latitude = map.latitude_step = 0;
  else if (!turn(map, a.dx / map.col_scale))
    return std::nullopt;
  std::tie(map.first_row, map.first_row_offset) = settled(map.row_scale, map.row_offset);
  std::tie(map.first_col, map.first_col_offset) = settled(map.col_scale, map.col_offset);
  return map;
}

/// Longitudes of the source counted as the target counts them; `width`: of a column, in degrees. False where that is not possible.
bool Regridding::turn(LatticeMap& map, double width) const {
  if (goes_around(source_, extent_)) map.period = extent_.cols;
  if (map.period > 0) return true;
  const auto column_edge = [&](Index col) { return (static_cast<double>(col) - map.col_offset) / map.col_scale; };
  const double begin = std::min(column_edge(extent_.col), column_edge(extent_.col_end()));
  const double end = std::max(column_edge(extent_.col), column_edge(extent_.col_end()));
  const double around = 360 / std::abs(target_.affine().dx), columns = 360 / std::abs(width);
  const auto wanted = static_cast<double>(target_.shape().cols);
  if (begin <= 0 && end >= wanted) return true;
  std::vector<double> turns;
  for (const double k : {-1.0, 0.0, 1.0})
    if (begin + k * around < wanted - 1e-6 && end + k * around > 1e-6) turns.push_back(k);
  if (turns.size() == 1) map.col_offset -= turns[0] * around * map.col_scale;
  if (turns.size() < 2) return true;
  if (std::abs(columns - std::round(columns)) > 1e-6) return false;
  map.period = static_cast<Index>(std::llround(columns));
  return true;
}

LatticeMap Regridding::uneven_map() const {
  const Affine& a = target_.affine();
  const Cells& cells = *source_.cells();
  LatticeMap map;
  map.row_scale = -a.dy, map.row_offset = -a.y0, map.latitude_step = -1;
  for (const double edge : cells.rows.edges) map.row_edges.push_back(-edge);
  const double first = cells.cols.edges.front(), width = (cells.cols.edges.back() - first) / static_cast<double>(cells.shape.cols);
  map.col_scale = a.dx / width, map.col_offset = (a.x0 - first) / width;
  return map;
}

Window Regridding::covered(bool in_part) const {
  const LatticeMap m = map();
  const double begins = in_part ? 1 - 2e-6 : 0.5, ends = in_part ? 2e-6 : 0.5;
  const double top = m.row_edges.empty() ? static_cast<double>(extent_.row) : m.row_edges.front();
  const double bottom = m.row_edges.empty() ? static_cast<double>(extent_.row_end()) : m.row_edges.back();
  const Index row = first_pixel(top, m.row_scale, m.row_offset, begins), row_end = first_pixel(bottom, m.row_scale, m.row_offset, ends);
  if (m.period > 0) return {row, -any_distance, row_end - row, 2 * any_distance};
  const Index col = first_pixel(static_cast<double>(extent_.col), m.col_scale, m.col_offset, begins);
  return {row, col, row_end - row, first_pixel(static_cast<double>(extent_.col_end()), m.col_scale, m.col_offset, ends) - col};
}

std::pair<Index, Index> LatticeMap::uneven_rows(Index row, Index row_end) const {
  const double begin = row_offset + row_scale * static_cast<double>(row), end = row_offset + row_scale * static_cast<double>(row_end);
  const auto first = std::upper_bound(row_edges.begin(), row_edges.end(), begin), last = std::lower_bound(first, row_edges.end(), end);
  const auto rows = static_cast<Index>(row_edges.size()) - 1;
  return {std::clamp<Index>(first - row_edges.begin() - 1, 0, rows), std::clamp<Index>(last - row_edges.begin(), 0, rows)};
}

}  // namespace terroir
