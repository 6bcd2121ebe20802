#include "pipeline/cf/axis_cells.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace terroir {
namespace {

/// Whether numbers go one way, each a step from the one before; `sign` says which way.
bool goes(std::span<const double> values, double sign) {
  for (std::size_t i = 1; i < values.size(); ++i)
    if (!((values[i] - values[i - 1]) * sign > 0)) return false;
  return std::isfinite(values.front()) && std::isfinite(values.back());
}

/// The edges that bounds tell, when each cell ends where the next one begins and holds its centre.
std::optional<std::vector<double>> edges_of(std::span<const double> centres, std::span<const double> bounds, double sign) {
  const std::size_t n = centres.size();
  if (bounds.size() != 2 * n) return std::nullopt;
  // Within a cell bounds may stand in either order.
  const auto first = [&](std::size_t i) { return sign * std::min(sign * bounds[2 * i], sign * bounds[2 * i + 1]); };
  const auto last = [&](std::size_t i) { return sign * std::max(sign * bounds[2 * i], sign * bounds[2 * i + 1]); };
  std::vector<double> edges = {first(0)};
  for (std::size_t i = 0; i < n; ++i) {
    if (i > 0 && !(std::abs(first(i) - edges.back()) <= 1e-3 * std::abs(last(i) - first(i)))) return std::nullopt;
    if (!((centres[i] - first(i)) * sign >= 0) || !((last(i) - centres[i]) * sign >= 0)) return std::nullopt;
    edges.push_back(last(i));
  }
  return goes(edges, sign) ? std::optional(edges) : std::nullopt;
}

std::vector<double> middles(std::span<const double> centres) {
  const std::size_t n = centres.size();
  std::vector<double> edges = {centres[0] - (centres[1] - centres[0]) / 2};
  for (std::size_t i = 1; i < n; ++i) edges.push_back((centres[i - 1] + centres[i]) / 2);
  edges.push_back(centres[n - 1] + (centres[n - 1] - centres[n - 2]) / 2);
  return edges;
}

void end_at_poles(AxisCells& latitudes) {
  const auto end = [](double& edge, double centre, double next) {
    const double pole = std::copysign(90, edge);
    if (std::abs(edge) > 90 || std::abs(pole - centre) < std::abs(centre - next)) edge = pole;
  };
  const auto& centres = latitudes.centres;
  end(latitudes.edges.front(), centres.front(), centres[1]);
  end(latitudes.edges.back(), centres.back(), centres[centres.size() - 2]);
}

}  // namespace

std::optional<AxisCells> uneven_cells(std::span<const double> centres, std::span<const double> bounds, bool latitudes) {
  if (centres.size() < 2) return std::nullopt;
  const double sign = centres[1] > centres[0] ? 1 : -1;
  if (!goes(centres, sign)) return std::nullopt;
  AxisCells cells{{centres.begin(), centres.end()}, {}, false};
  if (const auto told = edges_of(centres, bounds, sign)) {
    cells.edges = *told;
    return cells;
  }
  cells.edges = middles(centres);
  if (latitudes) end_at_poles(cells);
  return cells;
}

AxisCells even_cells(const Spacing& spacing, std::size_t count) {
  AxisCells cells;
  for (std::size_t i = 0; i < count; ++i) {
    cells.edges.push_back(spacing.edge + static_cast<double>(i) * spacing.step);
    cells.centres.push_back(spacing.edge + (static_cast<double>(i) + 0.5) * spacing.step);
  }
  cells.edges.push_back(spacing.edge + static_cast<double>(count) * spacing.step);
  return cells;
}

std::vector<double> gaussian_latitudes(Index rows) {
  constexpr double pi = std::numbers::pi;
  const auto n = static_cast<double>(rows);
  std::vector<double> latitudes(static_cast<std::size_t>(rows));
  for (Index i = 0; i < rows / 2; ++i) {
    double sine = std::cos(pi * (static_cast<double>(i) + 0.75) / (n + 0.5));
    for (int step = 0; step < 50; ++step) {  // Newton's method
      double last = 1, value = sine;
      for (double k = 2; k <= n; ++k) {
        const double next = ((2 * k - 1) * sine * value - (k - 1) * last) / k;
        last = value, value = next;
      }
      const double change = value * (1 - sine * sine) / (n * (last - sine * value));
      sine -= change;
      if (std::abs(change) < 1e-15) break;
    }
    const double latitude = std::asin(sine) * 180 / pi;
    latitudes[static_cast<std::size_t>(i)] = latitude, latitudes[static_cast<std::size_t>(rows - 1 - i)] = -latitude;
  }
  return latitudes;
}

void meet_around(AxisCells& longitudes) {
  auto& edges = longitudes.edges;
  const double first = edges[1] - edges[0], last = edges.back() - edges[edges.size() - 2], gap = 360 - (edges.back() - edges.front());
  if (std::abs(gap) > (std::abs(first) + std::abs(last)) / 4) return;
  edges.front() -= std::copysign(gap / 2, first), edges.back() = edges.front() + std::copysign(360, last);
}

AxisCells reversed(AxisCells cells) {
  std::reverse(cells.centres.begin(), cells.centres.end());
  std::reverse(cells.edges.begin(), cells.edges.end());
  return cells;
}

}  // namespace terroir
