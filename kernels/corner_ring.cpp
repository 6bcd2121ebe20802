#include "kernels/corner_ring.h"

#include <algorithm>
#include <cmath>

namespace terroir {
namespace {

/// Positions are known to a millionth of a pixel.
constexpr double rounding = 4e-6;

double nearest_pole(double row, const Globe& globe) noexcept {
  return std::abs(row - globe.poles[0]) < std::abs(row - globe.poles[1]) ? globe.poles[0] : globe.poles[1];
}

bool on_pole(const PixelPoint& p, const Globe& globe) noexcept { return std::abs(p.row - nearest_pole(p.row, globe)) < rounding; }

}  // namespace

CornerRing ring_of(const std::array<PixelPoint, 4>& corners, const Globe& globe) noexcept {
  CornerRing ring;
  for (const PixelPoint& p : corners)
    if (!std::isfinite(p.row) || !std::isfinite(p.col)) return ring;
  if (globe.turn == 0) {
    for (const PixelPoint& p : corners) ring.add(p.row, p.col);
    return ring;
  }
  const auto first = std::find_if(corners.begin(), corners.end(), [&](const PixelPoint& p) { return !on_pole(p, globe); });
  if (first == corners.end()) return ring;
  const auto begin = static_cast<std::size_t>(first - corners.begin());
  PixelPoint here = *first;
  bool over_pole = false;
  for (std::size_t i = 1; i <= 4; ++i) {
    const PixelPoint& next = corners[(begin + i) % 4];
    if (on_pole(next, globe)) {  // any longitude is as good as another there
      over_pole = true;
      continue;
    }
    const double away = next.col - here.col, step = away - std::floor(away / globe.turn + 0.5) * globe.turn;
    ring.add(here.row, here.col);
    if (over_pole || std::abs(step) > globe.turn / 2 - rounding) {
      ring.add(nearest_pole(here.row, globe), here.col);
      ring.add(nearest_pole(here.row, globe), here.col + step);
    }
    here = {next.row, here.col + step};
    over_pole = false;
  }
  if (std::abs(here.col - first->col) > globe.turn / 2) {  // once around the pole
    ring.add(here.row, here.col);
    ring.add(nearest_pole(here.row, globe), here.col);
    ring.add(nearest_pole(here.row, globe), first->col);
  }
  return ring;
}

}  // namespace terroir
