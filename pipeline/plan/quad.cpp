#include "pipeline/plan/quad.h"

#include "tiling/angle.h"
#include "tiling/cells.h"

#include <algorithm>
#include <cmath>

namespace terroir {
namespace {

constexpr double polar = 80;  // degrees from which a corner is near a pole

/// Solves p0 + (p1 - p0) u + (p2 - p0) v + (p3 - p2 - p1 + p0) u v = 0 by Newton's method.
std::optional<PixelPoint> solve(const std::array<MapPoint, 4>& p, double slack) noexcept {
  constexpr int most_steps = 20;
  const MapPoint b{p[1].x - p[0].x, p[1].y - p[0].y}, c{p[2].x - p[0].x, p[2].y - p[0].y};
  const MapPoint d{p[3].x - p[2].x - b.x, p[3].y - p[2].y - b.y};
  double u = 0.5, v = 0.5;
  for (int step = 0; step < most_steps; ++step) {
    const double x = p[0].x + b.x * u + c.x * v + d.x * u * v, y = p[0].y + b.y * u + c.y * v + d.y * u * v;
    const double xu = b.x + d.x * v, xv = c.x + d.x * u, yu = b.y + d.y * v, yv = c.y + d.y * u;
    const double area = xu * yv - xv * yu;
    if (area == 0) return std::nullopt;
    const double du = (x * yv - xv * y) / area, dv = (xu * y - x * yu) / area;
    u -= du, v -= dv;
    if (!(std::abs(u) < 4) || !(std::abs(v) < 4)) return std::nullopt;
    if (std::abs(du) + std::abs(dv) > 1e-12) continue;
    const auto inside = [&](double share) { return share >= -slack && share <= 1 + slack; };
    return inside(u) && inside(v) ? std::optional(PixelPoint{v, u}) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

Quad::Quad(const std::array<MapPoint, 4>& corners) noexcept : corners_(corners) {
  for (const MapPoint& p : corners) {
    whole_ = whole_ && p.x == p.x && p.y == p.y;
    if (std::abs(p.y) > polar) pole_ = p.y > 0 ? 1 : -1;
  }
}

MapPoint Quad::in_plane(const MapPoint& point) const noexcept {
  const double away = 90 - pole_ * point.y;
  return {away * std::cos(point.x * radians_per_degree), away * std::sin(point.x * radians_per_degree)};
}

/// The corners as seen from a point.
std::array<MapPoint, 4> Quad::around(const MapPoint& point) const noexcept {
  std::array<MapPoint, 4> seen = corners_;
  const MapPoint centre = pole_ == 0 ? point : in_plane(point);
  for (MapPoint& p : seen) {
    const MapPoint place = pole_ == 0 ? MapPoint{next_to(point.x, p.x), p.y} : in_plane(p);
    p = {place.x - centre.x, place.y - centre.y};
  }
  return seen;
}

std::optional<PixelPoint> Quad::find(const MapPoint& point, double slack) const noexcept {
  const auto seen = around(point);
  const auto [left, right] = std::minmax({seen[0].x, seen[1].x, seen[2].x, seen[3].x});
  const auto [low, high] = std::minmax({seen[0].y, seen[1].y, seen[2].y, seen[3].y});
  const double more = slack * (right - left + high - low);
  if (left > more || right < -more || low > more || high < -more) return std::nullopt;
  if (pole_ == 0 && right - left > 180) return std::nullopt;  // on the other side of the globe
  return solve(seen, slack);
}

MapPoint Quad::at(double down, double across) const noexcept {
  const auto blend = [&](double a, double b, double c, double d) {
    return (a * (1 - across) + b * across) * (1 - down) + (c * (1 - across) + d * across) * down;
  };
  const auto& [a, b, c, d] = corners_;
  if (pole_ == 0) return {blend(a.x, next_to(a.x, b.x), next_to(a.x, c.x), next_to(a.x, d.x)), blend(a.y, b.y, c.y, d.y)};
  const MapPoint p = in_plane(a), q = in_plane(b), r = in_plane(c), s = in_plane(d);
  const double x = blend(p.x, q.x, r.x, s.x), y = blend(p.y, q.y, r.y, s.y);
  return {std::atan2(y, x) / radians_per_degree, pole_ * (90 - std::hypot(x, y))};
}

}  // namespace terroir
