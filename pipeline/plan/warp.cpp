#include "pipeline/plan/warp.h"

#include "kernels/corner_ring.h"
#include "kernels/source_rows.h"
#include "kernels/warp_runs.h"
#include "tiling/cells.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace terroir {
namespace {

constexpr Index fewest_checked = 16;  // a patch without any answer is looked at this closely
constexpr Index samples = 32;         // along a side of an extent
constexpr double tolerance = 0.002;   // source pixels; the lattice that is taken is twice as fine
constexpr double of_corners = 1e-5;   // likewise of corners, of which a pixel's area is made
constexpr double compared = 1e-4;     // likewise where all positions are compared
constexpr Index beyond = 4096;        // pixels around the recipe's grid that an extent without known bounds takes
/// Positions are rounded to this part of a pixel, so that the last digits of a mathematical library do not matter.
constexpr double grain = 0x1p20;

double rounded(double position) { return std::nearbyint(position * grain) / grain; }

double columns_of_turn(const Grid& grid) { return grid.cells() ? grid.cells()->turn : grid.crs().turn() / std::abs(grid.affine().dx); }

/// Whether all positions lie where every `spacing`-th one, interpolated, has them, but for `most`.
bool follows(const ControlPatch& coarse, const ControlPatch& all, double most) {
  for (Index r = 0; r <= all.place.rows; ++r)
    for (Index c = 0; c <= all.place.cols; ++c) {
      const Index s = coarse.spacing, i = std::min(r, all.place.rows - 1) / s, j = std::min(c, all.place.cols - 1) / s;
      const PixelPoint p = position_in(coarse, i, j, r - i * s, c - j * s), &wanted = all.at(r, c);
      if (!(std::abs(p.row - wanted.row) < most && std::abs(p.col - wanted.col) < most)) return false;
    }
  return true;
}

/// Pixels from the map's origin to a grid's first one, the same for all grids of one lattice.
Index from_origin(double first, double size) { return static_cast<Index>(std::floor(first / size + 0.25)); }

}  // namespace

bool goes_around(const Grid& grid, const Window& window) noexcept {
  if (grid.cells()) return grid.cells()->around && window.cols == grid.cells()->shape.cols;
  const double width = static_cast<double>(window.cols) * std::abs(grid.affine().dx);
  const double turn = grid.crs().turn();
  return turn > 0 && std::abs(width - turn) <= 1e-6 * turn;
}

Warp::Warp(std::shared_ptr<const CrsOperation> operation, const Grid& source, const Window& extent, const Grid& destination, Points points)
    : operation_(std::move(operation)),
      source_(source),
      destination_(destination),
      corners_(points == Points::corners),
      extent_(extent),
      turn_(columns_of_turn(source)),
      periodic_(goes_around(source, extent)),
      anchor_row_(from_origin(destination.affine().y0, destination.affine().dy)),
      anchor_col_(from_origin(destination.affine().x0, destination.affine().dx)) {
  cover();
  measure_scale();
  if (corners_) find_side();
}

void Warp::to_source(std::vector<MapPoint>& points) const {
  if (operation_) operation_->inverse(points);
}

/// A lattice of points of the source's extent in the destination's CRS, row by row; false where not all of them have a place on one sheet
/// of the map: at the date line, and where the projection's world ends.
bool Warp::carry_extent() {
  const auto at = [](Index first, Index count, Index step) {
    return static_cast<double>(first) + static_cast<double>(count * step) / samples;
  };
  std::vector<MapPoint> points;
  for (Index i = 0; i <= samples; ++i)
    for (Index j = 0; j <= samples; ++j)
      points.push_back(source_.to_map({at(extent_.row, extent_.rows, i), at(extent_.col, extent_.cols, j)}));
  if (operation_) operation_->forward(points);
  constexpr double far = std::numeric_limits<double>::infinity();
  bounds_ = {far, far, -far, -far};
  bool whole = true;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const MapPoint& p = points[i];
    if (p.x != p.x) {
      whole = false;
      continue;
    }
    bounds_ = {std::min(bounds_[0], p.x), std::min(bounds_[1], p.y), std::max(bounds_[2], p.x), std::max(bounds_[3], p.y)};
    const bool turned = destination_.crs().geographic && i % (samples + 1) != 0 && std::abs(p.x - points[i - 1].x) > 180;
    whole = whole && !turned;
  }
  return whole;
}

bool Warp::holds_pole() const {
  std::vector<MapPoint> poles = {{0, 90}, {0, -90}};
  to_source(poles);
  return std::any_of(poles.begin(), poles.end(), [&](const MapPoint& p) {
    const PixelPoint at = source_.to_pixel(p);
    return at.row >= static_cast<double>(extent_.row) && at.row <= static_cast<double>(extent_.row_end()) &&
           at.col >= static_cast<double>(extent_.col) && at.col <= static_cast<double>(extent_.col_end());
  });
}

/// Brings the bounds into the turn of the destination; false when the source lies on both ends of it.
bool Warp::turn_bounds() {
  const double first = destination_.affine().x0, last = first + static_cast<double>(destination_.shape().cols) * destination_.affine().dx;
  const double turns = std::floor(((bounds_[0] + bounds_[2]) / 2 - (first + last) / 2) / 360 + 0.5);
  bounds_[0] -= 360 * turns, bounds_[2] -= 360 * turns;
  return bounds_[0] + 360 >= std::max(first, last) && bounds_[2] - 360 <= std::min(first, last);
}

/// Where a source reaches over a pole, the date line or the end of the projection's world it may lie anywhere.
void Warp::cover() {
  bool whole = carry_extent();
  if (!std::isfinite(bounds_[0])) return;
  if (destination_.crs().geographic) whole = whole && !holds_pole() && turn_bounds();
  covered_ = destination_.window().grown({beyond, beyond});
  if (!whole || periodic_) return;
  const PixelPoint a = destination_.to_pixel({bounds_[0], bounds_[3]}), b = destination_.to_pixel({bounds_[2], bounds_[1]});
  // Between the sampled points an edge may bulge.
  const auto margin = [](double span) { return std::abs(span) / samples + 2; };
  const double rows = margin(b.row - a.row), cols = margin(b.col - a.col);
  const double top = std::min(a.row, b.row) - rows, left = std::min(a.col, b.col) - cols;
  const double bottom = std::max(a.row, b.row) + rows, right = std::max(a.col, b.col) + cols;
  if (!(std::abs(top) + std::abs(left) + std::abs(bottom) + std::abs(right) < 1e15)) return;
  const Index row = static_cast<Index>(std::floor(top)), col = static_cast<Index>(std::floor(left));
  covered_ = {row, col, static_cast<Index>(std::ceil(bottom)) - row, static_cast<Index>(std::ceil(right)) - col};
}

/// How many source pixels a destination pixel takes; NaN where it has none.
double Warp::scale_at(double row, double col) const {
  std::vector<MapPoint> points = {destination_.to_map({row, col}), destination_.to_map({row, col + 1}),
                                  destination_.to_map({row + 1, col})};
  to_source(points);
  const PixelPoint a = source_.to_pixel(points[0]), b = source_.to_pixel(points[1]), c = source_.to_pixel(points[2]);
  return std::max(std::hypot(b.row - a.row, c.row - a.row), std::hypot(b.col - a.col, c.col - a.col));
}

/// In the middle of what is wanted or, of cells that may have gaps and seams, half-way among many places.
void Warp::measure_scale() {
  const Window wanted = intersect(covered_, destination_.window());
  if (wanted.empty()) return;
  const Index places = torn() ? 16 : 1;
  std::vector<double> scales;
  for (Index i = 0; i < places * places; ++i) {
    const auto part = [&](Index first, Index count, Index step) {
      return static_cast<double>(first) + static_cast<double>(count) * (static_cast<double>(step) + 0.5) / static_cast<double>(places);
    };
    const double scale = scale_at(part(wanted.row, wanted.rows, i / places), part(wanted.col, wanted.cols, i % places));
    if (scale == scale) scales.push_back(scale);
  }
  const double most = static_cast<double>(std::max(extent_.rows, extent_.cols));
  double typical = most;
  if (!scales.empty()) {
    std::nth_element(scales.begin(), scales.begin() + static_cast<std::ptrdiff_t>(scales.size() / 2), scales.end());
    typical = std::min(typical, scales[scales.size() / 2]);
  }
  largest_scale_ = std::max(8.0, 8 * typical);
}

/// By most of some places, for corners that lie beside the end of a map may be far apart.
void Warp::find_side() {
  constexpr Index places = 7;
  const Window wanted = intersect(covered_, destination_.window());
  int same = 0;
  for (Index i = 0; i < places * places; ++i) {
    const auto part = [&](Index first, Index count, Index step) {
      return static_cast<double>(first) + static_cast<double>(count) * (static_cast<double>(step) + 0.5) / static_cast<double>(places);
    };
    const double row = part(wanted.row, wanted.rows, i / places), col = part(wanted.col, wanted.cols, i % places);
    std::vector<MapPoint> points = {destination_.to_map({row, col}), destination_.to_map({row, col + 0.5}),
                                    destination_.to_map({row + 0.5, col})};
    to_source(points);
    const PixelPoint a = source_.to_pixel(points[0]), b = source_.to_pixel(points[1]), c = source_.to_pixel(points[2]);
    const double turned = (b.col - a.col) * (c.row - a.row) - (c.col - a.col) * (b.row - a.row);
    same += turned > 0 ? 1 : turned < 0 ? -1 : 0;
  }
  mirrored_ = same < 0;
}

/// Brings columns of a source in longitudes into one turn: around the middle of the extent, or, of a periodic one, next to the point before
/// it in its row (above it in the first column), so that only a pole leaves a jump.
void Warp::unwrap(std::vector<PixelPoint>& points, Index per_row) const {
  if (turn_ == 0) return;
  const double middle = static_cast<double>(extent_.col) + static_cast<double>(extent_.cols) / 2;
  const auto width = static_cast<std::size_t>(per_row);
  for (std::size_t i = 0; i < points.size(); ++i) {
    double near = middle;
    if (periodic_ && i > 0) {
      const PixelPoint& before = points[i % width == 0 ? i - width : i - 1];
      if (known(before)) near = before.col;
    }
    points[i].col -= std::floor((points[i].col - near) / turn_ + 0.5) * turn_;
  }
}

std::array<double, 2> Warp::latitudes() const noexcept {
  if (torn() || !source_.crs().geographic) return {};
  return {source_.affine().y0, source_.affine().dy};
}

/// Where the poles lie in a geographic source; beside the extent of one on a cylinder.
std::array<double, 2> Warp::pole_rows() const {
  if (!source_.cells() && !source_.crs().geographic) return poles_beyond(extent_);
  const auto [first, step] = latitudes();
  SourceRows rows{first, step};
  if (source_.cells()) rows.edges = source_.cells()->rows.edges;
  return {rows.row_of(90), rows.row_of(-90)};
}

ControlPatch Warp::without_points(const Window& place, Index spacing) const {
  ControlPatch patch{place, spacing, {}, corners_};
  if (const auto& cells = source_.cells(); cells && corners_) patch.row_edges = {cells, &cells->rows.edges};
  return patch;
}

ControlPatch Warp::nowhere(const Window& place) const {
  ControlPatch patch = without_points(place, side);
  patch.points.assign(4, PixelPoint{NAN, NAN});
  return patch;
}

ControlPatch Warp::lattice(const Window& place, Index spacing) const {
  ControlPatch patch = without_points(place, spacing);
  const double within = corners_ ? 0 : 0.5;
  std::vector<MapPoint> points;
  for (Index r = 0; r <= place.rows; r += spacing)
    for (Index c = 0; c <= place.cols; c += spacing)
      points.push_back(destination_.to_map({static_cast<double>(place.row + r) + within, static_cast<double>(place.col + c) + within}));
  to_source(points);
  patch.points.reserve(points.size());
  for (const MapPoint& p : points) patch.points.push_back(source_.to_pixel(p));
  unwrap(patch.points, patch.points_per_row());
  for (PixelPoint& p : patch.points) p = {rounded(p.row), rounded(p.col)};
  return patch;
}

/// Whether the points of the finer patch lie where the coarser one, interpolated, has them. Patches that are partly without an answer
/// never agree.
bool Warp::close(const ControlPatch& coarse, const ControlPatch& fine) const {
  const Index per_row = fine.points_per_row();
  const double most = corners_ ? of_corners : tolerance;
  for (Index r = 0; r < per_row; ++r)
    for (Index c = 0; c < per_row; ++c) {
      const Index i = r / 2, j = c / 2, i_end = i + r % 2, j_end = j + c % 2;
      const PixelPoint &a = coarse.at(i, j), &b = coarse.at(i, j_end), &d = coarse.at(i_end, j), &e = coarse.at(i_end, j_end);
      const PixelPoint& p = fine.at(r, c);
      const double row = (a.row + b.row + d.row + e.row) / 4 - p.row, col = (a.col + b.col + d.col + e.col) / 4 - p.col;
      if (!(std::abs(row) < most && std::abs(col) < most)) return false;
    }
  return true;
}

/// Points of a patch that stood further apart than a quarter of a turn could agree on a place that is a whole turn off.
Index Warp::widest_spacing() const {
  Index spacing = side;
  if (const double turn = destination_.crs().turn(); turn > 0)
    while (spacing > 2 && static_cast<double>(spacing) * std::abs(destination_.affine().dx) > turn / 4) spacing /= 2;
  return spacing;
}

ControlPatch Warp::make_patch(Place at) const {
  const Window place{at.first * side - anchor_row_, at.second * side - anchor_col_, side, side};
  if (torn()) return compared_patch(place);
  ControlPatch coarse = lattice(place, widest_spacing());
  for (;;) {
    ControlPatch fine = lattice(place, coarse.spacing / 2);
    const bool empty = std::none_of(fine.points.begin(), fine.points.end(), known);
    if (empty && fine.spacing <= fewest_checked) return nowhere(place);
    if (fine.spacing == 1 || (!empty && close(coarse, fine))) return fine;
    coarse = std::move(fine);
  }
}

/// As few control points as tell the positions of all pixels.
ControlPatch Warp::compared_patch(const Window& place) const {
  ControlPatch all = lattice(place, 1);
  if (std::none_of(all.points.begin(), all.points.end(), known)) return nowhere(place);
  for (Index spacing = side; spacing > 1; spacing /= 2) {
    ControlPatch coarse = without_points(place, spacing);
    for (Index r = 0; r <= side; r += spacing)
      for (Index c = 0; c <= side; c += spacing) coarse.points.push_back(all.at(r, c));
    if (follows(coarse, all, corners_ ? of_corners : compared)) return coarse;
  }
  return all;
}

std::shared_ptr<const ControlPatch> Warp::patch(Place place) const {
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = kept_.find(place); found != kept_.end()) {
      recent_.splice(recent_.begin(), recent_, found->second.place);
      return found->second.patch;
    }
  }
  const auto made = std::make_shared<const ControlPatch>(make_patch(place));
  const auto bytes = [](const ControlPatch& p) { return p.points.size() * sizeof(PixelPoint) + 256; };
  const std::lock_guard lock(mutex_);
  if (const auto found = kept_.find(place); found != kept_.end()) return found->second.patch;  // another thread was faster
  recent_.push_front(place);
  kept_[place] = {made, recent_.begin()};
  kept_bytes_ += bytes(*made);
  while (kept_bytes_ > budget() && recent_.size() > 1) {
    kept_bytes_ -= bytes(*kept_[recent_.back()].patch);
    kept_.erase(recent_.back());
    recent_.pop_back();
  }
  return made;
}

std::vector<Warp::Place> Warp::places(const Window& destination) const {
  std::vector<Place> found;
  const Window w = destination.shifted(anchor_row_, anchor_col_);
  for (Index r = floor_div(w.row, side); r * side < w.row_end(); ++r)
    for (Index c = floor_div(w.col, side); c * side < w.col_end(); ++c) found.emplace_back(r, c);
  return found;
}

Warp::Patches Warp::patches(const Window& destination) const {
  Patches found;
  for (const Place& place : places(destination)) found.push_back(patch(place));
  return found;
}

}  // namespace terroir
