#include "kernels/moments.h"

#include "kernels/clones.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

namespace terroir {
namespace {

using State = std::span<double, moments::size>;
using ConstState = std::span<const double, moments::size>;

/// Pixels are summed in this many lanes: column modulo lanes. The lanes are joined in order at the end.
constexpr Index lanes = 128;
constexpr double infinity = std::numeric_limits<double>::infinity();

/// So many segments are added at a time, so that the lanes are loaded and stored once for them.
constexpr Index together = 4;

struct Lanes {
  double sum[lanes];
  float min[lanes], max[lanes];
  std::int32_t count[lanes];
};

/// At most `lanes` pixels of a row each; several at a time are of one length.
using Segments = std::array<const float*, together>;

/// Neither missing nor infinite: the difference of such a pixel from itself is NaN.
TERROIR_INLINE bool is_finite(float v) { return v - v == 0.0F; }

template <Index count>
TERROIR_INLINE void add_some_pixels(const float* const* rows, Index n, Lanes& to) {
  for (Index i = 0; i < n; ++i) {
    float min = to.min[i], max = to.max[i];
    std::int32_t valid = to.count[i];
    for (Index k = 0; k < count; ++k) {
      const float v = rows[k][i];
      min = (is_finite(v) & (v < min)) ? v : min;
      max = (is_finite(v) & (v > max)) ? v : max;
      valid += is_finite(v) ? 1 : 0;
    }
    to.min[i] = min;
    to.max[i] = max;
    to.count[i] = valid;
  }
  for (Index i = 0; i < n; ++i) {
    double sum = to.sum[i];
    for (Index k = 0; k < count; ++k) sum += static_cast<double>(is_finite(rows[k][i]) ? rows[k][i] : 0.0F);
    to.sum[i] = sum;
  }
}

template <Index count>
TERROIR_INLINE void add_some_squares(const float* const* rows, Index n, double mean, double* to) {
  for (Index i = 0; i < n; ++i) {
    double sum = to[i];
    for (Index k = 0; k < count; ++k) {
      const double d = static_cast<double>(rows[k][i]) - mean;
      sum += d - d == 0.0 ? d * d : 0.0;
    }
    to[i] = sum;
  }
}

/// First pass: `count` segments, one after the other.
TERROIR_INLINE void add_pixels_body(const Segments& rows, Index count, Index n, Lanes& to) {
  if (count == together) return add_some_pixels<together>(rows.data(), n, to);
  for (Index k = 0; k < count; ++k) add_some_pixels<1>(rows.data() + k, n, to);
}
TERROIR_CLONES(add_pixels, (const Segments& rows, Index count, Index n, Lanes& to), (rows, count, n, to))

/// Second pass: squared deviations.
TERROIR_INLINE void add_squares_body(const Segments& rows, Index count, Index n, double mean, double* to) {
  if (count == together) return add_some_squares<together>(rows.data(), n, mean, to);
  for (Index k = 0; k < count; ++k) add_some_squares<1>(rows.data() + k, n, mean, to);
}
TERROIR_CLONES(add_squares, (const Segments& rows, Index count, Index n, double mean, double* to), (rows, count, n, mean, to))

/// Calls `visit(segments, how many, pixels of each)` in the order of the pixels.
template <class F>
void for_segments(const Block<const float>& block, F visit) {
  Segments waiting{};
  Index count = 0, length = 0;
  for (Index r = 0; r < block.rows(); ++r)
    for (Index c = 0; c < block.cols(); c += lanes) {
      const Index n = std::min(lanes, block.cols() - c);
      if (count == together || (count > 0 && n != length)) visit(waiting, std::exchange(count, 0), length);
      waiting[static_cast<std::size_t>(count++)] = block.row(0, r) + c;
      length = n;
    }
  if (count > 0) visit(waiting, count, length);
}

void observe_one_time(const Block<const float>& block, State state) noexcept {
  Lanes sums;
  std::fill_n(sums.sum, lanes, 0.0);
  std::fill_n(sums.min, lanes, std::numeric_limits<float>::infinity());
  std::fill_n(sums.max, lanes, -std::numeric_limits<float>::infinity());
  std::fill_n(sums.count, lanes, 0);
  for_segments(block, [&](const Segments& rows, Index count, Index n) { add_pixels(rows, count, n, sums); });
  clear_moments(state);
  double total = 0;
  for (Index i = 0; i < lanes; ++i) {
    state[moments::count] += sums.count[i];
    total += sums.sum[i];
    state[moments::min] = std::min(state[moments::min], static_cast<double>(sums.min[i]));
    state[moments::max] = std::max(state[moments::max], static_cast<double>(sums.max[i]));
  }
  if (state[moments::count] == 0) return;
  state[moments::mean] = total / state[moments::count];
  double squares[lanes] = {};
  for_segments(block, [&](const Segments& rows, Index count, Index n) { add_squares(rows, count, n, state[moments::mean], squares); });
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
