#include "pipeline/vector/burn.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace terroir {
namespace {

/// Signed areas of one polygon in the pixels of a window, as font rasterisers accumulate them: each piece of an edge adds what lies right
/// of it, in its own pixel by `area` and in all pixels behind by `height`. Unsigned, so that too many turns of a hostile ring wrap.
class AreaSums {
 public:
  explicit AreaSums(const Window& window) : window_(window), sums_(static_cast<std::size_t>(window.rows * (window.cols + 1))) {}

  void add(const Edge& edge) {
    if (edge.y0 == edge.y1) return;
    cut_by_rows(edge, window_.row, window_.row_end(), [&](Index row, Fixed x0, Fixed y0, Fixed x1, Fixed y1) {
      // From left to right; heights keep the sign of the edge's direction.
      if (x0 <= x1)
        add_part(row, {x0, y0, x1, y1}, 1);
      else
        add_part(row, {x1, y1, x0, y0}, -1);
    });
  }

  /// Adds the share of each pixel that lies inside to `shares`, whose rows are `stride` apart.
  void add_shares(double* shares, Index stride) const {
    for (Index r = 0; r < window_.rows; ++r) {
      const Sum* sums = row(window_.row + r);
      std::uint64_t height = sums[0].height;
      for (Index c = 0; c < window_.cols; ++c) {
        const Sum& sum = sums[c + 1];
        shares[r * stride + c] += share_of(static_cast<std::int64_t>(sum.area + 2 * fixed_one * height));
        height += sum.height;
      }
    }
  }

 private:
  /// `area` in halves of a pixel times 2^48, `height` in pixels times 2^24. The first of a row stands for all left of the window.
  struct Sum {
    std::uint64_t area = 0, height = 0;
  };

  [[nodiscard]] const Sum* row(Index row) const { return sums_.data() + (row - window_.row) * (window_.cols + 1); }
  [[nodiscard]] Sum* row(Index row) { return sums_.data() + (row - window_.row) * (window_.cols + 1); }

  /// How often rings go round a pixel's points, on average, is 0 outside and 1 inside. Holes that run into each other, or shells that
  /// overlap, count by the even-odd rule.
  static double share_of(std::int64_t doubled) {
    const double turns = static_cast<double>(doubled) / (2.0 * static_cast<double>(fixed_one) * static_cast<double>(fixed_one));
    return std::abs(turns - 2 * std::floor(turns / 2 + 0.5));
  }

  /// Where a part of an edge within one row crosses a column.
  static Fixed height_at(const Edge& part, Fixed x) {
    const double share = static_cast<double>(x - part.x0) / static_cast<double>(part.x1 - part.x0);
    return part.y0 + static_cast<Fixed>(std::floor(static_cast<double>(part.y1 - part.y0) * share + 0.5));
  }

  void add_part(Index row_number, const Edge& part, Fixed sign) {
    Sum* const sums = row(row_number);
    const Fixed left = window_.col * fixed_one, right = window_.col_end() * fixed_one;
    if (part.x0 >= right) return;
    const auto height = [sign](Fixed from, Fixed to) { return static_cast<std::uint64_t>(sign * (to - from)); };
    if (part.x1 <= left) {
      sums[0].height += height(part.y0, part.y1);
      return;
    }
    Fixed x = part.x0, y = part.y0;
    if (x < left) {
      y = height_at(part, left);
      sums[0].height += height(part.y0, y);
      x = left;
    }
    do {
      const Index col = pixel_of(x);
      const Fixed end = std::min(part.x1, (col + 1) * fixed_one), bottom = end == part.x1 ? part.y1 : height_at(part, end);
      Sum& sum = sums[col - window_.col + 1];
      sum.height += height(y, bottom);
      sum.area += height(y, bottom) * static_cast<std::uint64_t>(2 * fixed_one - (x - col * fixed_one) - (end - col * fixed_one));
      x = end, y = bottom;
    } while (x < part.x1 && x < right);
  }

  Window window_;
  std::vector<Sum> sums_;
};

}  // namespace

void burn_coverage(const EdgeTable::Band& band, const BurnTarget& target) {
  const Window& w = target.window;
  std::vector<double> shares(static_cast<std::size_t>(w.shape().area()));
  for (const auto& run : band.runs) {
    const Window part = intersect(w, run.box);
    if (part.empty()) continue;
    AreaSums sums(part);
    for (std::size_t i = run.first; i < run.first + run.count; ++i) sums.add(band.edges[i]);
    sums.add_shares(shares.data() + (part.row - w.row) * w.cols + (part.col - w.col), w.cols);
  }
  for (Index r = 0; r < w.rows; ++r)
    std::transform(shares.data() + r * w.cols, shares.data() + (r + 1) * w.cols, target.row(w.row + r),
                   [](double share) { return static_cast<float>(std::min(share, 1.0)); });
}

}  // namespace terroir
