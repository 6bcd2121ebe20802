#include "pipeline/cf/spacing.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace terroir {
namespace {

/// How far a coordinate may lie from its place.
double slack_of(std::span<const double> centres, double precision) {
  return 2 * precision * std::max(std::abs(centres.front()), std::abs(centres.back()));
}

bool fits(std::span<const double> centres, double first, double step, double slack) {
  for (std::size_t i = 0; i < centres.size(); ++i)
    if (!(std::abs(centres[i] - (first + static_cast<double>(i) * step)) <= slack)) return false;
  return true;
}

double round_to(double value, double unit) { return std::round(value / unit) * unit; }

/// Candidates near a measured step, the shortest first.
std::vector<double> short_steps(double step) {
  std::vector<double> steps;
  const double size = std::abs(step);
  for (const double parts : {1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0})
    if (const double count = std::round(parts / size); count >= 1) steps.push_back(parts / count);
  double unit = std::pow(10, std::floor(std::log10(size)));
  for (int digits = 1; digits <= 9; ++digits, unit /= 10) steps.push_back(std::round(size / unit) / std::round(1 / unit));
  std::erase_if(steps, [&](double s) { return !(s > 0) || !std::isfinite(s) || std::abs(s / size - 1) > 1e-4; });
  if (size >= 1)
    for (double whole = 1; whole <= 1e6; whole *= 10) steps.push_back(round_to(size * whole, 1) / whole);
  for (double& s : steps) s = std::copysign(s, step);
  return steps;
}

}  // namespace

std::optional<Spacing> regular_spacing(std::span<const double> centres, double precision) {
  if (centres.size() < 2) return std::nullopt;
  const auto last = static_cast<double>(centres.size() - 1);
  double step = (centres.back() - centres.front()) / last, first = centres.front();
  if (!std::isfinite(step) || step == 0) return std::nullopt;
  const double slack = slack_of(centres, precision);
  if (!fits(centres, first, step, slack + std::abs(step) * 1e-3)) return std::nullopt;
  const double half = std::abs(step) / 2;
  for (const double candidate : short_steps(step)) {
    // The edge of a grid is most often a multiple of half its step.
    const double edge = round_to(first - candidate / 2, std::abs(candidate) / 2);
    const double snapped = std::abs(edge - (first - candidate / 2)) <= slack + half * 1e-9 ? edge + candidate / 2 : first;
    if (!fits(centres, snapped, candidate, slack + half * 1e-9)) continue;
    return Spacing{snapped == first ? first - candidate / 2 : edge, candidate};
  }
  return Spacing{first - step / 2, step};
}

std::optional<Spacing> spacing_by_bounds(std::span<const double> centres, std::span<const double> bounds, double precision) {
  if (bounds.size() != centres.size() * 2 || centres.empty()) return std::nullopt;
  std::vector<double> middles;
  for (std::size_t i = 0; i < centres.size(); ++i) middles.push_back((bounds[2 * i] + bounds[2 * i + 1]) / 2);
  const double width = std::abs(bounds[1] - bounds[0]);
  if (centres.size() == 1) {
    const double step = bounds[1] - bounds[0];
    return step != 0 && std::isfinite(step) ? std::optional(Spacing{bounds[0], step}) : std::nullopt;
  }
  std::size_t off = 0;
  for (std::size_t i = 0; i < centres.size(); ++i)
    off += std::abs(middles[i] - centres[i]) > width * 1e-2 + slack_of(centres, precision) ? 1 : 0;
  return off > 2 ? regular_spacing(middles, precision) : std::nullopt;
}

}  // namespace terroir
