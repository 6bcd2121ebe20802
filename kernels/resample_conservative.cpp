#include "kernels/clones.h"
#include "kernels/math.h"
#include "kernels/source_areas.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>

namespace terroir {
namespace {

/// Source columns whose sums over rows are made at once, and destination columns that share them.
constexpr Index widest = 2048, segment = 512;
/// A share of a pixel's area that is rounding.
constexpr double nothing = 1e-9;

/// Four rows of the source over the same columns, and their weights.
struct FourRows {
  const float* row[4];
  double weight[4];
};

/// Adds weight * value to the sum of each column; a missing value makes it NaN.
TERROIR_INLINE void add_four_body(const FourRows& rows, Index n, double* sums) {
  const float *a = rows.row[0], *b = rows.row[1], *c = rows.row[2], *d = rows.row[3];
  const double wa = rows.weight[0], wb = rows.weight[1], wc = rows.weight[2], wd = rows.weight[3];
#pragma GCC ivdep
  for (Index i = 0; i < n; ++i)
    sums[i] = sums[i] + wa * static_cast<double>(a[i]) + wb * static_cast<double>(b[i]) + wc * static_cast<double>(c[i]) +
              wd * static_cast<double>(d[i]);
}
TERROIR_CLONES(add_four, (const FourRows& rows, Index n, double* sums), (rows, n, sums))

TERROIR_INLINE void add_one_body(const float* row, double weight, Index n, double* sums) {
#pragma GCC ivdep
  for (Index i = 0; i < n; ++i) sums[i] += weight * static_cast<double>(row[i]);
}
TERROIR_CLONES(add_one, (const float* row, double weight, Index n, double* sums), (row, weight, n, sums))

/// Adds a row to the sums of weight * value and weight over valid pixels.
TERROIR_INLINE void add_valid_body(const float* row, double weight, Index n, double* sums, double* weights) {
#pragma GCC ivdep
  for (Index i = 0; i < n; ++i) {
    const double v = static_cast<double>(row[i]);
    sums[i] += row[i] == row[i] ? weight * v : 0.0;
    weights[i] += row[i] == row[i] ? weight : 0.0;
  }
}
TERROIR_CLONES(add_valid, (const float* row, double weight, Index n, double* sums, double* weights), (row, weight, n, sums, weights))

/// Likewise of weight * value^2.
TERROIR_INLINE void add_squares_body(const float* row, double weight, Index n, double* sums, double* weights) {
#pragma GCC ivdep
  for (Index i = 0; i < n; ++i) {
    const double v = static_cast<double>(row[i]);
    sums[i] += row[i] == row[i] ? weight * (v * v) : 0.0;
    weights[i] += row[i] == row[i] ? weight : 0.0;
  }
}
TERROIR_CLONES(add_squares, (const float* row, double weight, Index n, double* sums, double* weights), (row, weight, n, sums, weights))

/// What a destination pixel covers of the source along one direction: source pixels [first, last), the outer ones in part.
struct Extent {
  double begin = 0, end = 0;
  Index first = 0, last = 0;
  double first_share = 1, last_share = 1;

  [[nodiscard]] double share(Index pixel) const noexcept { return pixel == first ? first_share : pixel == last - 1 ? last_share : 1; }
  [[nodiscard]] bool cut_like(const Extent& o) const noexcept {
    return last - first == o.last - o.first && first_share == o.first_share && last_share == o.last_share;
  }
};

Extent extent_of(Index pixel, double scale, double offset) noexcept {
  // Edges that meet but for rounding meet.
  const auto edge = [&](Index at) {
    const double position = offset + scale * static_cast<double>(at), whole = std::floor(position + 0.5);
    return std::abs(position - whole) < 1e-9 * std::max(1.0, std::abs(whole)) ? whole : position;
  };
  const double a = edge(pixel), b = edge(pixel + 1);
  Extent e{std::min(a, b), std::max(a, b)};
  e.first = static_cast<Index>(std::floor(e.begin)), e.last = static_cast<Index>(std::ceil(e.end));
  e.first_share = std::min(e.end, static_cast<double>(e.first + 1)) - e.begin;
  e.last_share = e.end - std::max(e.begin, static_cast<double>(e.last - 1));
  return e;
}

/// The weight of a source pixel is the product of one for its row and one for its column, so values are summed down the rows first,
/// then along the columns: in the order of the source's pixels, wherever a block starts.
class Conservative {
 public:
  Conservative(AreaResult result, double min_valid, const Args& args) noexcept
      : rule_{result, min_valid, nothing}, args_(args), map_(args.map), in_(args.in[0]) {}

  void run() noexcept {
    for (begin_ = 0; begin_ < args_.out[0].cols(); begin_ += segment) {
      count_ = std::min(segment, args_.out[0].cols() - begin_);
      for (Index c = 0; c < count_; ++c) cols_[c] = extent_of(map_.destination.col + begin_ + c, map_.col_scale, map_.col_offset);
      low_ = std::min(cols_[0].first, cols_[count_ - 1].first);
      high_ = std::max(cols_[0].last, cols_[count_ - 1].last);
      Index held = 0;
      visit_held_columns(map_, in_.cols(), low_, high_, [&](Index, Index, Index n) { held += n; });
      covered_ = held == high_ - low_;
      for (Index r = 0; r < args_.out[0].rows(); ++r) run_row(r);
    }
  }

 private:
  /// Height of a belt of the sphere between two row positions, of a radius of 1; rows in a plane.
  [[nodiscard]] double belt(double from, double to) const noexcept {
    if (map_.latitude_step == 0) return std::abs(to - from);
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

  /// Of the pixels of a source row: the height of what the extent covers of them, or the share that this is.
  [[nodiscard]] double row_weight(const Extent& e, Index row) const noexcept {
    const double top = row_edge(row), bottom = row_edge(row + 1);
    const double low = std::max(e.begin, top), high = std::min(e.end, bottom);
    if (!(high > low)) return 0;
    return rule_.shares() ? belt(low, high) / belt(top, bottom) : belt(low, high);
  }

  /// Source rows of the block that an extent touches.
  [[nodiscard]] std::pair<Index, Index> rows_of(const Extent& e) const noexcept {
    const Index first = map_.source.row, last = map_.source.row_end();
    if (map_.row_edges.empty()) return {std::max(e.first, first), std::min(e.last, last)};
    const auto begin = map_.row_edges.begin(), end = map_.row_edges.end();
    const auto after = std::upper_bound(begin, end, e.begin), beyond = std::lower_bound(after, end, e.end);
    return {std::max<Index>(after - begin - 1, first), std::min<Index>(beyond - begin, last)};
  }

  void run_row(Index r) noexcept {
    rows_ = extent_of(map_.destination.row + r, map_.row_scale, map_.row_offset);
    std::tie(first_, last_) = rows_of(rows_);
    const double height = height_of(rows_);
    bool gaps = !covered_ || first_ >= last_ || rule_.squares();
    if (!gaps) weigh_whole();
    for (Index t = 0; t < args_.out[0].times(); ++t) {
      // Where values were missing before, some are likely to be missing again.
      gaps = gaps || !add_whole(t);
      if (gaps) add_valid_ones(t);
      const double* weights = gaps ? weight_ : whole_;
      float* out = args_.out[0].row(t, r) + begin_;
      for (Index c = 0; c < count_; ++c) out[c] = rule_.pixel(sum_[c], weights[c], height * (cols_[c].end - cols_[c].begin));
    }
  }

  /// Of a destination row, as source rows have it: where shares count, what there is of them.
  [[nodiscard]] double height_of(const Extent& e) const noexcept {
    if (!rule_.shares()) return belt(e.begin, e.end);
    double height = 0;
    for (Index row = first_; row < last_; ++row) height += row_weight(e, row);
    return height;
  }

  /// Weights of the segment's pixels where no value is missing.
  void weigh_whole() noexcept {
    double down = 0;
    for (Index row = first_; row < last_; ++row) down += row_weight(rows_, row);
    for (Index c = 0; c < count_; ++c) {
      if (c > 0 && cols_[c].cut_like(cols_[c - 1])) {
        whole_[c] = whole_[c - 1];
        continue;
      }
      whole_[c] = 0;
      for (Index col = cols_[c].first; col < cols_[c].last; ++col) whole_[c] += cols_[c].share(col) * down;
    }
  }

  /// Sums all values; false where one is missing.
  bool add_whole(Index t) noexcept {
    std::fill_n(sum_, count_, 0.0);
    for (Index low = low_; low < high_; low += widest) {
      const Index high = std::min(high_, low + widest);
      std::fill_n(sums_, high - low, 0.0);
      visit_held_columns(map_, in_.cols(), low, high, [&](Index at, Index to, Index n) {
        const auto values = [&](Index row) { return in_.row(t, row - map_.source.row) + at; };
        Index row = first_;
        for (; row + 4 <= last_; row += 4) {
          FourRows four{};
          for (Index i = 0; i < 4; ++i) four.row[i] = values(row + i), four.weight[i] = row_weight(rows_, row + i);
          add_four(four, n, sums_ + to);
        }
        for (; row < last_; ++row) add_one(values(row), row_weight(rows_, row), n, sums_ + to);
      });
      add_along(sums_, low, high, sum_);
    }
    bool valid = true;
    for (Index c = 0; c < count_; ++c) valid = valid && sum_[c] == sum_[c];
    return valid;
  }

  /// Sums the values that are there, and their weights.
  void add_valid_ones(Index t) noexcept {
    std::fill_n(sum_, count_, 0.0), std::fill_n(weight_, count_, 0.0);
    for (Index low = low_; low < high_; low += widest) {
      const Index high = std::min(high_, low + widest);
      std::fill_n(sums_, high - low, 0.0), std::fill_n(weights_, high - low, 0.0);
      visit_held_columns(map_, in_.cols(), low, high, [&](Index at, Index to, Index n) {
        const auto add = rule_.squares() ? add_squares : add_valid;
        for (Index row = first_; row < last_; ++row)
          add(in_.row(t, row - map_.source.row) + at, row_weight(rows_, row), n, sums_ + to, weights_ + to);
      });
      add_along(sums_, low, high, sum_);
      add_along(weights_, low, high, weight_);
    }
  }

  /// Adds what the source columns [low, high) hold to the destination pixels that they are part of.
  void add_along(const double* columns, Index low, Index high, double* sums) const noexcept {
    for (Index c = 0; c < count_; ++c) {
      const Extent& e = cols_[c];
      const Index begin = std::max(e.first, low), end = std::min(e.last, high);
      if (begin >= end) continue;
      double sum = sums[c] + e.share(begin) * columns[begin - low];
      for (Index col = begin + 1; col < end - 1; ++col) sum += columns[col - low];  // whole ones
      if (end - begin > 1) sum += e.share(end - 1) * columns[end - 1 - low];
      sums[c] = sum;
    }
  }

  const AreaRule rule_;
  const Args& args_;
  const GridMap& map_;
  const Block<const float>& in_;
  // A segment of the destination's columns, and the source columns [low_, high_) that it covers.
  Index begin_ = 0, count_ = 0, low_ = 0, high_ = 0;
  bool covered_ = false;
  Extent cols_[segment];
  double sum_[segment], weight_[segment], whole_[segment];
  // A row of the destination, and the source rows [first_, last_) of the block that it covers.
  Extent rows_;
  Index first_ = 0, last_ = 0;
  double sums_[widest], weights_[widest];
};

}  // namespace

void resample_conservative(AreaResult result, double min_valid, const Args& args) noexcept { Conservative(result, min_valid, args).run(); }

}  // namespace terroir
