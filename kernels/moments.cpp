#include "kernels/moments.h"

#include "kernels/clones.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace terroir {
namespace {

using State = std::span<double, moments::size>;
using ConstState = std::span<const double, moments::size>;

/// Pixels are summed in this many lanes: column modulo lanes. The lanes are joined in order at the end.
constexpr Index lanes = 128;
constexpr double infinity = std::numeric_limits<double>::infinity();

struct Lanes {
  double count[lanes], sum[lanes], min[lanes], max[lanes];
};

/// First pass over at most `lanes` pixels of a row.
TERROIR_INLINE void add_pixels_body(const float* row, Index n, Lanes& to) {
  double x[lanes];
  // Infinite pixels, whose difference from themselves is NaN, are taken for missing ones.
  for (Index i = 0; i < n; ++i) {
    const float v = row[i];
    x[i] = static_cast<double>(v - v == 0.0F ? v : std::numeric_limits<float>::quiet_NaN());
  }
  for (Index i = 0; i < n; ++i) {
    to.count[i] += x[i] == x[i] ? 1.0 : 0.0;
    to.sum[i] += x[i] == x[i] ? x[i] : 0.0;
    to.min[i] = x[i] < to.min[i] ? x[i] : to.min[i];
    to.max[i] = x[i] > to.max[i] ? x[i] : to.max[i];
  }
}
TERROIR_CLONES(add_pixels, (const float* row, Index n, Lanes& to), (row, n, to))

/// Second pass: squared deviations.
TERROIR_INLINE void add_squares_body(const float* row, Index n, double mean, double* to) {
  double d[lanes];
  for (Index i = 0; i < n; ++i) d[i] = static_cast<double>(row[i]) - mean;
  for (Index i = 0; i < n; ++i) to[i] += d[i] - d[i] == 0.0 ? d[i] * d[i] : 0.0;
}
TERROIR_CLONES(add_squares, (const float* row, Index n, double mean, double* to), (row, n, mean, to))

template <class F>
void for_segments(const Block<const float>& block, F visit) {
  for (Index r = 0; r < block.rows(); ++r)
    for (Index c = 0; c < block.cols(); c += lanes) visit(block.row(0, r) + c, std::min(lanes, block.cols() - c));
}

void observe_one_time(const Block<const float>& block, State state) noexcept {
  Lanes sums;
  for (Index i = 0; i < lanes; ++i) {
    sums.count[i] = sums.sum[i] = 0;
    sums.min[i] = infinity;
    sums.max[i] = -infinity;
  }
  for_segments(block, [&](const float* row, Index n) { add_pixels(row, n, sums); });
  clear_moments(state);
  double total = 0;
  for (Index i = 0; i < lanes; ++i) {
    state[moments::count] += sums.count[i];
    total += sums.sum[i];
    state[moments::min] = std::min(state[moments::min], sums.min[i]);
    state[moments::max] = std::max(state[moments::max], sums.max[i]);
  }
  if (state[moments::count] == 0) return;
  state[moments::mean] = total / state[moments::count];
  double squares[lanes] = {};
  for_segments(block, [&](const float* row, Index n) { add_squares(row, n, state[moments::mean], squares); });
  for (const double s : squares) state[moments::m2] += s;
}

}  // namespace

void clear_moments(State state) noexcept {
  state[moments::count] = state[moments::mean] = state[moments::m2] = 0;
  state[moments::min] = infinity;
  state[moments::max] = -infinity;
}

void observe_moments(const Block<const float>& block, State state) noexcept {
  clear_moments(state);
  double one[moments::size];
  for (Index t = 0; t < block.times(); ++t) {
    observe_one_time(block.at_time(t), one);
    merge_moments(state, one);
  }
}

void merge_moments(State into, ConstState next) noexcept {
  if (next[moments::count] == 0) return;
  if (into[moments::count] == 0) {
    std::copy(next.begin(), next.end(), into.begin());
    return;
  }
  const double na = into[moments::count], nb = next[moments::count], share = nb / (na + nb);
  const double difference = next[moments::mean] - into[moments::mean];
  into[moments::count] = na + nb;
  into[moments::mean] += difference * share;
  into[moments::m2] = (into[moments::m2] + next[moments::m2]) + difference * difference * (na * share);
  into[moments::min] = std::min(into[moments::min], next[moments::min]);
  into[moments::max] = std::max(into[moments::max], next[moments::max]);
}

double standard_deviation(ConstState state, double ddof) noexcept {
  const double freedom = state[moments::count] - ddof;
  return freedom > 0 ? std::sqrt(state[moments::m2] / freedom) : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace terroir
