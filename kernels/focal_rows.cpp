#include "kernels/clones.h"
#include "kernels/focal/partial.h"
#include "kernels/focal/reducer.h"
#include "kernels/math.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace terroir::focal {
namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float nodata = std::numeric_limits<float>::quiet_NaN();

TERROIR_INLINE void replace_missing_body(const float* in, Index count, float by, float* out) noexcept {
#pragma GCC ivdep
  for (Index i = 0; i < count; ++i) out[i] = in[i] == in[i] ? in[i] : by;
}
TERROIR_CLONES(replace_missing, (const float* in, Index count, float by, float* out), (in, count, by, out))

TERROIR_INLINE void mark_valid_body(const float* in, Index count, float* out, bool& all) noexcept {
  int missing = 0;
#pragma GCC ivdep
  for (Index i = 0; i < count; ++i) {
    const bool valid = in[i] == in[i];
    out[i] = valid ? 1.0f : 0.0f;
    missing |= valid ? 0 : 1;
  }
  all = missing == 0;
}
TERROIR_CLONES(mark_valid, (const float* in, Index count, float* out, bool& all), (in, count, out, all))

TERROIR_INLINE void add_rows_body(const float* a, const float* b, float* out, Index count) noexcept {
#pragma GCC ivdep
  for (Index i = 0; i < count; ++i) out[i] = a[i] + b[i];
}
TERROIR_CLONES(add_rows, (const float* a, const float* b, float* out, Index count), (a, b, out, count))

TERROIR_INLINE void lower_rows_body(const float* a, const float* b, float* out, Index count) noexcept {
#pragma GCC ivdep
  for (Index i = 0; i < count; ++i) out[i] = a[i] < b[i] ? a[i] : b[i];
}
TERROIR_CLONES(lower_rows, (const float* a, const float* b, float* out, Index count), (a, b, out, count))

TERROIR_INLINE void higher_rows_body(const float* a, const float* b, float* out, Index count) noexcept {
#pragma GCC ivdep
  for (Index i = 0; i < count; ++i) out[i] = a[i] > b[i] ? a[i] : b[i];
}
TERROIR_CLONES(higher_rows, (const float* a, const float* b, float* out, Index count), (a, b, out, count))

/// Counts, means and squares of two or three rows of parts, a, b and c, and of their union.
struct Moments {
  struct Part {
    const float *count = nullptr, *mean = nullptr, *squares = nullptr;
    float pixels = 0;  ///< of a part without gaps
  };
  Part a, b, c;
  float *count = nullptr, *mean = nullptr, *squares = nullptr;
};

// One formula for rows with and without gaps, so that both give the same bits, and no more than one division a pixel.

template <bool gaps, bool squared>
TERROIR_INLINE void join_two(const Moments& m, Index count) noexcept {
  const float *count_a = m.a.count, *mean_a = m.a.mean, *squares_a = m.a.squares;
  const float *count_b = m.b.count, *mean_b = m.b.mean, *squares_b = m.b.squares;
  float *count_out = m.count, *mean_out = m.mean, *squares_out = m.squares;
  const float pixels_a = m.a.pixels, full_share = m.b.pixels / (m.a.pixels + m.b.pixels);
#pragma GCC ivdep
  for (Index i = 0; i < count; ++i) {
    float na = pixels_a, share = full_share;
    if constexpr (gaps) {
      na = count_a[i];
      const float nb = count_b[i], n = na + nb;
      share = nb / (n < 1 ? 1 : n);
      count_out[i] = n;
    }
    const float to_b = mean_b[i] - mean_a[i], step = to_b * share;
    if constexpr (squared) squares_out[i] = (squares_a[i] + squares_b[i]) + (to_b * na) * step;
    mean_out[i] = mean_a[i] + step;
  }
}

/// By distances to the mean of b, in the middle, where they are short. With gaps b changes places with the part that has most pixels: the
/// distance of many pixels to the mean of a few would leave few digits of their squares.
template <bool gaps, bool squared>
TERROIR_INLINE void join_three(const Moments& m, Index count) noexcept {
  const float *count_a = m.a.count, *mean_a = m.a.mean, *squares_a = m.a.squares;
  const float *count_b = m.b.count, *mean_b = m.b.mean, *squares_b = m.b.squares;
  const float *count_c = m.c.count, *mean_c = m.c.mean, *squares_c = m.c.squares;
  float *count_out = m.count, *mean_out = m.mean, *squares_out = m.squares;
  const float pixels_a = m.a.pixels, pixels_c = m.c.pixels, full_part = 1 / (m.a.pixels + m.b.pixels + m.c.pixels);
#pragma GCC ivdep
  for (Index i = 0; i < count; ++i) {
    float a = mean_a[i], origin = mean_b[i], c = mean_c[i], na = pixels_a, nc = pixels_c, part = full_part;
    if constexpr (gaps) {
      const float of_a = count_a[i], of_b = count_b[i], of_c = count_c[i], n = (of_a + of_b) + of_c;
      const bool most_a = of_a > of_b && of_a >= of_c, most_c = of_c > of_b && of_c > of_a;
      const float b = origin;
      origin = most_a ? a : most_c ? c : b;
      a = most_a ? b : a;
      c = most_c ? b : c;
      na = most_a ? of_b : of_a;
      nc = most_c ? of_b : of_c;
      part = 1 / (n < 1 ? 1 : n);
      count_out[i] = n;
    }
    const float to_a = a - origin, to_c = c - origin, of_a = na * to_a, of_c = nc * to_c;
    const float step = (of_a + of_c) * part;
    if constexpr (squared) squares_out[i] = ((squares_a[i] + squares_b[i]) + squares_c[i]) + (of_a * (to_a - step) + of_c * (to_c - step));
    mean_out[i] = origin + step;
  }
}

template <bool gaps, bool squared>
TERROIR_INLINE void join(const Moments& m, Index count) noexcept {
  m.c.mean == nullptr ? join_two<gaps, squared>(m, count) : join_three<gaps, squared>(m, count);
}

TERROIR_INLINE void join_moments_body(bool gaps, const Moments& m, Index count) noexcept {
  if (m.squares == nullptr)
    gaps ? join<true, false>(m, count) : join<false, false>(m, count);
  else
    gaps ? join<true, true>(m, count) : join<false, true>(m, count);
}
TERROIR_CLONES(join_moments, (bool gaps, const Moments& m, Index count), (gaps, m, count))

TERROIR_INLINE void scale_and_root_body(const float* squares, float part, float* out, Index count) noexcept {
#pragma GCC ivdep
  for (Index i = 0; i < count; ++i) out[i] = math::sqrt(squares[i] * part);
}
TERROIR_CLONES(scale_and_root, (const float* squares, float part, float* out, Index count), (squares, part, out, count))

/// Where the centre is not missing and at least `least` pixels are not.
TERROIR_INLINE void keep_valid_body(const float* from, const float* centre, const float* counts, float least, float* out,
                                    Index count) noexcept {
#pragma GCC ivdep
  for (Index i = 0; i < count; ++i) {
    const float there = centre[i] == centre[i] ? from[i] : nodata;
    out[i] = counts[i] >= least ? there : nodata;
  }
}
TERROIR_CLONES(keep_valid, (const float* from, const float* centre, const float* counts, float least, float* out, Index count),
               (from, centre, counts, least, out, count))

TERROIR_INLINE void deviations_of_valid_body(const float* squares, const float* centre, const float* counts, float least, float ddof,
                                             float* out, Index count) noexcept {
#pragma GCC ivdep
  for (Index i = 0; i < count; ++i) {
    const float sd = math::sqrt(squares[i] * (1 / (counts[i] - ddof))), there = centre[i] == centre[i] ? sd : nodata;
    out[i] = counts[i] >= least ? there : nodata;
  }
}
TERROIR_CLONES(deviations_of_valid,
               (const float* squares, const float* centre, const float* counts, float least, float ddof, float* out, Index count),
               (squares, centre, counts, least, ddof, out, count))

TERROIR_INLINE void subtract_body(const float* a, const float* b, float* out, Index count) noexcept {
#pragma GCC ivdep
  for (Index i = 0; i < count; ++i) out[i] = a[i] - b[i];
}
TERROIR_CLONES(subtract, (const float* a, const float* b, float* out, Index count), (a, b, out, count))

void write_count(Partial& row, Index count) noexcept {
  if (row.full) std::fill_n(row.plane(Plane::count), count, row.pixels);
}

Moments::Part moments_of(const Partial& row) noexcept {
  return {row.plane(Plane::count), row.plane(Plane::mean), row.plane(Plane::squares), row.pixels};
}

void join_means_and_squares(const Planes& planes, const Partial& a, const Partial& b, const Partial* c, const Partial& out,
                            Index count) noexcept {
  // Built in place: a copy would wait for the stores of what it copies.
  const Moments m{moments_of(a),           moments_of(b),          c != nullptr ? moments_of(*c) : Moments::Part{},
                  out.plane(Plane::count), out.plane(Plane::mean), planes.has(Plane::squares) ? out.plane(Plane::squares) : nullptr};
  join_moments(!out.full, m, count);
}

using Join = void (*)(const float*, const float*, float*, Index);

void join_plane(Plane plane, Join join, const Partial& a, const Partial& b, const Partial* c, const Partial& out, Index count) noexcept {
  float* to = out.plane(plane);
  join(a.plane(plane), b.plane(plane), to, count);
  if (c != nullptr) join(to, c->plane(plane), to, count);
}

void finish_full(const Partial& windows, Reducer reducer, const Validity& validity, float* out, Index count) noexcept {
  switch (reducer) {
    case Reducer::mean: std::copy_n(windows.plane(Plane::mean), count, out); break;
    case Reducer::min: std::copy_n(windows.plane(Plane::low), count, out); break;
    case Reducer::max: std::copy_n(windows.plane(Plane::high), count, out); break;
    case Reducer::sum: std::copy_n(windows.plane(Plane::sum), count, out); break;
    case Reducer::range: subtract(windows.plane(Plane::high), windows.plane(Plane::low), out, count); break;
    case Reducer::count: std::fill_n(out, count, windows.pixels); break;
    case Reducer::sd: scale_and_root(windows.plane(Plane::squares), 1 / (windows.pixels - validity.ddof), out, count);
  }
}

void finish_gaps(const Partial& windows, Reducer reducer, const Validity& validity, const float* centre, float* out, Index count) noexcept {
  const float* counts = windows.plane(Plane::count);
  const auto keep = [&](const float* from) { keep_valid(from, centre, counts, validity.min_valid, out, count); };
  switch (reducer) {
    case Reducer::mean: keep(windows.plane(Plane::mean)); break;
    case Reducer::min: keep(windows.plane(Plane::low)); break;
    case Reducer::max: keep(windows.plane(Plane::high)); break;
    case Reducer::sum: keep(windows.plane(Plane::sum)); break;
    case Reducer::range:
      subtract(windows.plane(Plane::high), windows.plane(Plane::low), out, count);
      keep(out);
      break;
    case Reducer::count: keep(counts); break;
    case Reducer::sd:
      deviations_of_valid(windows.plane(Plane::squares), centre, counts, std::max(validity.min_valid, validity.ddof + 1), validity.ddof,
                          out, count);
  }
}

}  // namespace

void start_row(const Planes& planes, const float* pixels, Index count, Partial& out) noexcept {
  const auto clear_rest = [&](float* row) { std::fill(row + count, row + out.stride, 0.0f); };
  mark_valid(pixels, count, out.plane(Plane::count), out.full);
  clear_rest(out.plane(Plane::count));
  for (const auto& [plane, missing] : {std::pair{Plane::mean, 0.0f}, {Plane::sum, 0.0f}, {Plane::low, infinity}, {Plane::high, -infinity}})
    if (planes.has(plane)) {
      replace_missing(pixels, count, missing, out.plane(plane));
      clear_rest(out.plane(plane));
    }
  if (planes.has(Plane::squares)) std::fill_n(out.plane(Plane::squares), out.stride, 0.0f);
  out.pixels = 1;
}

void copy_row(const Planes& planes, const Partial& row, Partial& out, Index count) noexcept {
  for (const Plane plane : planes) std::copy_n(row.plane(plane), count, out.plane(plane));
  out.pixels = row.pixels;
  out.full = row.full;
}

void join_rows(const Planes& planes, Partial& a, Partial& b, Partial* c, Partial& out, Index count) noexcept {
  const bool full = a.full && b.full && (c == nullptr || c->full);
  if (!full)
    for (Partial* part : {&a, &b, c})
      if (part != nullptr) write_count(*part, count);
  const float pixels = a.pixels + b.pixels + (c == nullptr ? 0 : c->pixels);
  out.full = full;
  if (planes.has(Plane::mean))
    join_means_and_squares(planes, a, b, c, out, count);
  else if (!full)
    join_plane(Plane::count, add_rows, a, b, c, out, count);
  out.pixels = pixels;
  if (planes.has(Plane::sum)) join_plane(Plane::sum, add_rows, a, b, c, out, count);
  if (planes.has(Plane::low)) join_plane(Plane::low, lower_rows, a, b, c, out, count);
  if (planes.has(Plane::high)) join_plane(Plane::high, higher_rows, a, b, c, out, count);
}

void finish_row(const Partial& windows, Reducer reducer, const Validity& validity, const float* centre, float* out, Index count) noexcept {
  windows.full ? finish_full(windows, reducer, validity, out, count) : finish_gaps(windows, reducer, validity, centre, out, count);
}

}  // namespace terroir::focal
