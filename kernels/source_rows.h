#pragma once

#include <algorithm>
#include <cmath>
#include <span>

namespace terroir {

/// Where the rows of a source lie, in latitudes or on a plane: evenly from `first` on, or between `edges`, which descend; beyond these they
/// go on as the outermost ones.
struct SourceRows {
  double first = 0, step = 1;
  std::span<const double> edges = {};

  [[nodiscard]] bool descend() const noexcept { return !edges.empty() || step < 0; }

  [[nodiscard]] double coordinate(double row) const noexcept {
    if (edges.empty()) return first + step * row;
    const std::size_t i = pixel(std::floor(row));
    return edges[i] + (edges[i + 1] - edges[i]) * (row - static_cast<double>(i));
  }

  [[nodiscard]] double row_of(double coordinate) const noexcept {
    if (edges.empty()) return (coordinate - first) / step;
    const auto below = std::partition_point(edges.begin(), edges.end(), [&](double edge) { return edge >= coordinate; });
    const std::size_t i = pixel(static_cast<double>(below - edges.begin() - 1));
    return static_cast<double>(i) + (coordinate - edges[i]) / (edges[i + 1] - edges[i]);
  }

 private:
  [[nodiscard]] std::size_t pixel(double row) const noexcept {
    return static_cast<std::size_t>(std::clamp(row, 0.0, static_cast<double>(edges.size() - 2)));
  }
};

}  // namespace terroir
