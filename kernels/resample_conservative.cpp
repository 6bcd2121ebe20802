#include "kernels/clones.h"
#include "kernels/math.h"
#include "kernels/resample_runs.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace terroir {
namespace {

constexpr float nan = std::numeric_limits<float>::quiet_NaN();
/// Columns whose sums over rows are made at once; wider blocks are summed pixel by pixel, in the same order.
constexpr Index widest = 4096;
/// A share of a pixel's area that is rounding.
constexpr double nothing = 1e-9;

/// Adds a row to the sums of weight * value and weight over valid pixels.
TERROIR_INLINE void add_row_body(const float* row, double weight, Index n, double* sums, double* weights) {
#pragma GCC ivdep
  for (Index i = 0; i < n; ++i) {
    const double v = static_cast<double>(row[i]);
    sums[i] += row[i] == row[i] ? weight * v : 0.0;
    weights[i] += row[i] == row[i] ? weight : 0.0;
  }
}
TERROIR_CLONES(add_row, (const float* row, double weight, Index n, double* sums, double* weights), (row, weight, n, sums, weights))

/// What a destination pixel covers of the source along one direction, in source pixels.
struct Extent {
  double begin = 0, end = 0;
  [[nodiscard]] Index first() const noexcept { return static_cast<Index>(std::floor(begin)); }
  [[nodiscard]] Index last() const noexcept { return static_cast<Index>(std::ceil(end)); }
};

Extent extent_of(Index pixel, double scale, double offset) noexcept {
  // Edges that meet but for rounding meet.
  const auto edge = [&](Index at) {
    const double position = offset + scale * static_cast<double>(at), whole = std::floor(position + 0.5);
    return std::abs(position - whole) < 1e-9 * std::max(1.0, std::abs(whole)) ? whole : position;
  };
  const double a = edge(pixel), b = edge(pixel + 1);
  return {std::min(a, b), std::max(a, b)};
}

class Conservative {
 public:
  Conservative(Normalize normalize, double min_valid, const Args& args) noexcept
      : normalize_(normalize), min_valid_(min_valid), args_(args), map_(args.map), in_(args.in[0]) {}

  void run() noexcept {
    for (Index t = 0; t < args_.out[0].times(); ++t)
      for (Index r = 0; r < args_.out[0].rows(); ++r) run_row(t, r);
  }

 private:
  /// Height of a belt of the sphere between two row positions, of a radius of 1.
  [[nodiscard]] double belt(double from, double to) const noexcept {
    const auto sine = [&](double row) {
      constexpr double radian = 3.14159265358979323846 / 180;
      const double latitude = std::clamp(map_.first_latitude + map_.latitude_step * row, -90.0, 90.0);
      return math::detail::sine(math::detail::reduce(latitude * radian));
    };
    return std::abs(sine(to) - sine(from));
  }

  [[nodiscard]] double row_edge(Index row) const noexcept {
    return map_.row_edges.empty() ? static_cast<double>(row) : map_.row_edges[static_cast<std::size_t>(row)];
  }

  [[nodiscard]] double row_weight(const Extent& e, Index row) const noexcept {
    const double low = std::max(e.begin, row_edge(row)), high = std::min(e.end, row_edge(row + 1));
    return high > low ? belt(low, high) : 0;
  }

  /// Source rows of the block that an extent touches.
  [[nodiscard]] std::pair<Index, Index> rows_of(const Extent& e) const noexcept {
    const Index first = map_.source.row, last = map_.source.row_end();
    if (map_.row_edges.empty()) return {std::max(e.first(), first), std::min(e.last(), last)};
    const auto begin = map_.row_edges.begin(), end = map_.row_edges.end();
    const auto after = std::upper_bound(begin, end, e.begin), beyond = std::lower_bound(after, end, e.end);
    return {std::max<Index>(after - begin - 1, first), std::min<Index>(beyond - begin, last)};
  }

  void run_row(Index t, Index r) noexcept {
    const Extent rows = extent_of(map_.destination.row + r, map_.row_scale, map_.row_offset);
    const auto [first, last] = rows_of(rows);
    const bool together = in_.cols() <= widest;
    if (together) {
      std::fill_n(sums_, in_.cols(), 0.0), std::fill_n(weights_, in_.cols(), 0.0);
      for (Index row = first; row < last; ++row)
        add_row(in_.row(t, row - map_.source.row), row_weight(rows, row), in_.cols(), sums_, weights_);
    }
    const double height = belt(rows.begin, rows.end);
    for (Index c = 0; c < args_.out[0].cols(); ++c) {
      const Extent cols = extent_of(map_.destination.col + c, map_.col_scale, map_.col_offset);
      double sum = 0, weights = 0;
      for (Index col = cols.first(); col < cols.last(); ++col) {
        const double share = std::min(cols.end, static_cast<double>(col + 1)) - std::max(cols.begin, static_cast<double>(col));
        Index at = col - map_.source.col;
        if (map_.period > 0) at -= floor_div(at, map_.period) * map_.period;
        if (share <= 0 || at < 0 || at >= in_.cols()) continue;
        double one[2] = {0, 0};
        if (!together)
          for (Index row = first; row < last; ++row)
            add_row(in_.row(t, row - map_.source.row) + at, row_weight(rows, row), 1, one, one + 1);
        sum += share * (together ? sums_[at] : one[0]);
        weights += share * (together ? weights_[at] : one[1]);
      }
      args_.out[0](t, r, c) = finished(sum, weights, height * (cols.end - cols.begin));
    }
  }

  [[nodiscard]] float finished(double sum, double weights, double area) const noexcept {
    const double valid = weights / area;
    if (!(valid > nothing) || valid < min_valid_ - nothing) return nan;
    return static_cast<float>(sum / (normalize_ == Normalize::fracarea ? weights : area));
  }

  Normalize normalize_;
  double min_valid_;
  const Args& args_;
  const GridMap& map_;
  const Block<const float>& in_;
  double sums_[widest], weights_[widest];
};

}  // namespace

void resample_conservative(Normalize normalize, double min_valid, const Args& args) noexcept {
  Conservative(normalize, min_valid, args).run();
}

}  // namespace terroir
