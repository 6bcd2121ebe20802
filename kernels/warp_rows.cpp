#include "kernels/warp_rows.h"

#include "kernels/clones.h"
#include "kernels/math.h"

namespace terroir::warp {
namespace {

constexpr float nan = std::numeric_limits<float>::quiet_NaN();
constexpr double tiny = 1e-6;

/// A column of a globe, in the turn that begins at the block's first one; any other column as it is.
TERROIR_INLINE double in_turn(double k, double period, double inverse) { return k - __builtin_floor(k * inverse) * period; }

TERROIR_INLINE double bounded(double k, double last) {
  const double low = k > 0 ? k : 0;
  return low < last ? low : last;
}

/// Before AVX-512 only 32-bit integers become doubles in whole registers.
TERROIR_INLINE double as_double(Index i) { return static_cast<double>(static_cast<std::int32_t>(i)); }

/// What a value adds to a mean around `base`; nothing where its weight is 0, whatever the value is.
TERROIR_INLINE float parted(float weight, float value, float base) {
  const float distance = weight * (value - base);
  return weight > 0 ? distance : 0.0f;
}

TERROIR_INLINE void find_holders_body(const WarpRun& run, double first, const WarpSource& source, std::int32_t* places) {
  const WarpRun u = run;
  const WarpSource s = source;
#pragma GCC ivdep
  for (Index i = 0; i < u.count; ++i) {
    // A centre on an edge, but for rounding, is held by the pixel after it.
    const double row = u.row + (first + as_double(i)) * u.row_step + tiny;
    const double col = u.col + (first + as_double(i)) * u.col_step + tiny;
    const double k = __builtin_floor(row) - s.first_row, l = in_turn(__builtin_floor(col) - s.first_col, s.period, s.inverse_period);
    const double inside = (row >= s.extent_row) & (row < s.extent_row_end) & (col >= s.extent_col) & (col < s.extent_col_end) ? 1.0 : 0.0;
    const double held = (k >= 0) & (k < s.rows) & (l >= 0) & (l < s.cols) ? inside : 0.0;
    const double place = bounded(k, s.rows - 1) * static_cast<double>(s.stride) + bounded(l, s.cols - 1);
    places[i] = static_cast<std::int32_t>(held > 0 ? place : -1.0);
  }
}

TERROIR_INLINE void take_holders_body(const float* source, const std::int32_t* places, Index count, float* out) {
#pragma GCC ivdep
  for (Index i = 0; i < count; ++i) {
    const float value = source[places[i] > 0 ? places[i] : 0];
    out[i] = places[i] < 0 ? nan : value;
  }
}

TERROIR_INLINE void find_neighbours_body(const WarpRun& run, double first, const WarpSource& source, Neighbours& n) {
  const WarpRun u = run;
  const WarpSource s = source;
  const double last_row = s.rows - 1, last_col = s.cols - 1;
#pragma GCC ivdep
  for (Index i = 0; i < u.count; ++i) {
    const double row = u.row + (first + as_double(i)) * u.row_step, y = __builtin_floor(row - 0.5);
    const double share = (row - 0.5) - y, top = y - s.first_row, bottom = top + 1;
    const double inside = (row >= s.extent_row) & (row < s.extent_row_end) ? 1.0 : 0.0;
    n.top_weight[i] = static_cast<float>((top >= 0) & (top <= last_row) ? inside * (1 - share) : 0.0);
    n.bottom_weight[i] = static_cast<float>((bottom >= 0) & (bottom <= last_row) ? inside * share : 0.0);
    n.top[i] = static_cast<std::int32_t>(bounded(top, last_row)) * s.stride;
    n.bottom[i] = static_cast<std::int32_t>(bounded(bottom, last_row)) * s.stride;
  }
#pragma GCC ivdep
  for (Index i = 0; i < u.count; ++i) {
    const double col = u.col + (first + as_double(i)) * u.col_step, x = __builtin_floor(col - 0.5);
    const double share = (col - 0.5) - x;
    const double left = in_turn(x - s.first_col, s.period, s.inverse_period);
    const double right = in_turn(x - s.first_col + 1, s.period, s.inverse_period);
    const double inside = (col >= s.extent_col) & (col < s.extent_col_end) ? 1.0 : 0.0;
    n.left_weight[i] = static_cast<float>((left >= 0) & (left <= last_col) ? inside * (1 - share) : 0.0);
    n.right_weight[i] = static_cast<float>((right >= 0) & (right <= last_col) ? inside * share : 0.0);
    n.left[i] = static_cast<std::int32_t>(bounded(left, last_col));
    n.right[i] = static_cast<std::int32_t>(bounded(right, last_col));
  }
}

/// Values are differenced against a valid one of the four, so that large ones keep their last digits in single precision.
TERROIR_INLINE void blend_neighbours_body(const float* source, const Neighbours& n, Index count, float* out) {
#pragma GCC ivdep
  for (Index i = 0; i < count; ++i) {
    const float a = source[n.top[i] + n.left[i]], b = source[n.top[i] + n.right[i]];
    const float c = source[n.bottom[i] + n.left[i]], d = source[n.bottom[i] + n.right[i]];
    const float wa = a == a ? n.top_weight[i] * n.left_weight[i] : 0.0f, wb = b == b ? n.top_weight[i] * n.right_weight[i] : 0.0f;
    const float wc = c == c ? n.bottom_weight[i] * n.left_weight[i] : 0.0f, wd = d == d ? n.bottom_weight[i] * n.right_weight[i] : 0.0f;
    float base = wc > 0 ? c : d;
    base = wb > 0 ? b : base;
    base = wa > 0 ? a : base;
    const float sum = parted(wa, a, base) + parted(wb, b, base) + parted(wc, c, base) + parted(wd, d, base);
    const float weights = wa + wb + wc + wd;
    out[i] = weights < static_cast<float>(tiny) ? nan : base + sum / weights;
  }
}

/// sin(pi d) sin(pi d / 3) / (pi^2 d^2 / 3) for |d| < 3.
TERROIR_INLINE double lanczos(double d) {
  constexpr double pi = 3.14159265358979323846;
  const double a = math::detail::sine(math::detail::reduce(pi * d)), b = math::detail::sine(math::detail::reduce(pi / 3 * d));
  const double value = 3 * a * b / (pi * pi * d * d);
  const double size = __builtin_fabs(d), within = size < 3 ? value : 0.0;
  return size < 1e-9 ? 1.0 : within;
}

/// Catmull-Rom's cubic (a = -0.5).
TERROIR_INLINE float cubic(float d) {
  const float x = __builtin_fabsf(d);
  const float near = (1.5f * x - 2.5f) * x * x + 1, far = ((-0.5f * x + 2.5f) * x - 4) * x + 2;
  const float within = x < 2 ? far : 0.0f;
  return x < 1 ? near : within;
}

constexpr double half_support(Curve curve) {
  return curve == Curve::tent ? 1 : curve == Curve::cubic ? 2 : curve == Curve::lanczos ? 3 : 0.5;
}

/// Where the pixels that a curve reaches begin, for each pixel of a run.
struct Starts {
  std::int32_t pixel[Taps::longest];  ///< in the block
  double away[Taps::longest];         ///< from the position to that pixel's centre
  float inside[Taps::longest];        ///< 0: the position has no weights
};

template <Curve curve>
TERROIR_INLINE void find_starts(const TapLine& l, double first, Index n, Starts& starts) {
  constexpr double furthest = 1 << 30;
  const double radius = half_support(curve) * l.width + (curve == Curve::box ? 0.0 : 0.5), period = l.period;
  const double inverse = l.period > 0 ? 1 / period : 0.0;
  for (Index i = 0; i < n; ++i) {
    const double position = l.position + (first + static_cast<double>(i)) * l.step;
    const double begin = __builtin_floor(position - radius) + (curve == Curve::box ? 0.0 : 1.0);
    const double k = in_turn(begin - l.first_pixel, period, inverse);
    const double low = k > -furthest ? k : -furthest;
    starts.pixel[i] = static_cast<std::int32_t>(low < furthest ? low : furthest);
    starts.away[i] = begin + 0.5 - position;
    starts.inside[i] = (position >= l.low) & (position < l.high) ? 1.0f : 0.0f;
  }
}

template <Curve curve>
TERROIR_INLINE float weight_of(double away, double width, double inverse) {
  if constexpr (curve == Curve::box) {
    const double low = away - 0.5 > -width / 2 ? away - 0.5 : -width / 2, high = away + 0.5 < width / 2 ? away + 0.5 : width / 2;
    return static_cast<float>(high > low ? high - low : 0.0);
  } else if constexpr (curve == Curve::lanczos) {
    return static_cast<float>(lanczos(away * inverse));
  } else if constexpr (curve == Curve::cubic) {
    return cubic(static_cast<float>(away * inverse));
  } else {
    const float tent = 1 - __builtin_fabsf(static_cast<float>(away * inverse));
    return tent > 0 ? tent : 0.0f;
  }
}

template <Curve curve>
TERROIR_INLINE void weigh_as(const TapLine& line, double first, Index begin, Index n, Taps& taps) {
  const TapLine l = line;
  Starts starts;
  find_starts<curve>(l, first, n, starts);
  const double inverse = 1 / l.width;
  const std::int32_t last = l.pixels - 1;
  for (Index t = 0; t < taps.count; ++t) {
    const auto number = static_cast<std::int32_t>(begin + t);
    float* weight = taps.weight[t];
    std::int32_t* place = taps.place[t];
    for (Index i = 0; i < n; ++i) {
      const float w = weight_of<curve>(starts.away[i] + static_cast<double>(number), l.width, inverse) * starts.inside[i];
      const std::int32_t on = starts.pixel[i] + number, k = l.period > 0 && on >= l.period ? on - l.period : on;
      const std::int32_t low = k > 0 ? k : 0, held = low < last ? low : last;
      weight[i] = k == held ? w : 0.0f;
      place[i] = held * l.stride;
    }
  }
}

TERROIR_INLINE void weigh_body(Curve curve, const TapLine& line, double first, Index begin, Index n, Taps& taps) {
  switch (curve) {
    case Curve::tent: return weigh_as<Curve::tent>(line, first, begin, n, taps);
    case Curve::cubic: return weigh_as<Curve::cubic>(line, first, begin, n, taps);
    case Curve::lanczos: return weigh_as<Curve::lanczos>(line, first, begin, n, taps);
    case Curve::box: return weigh_as<Curve::box>(line, first, begin, n, taps);
  }
}

TERROIR_INLINE void add_taps_body(const float* source, const Taps& rows, const Taps& cols, bool squares, Index n, Sums& sums) {
  for (Index r = 0; r < rows.count; ++r) {
    const float* down = rows.weight[r];
    const std::int32_t* row = rows.place[r];
    for (Index c = 0; c < cols.count; ++c) {
      const float* across = cols.weight[c];
      const std::int32_t* col = cols.place[c];
      float x[Taps::longest];
      for (Index i = 0; i < n; ++i) x[i] = source[row[i] + col[i]];
      for (Index i = 0; i < n; ++i) {
        const double w = static_cast<double>(down[i]) * static_cast<double>(across[i]), v = static_cast<double>(x[i]);
        sums.values[i] += x[i] == x[i] ? w * (squares ? v * v : v) : 0.0;
        sums.weights[i] += x[i] == x[i] ? w : 0.0;
      }
    }
  }
}

/// Values are differenced against the first valid one, so that large ones keep their last digits in single precision.
TERROIR_INLINE void blend_taps_body(const float* source, const Taps& rows, const Taps& cols, Index n, float* out) {
  float sum[Taps::longest], weights[Taps::longest], base[Taps::longest];
  for (Index i = 0; i < n; ++i) sum[i] = 0, weights[i] = 0, base[i] = nan;
  for (Index r = 0; r < rows.count; ++r) {
    const float* down = rows.weight[r];
    const std::int32_t* row = rows.place[r];
    for (Index c = 0; c < cols.count; ++c) {
      const float* across = cols.weight[c];
      const std::int32_t* col = cols.place[c];
#pragma GCC ivdep
      for (Index i = 0; i < n; ++i) {
        const float x = source[row[i] + col[i]];
        const float w = x == x ? down[i] * across[i] : 0.0f;
        const float b = base[i] == base[i] ? base[i] : x;
        base[i] = w != 0 ? b : base[i];
        sum[i] += w != 0 ? w * (x - b) : 0.0f;
        weights[i] += w;
      }
    }
  }
  for (Index i = 0; i < n; ++i) out[i] = __builtin_fabsf(weights[i]) < static_cast<float>(tiny) ? nan : base[i] + sum[i] / weights[i];
}

}  // namespace

TERROIR_CLONES(find_holders, (const WarpRun& run, double first, const WarpSource& source, std::int32_t* places),
               (run, first, source, places))
TERROIR_CLONES(take_holders, (const float* source, const std::int32_t* places, Index count, float* out), (source, places, count, out))
TERROIR_CLONES(find_neighbours, (const WarpRun& run, double first, const WarpSource& source, Neighbours& neighbours),
               (run, first, source, neighbours))
TERROIR_CLONES(blend_neighbours, (const float* source, const Neighbours& neighbours, Index count, float* out),
               (source, neighbours, count, out))
TERROIR_CLONES(weigh, (Curve curve, const TapLine& line, double first, Index begin, Index n, Taps& taps),
               (curve, line, first, begin, n, taps))
TERROIR_CLONES(add_taps, (const float* source, const Taps& rows, const Taps& cols, bool squares, Index n, Sums& sums),
               (source, rows, cols, squares, n, sums))
TERROIR_CLONES(blend_taps, (const float* source, const Taps& rows, const Taps& cols, Index n, float* out), (source, rows, cols, n, out))

Index reach(Curve curve, double width) noexcept {
  // Pixels in part, or pixel centres, within the support.
  return static_cast<Index>(std::ceil(2 * half_support(curve) * width)) + (curve == Curve::box ? 1 : 0);
}

}  // namespace terroir::warp
