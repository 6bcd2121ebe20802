#include "pipeline/vector/carry.h"

#include "pipeline/error.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace terroir {
namespace {

constexpr double straight = 1.0 / 1024;  // pixels that a side may be off
constexpr int deepest = 24;              // halvings of a side; only a tear in a projection needs more

Error no_coordinates() {
  return {
      Fault::mistake,
      "it reaches where the grid's CRS has no coordinates, or is torn; cut the layer to the area first: ogr2ogr -clipsrc XMIN YMIN XMAX "
      "YMAX OUT.gpkg IN"};
}

MapPoint between(const MapPoint& a, const MapPoint& b, double share) { return {a.x + (b.x - a.x) * share, a.y + (b.y - a.y) * share}; }

double off(const PixelPoint& a, const PixelPoint& b, double share, const PixelPoint& p) {
  return std::max(std::abs(a.row + (b.row - a.row) * share - p.row), std::abs(a.col + (b.col - a.col) * share - p.col));
}

/// Not a number counts as far.
bool near(const PixelPoint& p) { return std::abs(p.row) < farthest_pixel / 2 && std::abs(p.col) < farthest_pixel / 2; }

}  // namespace

PixelCarrier::PixelCarrier(std::shared_ptr<const CrsOperation> operation, Grid grid, bool layer_is_geographic)
    : operation_(std::move(operation)), grid_(std::move(grid)), layer_is_geographic_(layer_is_geographic) {
  if (grid_.crs().geographic) turn_ = 360 / std::abs(grid_.affine().dx);
  reach_ = reach();
}

std::optional<PixelCarrier::Box> PixelCarrier::reach() const {
  if (!operation_) return std::nullopt;
  constexpr int samples = 64;
  const auto rows = static_cast<double>(grid_.shape().rows), cols = static_cast<double>(grid_.shape().cols);
  std::vector<MapPoint> edge;
  for (int i = 0; i < samples; ++i) edge.push_back(grid_.to_map({0, cols * i / samples}));
  for (int i = 0; i < samples; ++i) edge.push_back(grid_.to_map({rows * i / samples, cols}));
  for (int i = 0; i < samples; ++i) edge.push_back(grid_.to_map({rows, cols - cols * i / samples}));
  for (int i = 0; i <= samples; ++i) edge.push_back(grid_.to_map({rows - rows * i / samples, 0}));
  operation_->inverse(edge);
  Box box{edge[0].x, edge[0].y, edge[0].x, edge[0].y};
  for (std::size_t i = 0; i < edge.size(); ++i) {
    const MapPoint& p = edge[i];
    // A jump says that the grid goes over the date line or around a pole, where its edge does not tell what is inside.
    const bool jumps = layer_is_geographic_ && i > 0 && std::abs(p.x - edge[i - 1].x) > 90;
    if (!std::isfinite(p.x) || !std::isfinite(p.y) || jumps) return std::nullopt;
    box = {std::min(box.left, p.x), std::min(box.bottom, p.y), std::max(box.right, p.x), std::max(box.top, p.y)};
  }
  const double width = (box.right - box.left) / 8, height = (box.top - box.bottom) / 8;
  return Box{box.left - width, box.bottom - height, box.right + width, box.top + height};
}

bool PixelCarrier::meets_reach(const std::vector<MapPoint>& points) const {
  if (!reach_ || points.empty()) return !points.empty();
  const auto [left, right] = std::minmax_element(points.begin(), points.end(), [](const auto& a, const auto& b) { return a.x < b.x; });
  const auto [low, high] = std::minmax_element(points.begin(), points.end(), [](const auto& a, const auto& b) { return a.y < b.y; });
  if (low->y > reach_->top || high->y < reach_->bottom) return false;
  for (const double shift : {-360.0, 0.0, 360.0}) {
    if (shift != 0 && !layer_is_geographic_) continue;
    if (left->x + shift <= reach_->right && right->x + shift >= reach_->left) return true;
  }
  return false;
}

std::vector<PixelPoint> PixelCarrier::to_pixels(std::vector<MapPoint> points) const {
  if (operation_) operation_->forward(points);
  std::vector<PixelPoint> pixels;
  pixels.reserve(points.size());
  for (const MapPoint& p : points) pixels.push_back(grid_.to_pixel(p));
  if (!std::all_of(pixels.begin(), pixels.end(), near)) throw no_coordinates();
  return pixels;
}

bool PixelCarrier::passes_by(const PixelPoint& a, const PixelPoint& b, double margin) const {
  const auto rows = static_cast<double>(grid_.shape().rows) + margin, cols = static_cast<double>(grid_.shape().cols) + margin;
  const bool beside = std::max(a.col, b.col) < -margin || std::min(a.col, b.col) > cols;
  return std::max(a.row, b.row) < -margin || std::min(a.row, b.row) > rows || (beside && turn_ == 0);
}

void PixelCarrier::bend(const MapPoint& from, const MapPoint& to, const PixelPoint& start, const PixelPoint& end, int depth,
                        std::vector<PixelPoint>& out) const {
  if (std::max(std::abs(end.row - start.row), std::abs(end.col - start.col)) <= 1) return;
  const std::array<double, 3> shares = {0.25, 0.5, 0.75};
  std::vector<MapPoint> points;
  for (const double share : shares) points.push_back(between(from, to, share));
  const MapPoint middle = points[1];
  const std::vector<PixelPoint> carried = to_pixels(std::move(points));
  double most = 0;
  for (std::size_t i = 0; i < shares.size(); ++i) most = std::max(most, off(start, end, shares[i], carried[i]));
  if (most <= straight || passes_by(start, end, 4 * most)) return;
  if (depth == deepest) throw no_coordinates();
  bend(from, middle, start, carried[1], depth + 1, out);
  out.push_back(carried[1]);
  bend(middle, to, carried[1], end, depth + 1, out);
}

std::vector<PixelRing> PixelCarrier::carry(const std::vector<Ring>& rings) const {
  std::vector<PixelRing> carried;
  for (const Ring& ring : rings) {
    if (!meets_reach(ring.points)) continue;
    PixelRing out{to_pixels(ring.points), ring.hole};
    if (operation_) {
      std::vector<PixelPoint> bent;
      for (std::size_t i = 0; i < out.points.size(); ++i) {
        const std::size_t next = i + 1 < out.points.size() ? i + 1 : 0;
        bent.push_back(out.points[i]);
        bend(ring.points[i], ring.points[next], out.points[i], out.points[next], 0, bent);
      }
      out.points = std::move(bent);
    }
    carried.push_back(std::move(out));
  }
  return carried;
}

}  // namespace terroir
