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

TERROIR_INLINE void find_missing_body(const float* in, Index count, bool& found) noexcept {
  int any = 0;
  for (Index i = 0; i < count; ++i) any |= in[i] != in[i] ? 1 : 0;
  found = any != 0;
}
TERROIR_CLONES(find_missing, (const float* in, Index count, bool& found), (in, count, found))

TERROIR_INLINE void replace_missing_body(const float* in, Index count, float by, float* out) noexcept {
#pragma GCC ivdep
  for (Index i = 0; i < count; ++i) out[i] = in[i] == in[i] ? in[i] : by;
}
TERROIR_CLONES(replace_missing, (const float* in, Index count, float by, float* out), (in, count, by, out))

TERROIR_INLINE void mark_valid_body(const float* in, Index count, float* out) noexcept {
#pragma GCC ivdep
  for (Index i = 0; i < count; ++i) out[i] = in[i] == in[i] ? 1.0f : 0.0f;
}
TERROIR_CLONES(mark_valid, (const float* in, Index count, float* out), (in, count, out))

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

/// What a part has of `n` pixels.
TERROIR_INLINE float share(float part, float n) noexcept { return part / (n < 1 ? 1 : n); }

/// One formula for rows with and without gaps, so that both give the same bits.
template <bool gaps, bool squared, bool three>
TERROIR_INLINE void join(const Moments& m, Index count) noexcept {
  const float *count_a = m.a.count, *mean_a = m.a.mean, *squares_a = m.a.squares;
  const float *count_b = m.b.count, *mean_b = m.b.mean, *squares_b = m.b.squares;
  const float *count_c = m.c.count, *mean_c = m.c.mean, *squares_c = m.c.squares;
  float *count_out = m.count, *mean_out = m.mean, *squares_out = m.squares;
  const float pixels_a = m.a.pixels, pixels_ab = m.a.pixels + m.b.pixels;
  const float full_b = share(m.b.pixels, pixels_ab), full_c = share(m.c.pixels, pixels_ab + m.c.pixels);
#pragma GCC ivdep
  for (Index i = 0; i < count; ++i) {
    float na = pixels_a, nab = pixels_ab, share_b = full_b, share_c = full_c;
    if constexpr (gaps) {
      na = count_a[i];
      const float nb = count_b[i], nc = three ? count_c[i] : 0;
      nab = na + nb;
      share_b = share(nb, nab);
      share_c = share(nc, nab + nc);
      count_out[i] = nab + nc;
    }
    const float a = mean_a[i], to_b = mean_b[i] - a, step_b = to_b * share_b;
    float mean = a + step_b, squares = 0;
    if constexpr (squared) squares = (squares_a[i] + squares_b[i]) + (to_b * na) * step_b;
    if constexpr (three) {
      const float to_c = mean_c[i] - mean, step_c = to_c * share_c;
      mean += step_c;
      if constexpr (squared) squares = (squares + squares_c[i]) + (to_c * nab) * step_c;
    }
    mean_out[i] = mean;
    if constexpr (squared) squares_out[i] = squares;
  }
}

/// Which of the loops rows of parts ask for.
constexpr unsigned with_gaps = 1, with_squares = 2, of_three = 4;

template <unsigned... asks>
TERROIR_INLINE void pick(unsigned ask, const Moments& m, Index count, std::integer_sequence<unsigned, asks...>) noexcept {
  ((ask == asks ? join<(asks & with_gaps) != 0, (asks & with_squares) != 0, (asks & of_three) != 0>(m, count) : void()), ...);
}

TERROIR_INLINE void join_moments_body(unsigned ask, const Moments& m, Index count) noexcept {
  pick(ask, m, count, std::make_integer_sequence<unsigned, 8>());
}
TERROIR_CLONES(join_moments, (unsigned ask, const Moments& m, Index count), (ask, m, count))

TERROIR_INLINE void divide_and_root_body(const float* squares, float divisor, float* out, Index count) noexcept {
#pragma GCC ivdep
  for (Index i = 0; i < count; ++i) out[i] = math::sqrt(squares[i] / divisor);
}
TERROIR_CLONES(divide_and_root, (const float* squares, float divisor, float* out, Index count), (squares, divisor, out, count))

TERROIR_INLINE void divide_and_root_gaps_body(const float* squares, const float* counts, float ddof, float* out, Index count) noexcept {
#pragma GCC ivdep
  for (Index i = 0; i < count; ++i) {
    const float divisor = counts[i] - ddof;
    out[i] = divisor > 0 ? math::sqrt(squares[i] / divisor) : nodata;
  }
}
TERROIR_CLONES(divide_and_root_gaps, (const float* squares, const float* counts, float ddof, float* out, Index count),
               (squares, counts, ddof, out, count))

TERROIR_INLINE void subtract_body(const float* a, const float* b, float* out, Index count) noexcept {
#pragma GCC ivdep
  for (Index i = 0; i < count; ++i) out[i] = a[i] - b[i];
}
TERROIR_CLONES(subtract, (const float* a, const float* b, float* out, Index count), (a, b, out, count))

TERROIR_INLINE void drop_invalid_body(const float* centre, const float* counts, float min_valid, float* out, Index count) noexcept {
#pragma GCC ivdep
  for (Index i = 0; i < count; ++i) {
    const float there = centre[i] == centre[i] ? out[i] : nodata;
    out[i] = counts[i] >= min_valid ? there : nodata;
  }
}
TERROIR_CLONES(drop_invalid, (const float* centre, const float* counts, float min_valid, float* out, Index count),
               (centre, counts, min_valid, out, count))

void write_count(const Planes& planes, Partial& row, Index count) noexcept {
  if (row.full) std::fill_n(row.plane(planes, Plane::count), count, row.pixels);
}

Moments::Part moments_of(const Planes& planes, const Partial& row) noexcept {
  return {row.plane(planes, Plane::count), row.plane(planes, Plane::mean),
          planes.has(Plane::squares) ? row.plane(planes, Plane::squares) : nullptr, row.pixels};
}

void join_means_and_squares(const Planes& planes, const Partial& a, const Partial& b, const Partial* c, const Partial& out,
                            Index count) noexcept {
  const bool squares = planes.has(Plane::squares);
  Moments m;
  m.a = moments_of(planes, a);
  m.b = moments_of(planes, b);
  if (c != nullptr) m.c = moments_of(planes, *c);
  m.count = out.plane(planes, Plane::count);
  m.mean = out.plane(planes, Plane::mean);
  m.squares = squares ? out.plane(planes, Plane::squares) : nullptr;
  join_moments((out.full ? 0 : with_gaps) | (squares ? with_squares : 0) | (c != nullptr ? of_three : 0), m, count);
}

using Join = void (*)(const float*, const float*, float*, Index);

void join_plane(const Planes& planes, Plane plane, Join join, const Partial& a, const Partial& b, const Partial* c, const Partial& out,
                Index count) noexcept {
  float* to = out.plane(planes, plane);
  join(a.plane(planes, plane), b.plane(planes, plane), to, count);
  if (c != nullptr) join(to, c->plane(planes, plane), to, count);
}

}  // namespace

void start_row(const Planes& planes, const float* pixels, Index count, Partial& out) noexcept {
  bool gaps = false;
  find_missing(pixels, count, gaps);
  out.full = !gaps;
  out.pixels = 1;
  for (const auto& [plane, missing] : {std::pair{Plane::mean, 0.0f}, {Plane::sum, 0.0f}, {Plane::low, infinity}, {Plane::high, -infinity}})
    if (planes.has(plane)) {
      float* row = out.plane(planes, plane);
      replace_missing(pixels, count, missing, row);
      std::fill(row + count, row + out.stride, 0.0f);
    }
  if (planes.has(Plane::squares)) std::fill_n(out.plane(planes, Plane::squares), out.stride, 0.0f);
  if (!gaps) return;
  float* counts = out.plane(planes, Plane::count);
  mark_valid(pixels, count, counts);
  std::fill(counts + count, counts + out.stride, 0.0f);
}

void copy_row(const Planes& planes, const Partial& row, Partial& out, Index count) noexcept {
  for (Index p = 0; p < planes.size(); ++p) std::copy_n(row.base + p * row.stride, count, out.base + p * out.stride);
  out.pixels = row.pixels;
  out.full = row.full;
}

void join_rows(const Planes& planes, Partial& a, Partial& b, Partial* c, Partial& out, Index count) noexcept {
  const bool full = a.full && b.full && (c == nullptr || c->full);
  if (!full)
    for (Partial* part : {&a, &b, c})
      if (part != nullptr) write_count(planes, *part, count);
  const float pixels = a.pixels + b.pixels + (c == nullptr ? 0 : c->pixels);
  out.full = full;
  if (planes.has(Plane::mean))
    join_means_and_squares(planes, a, b, c, out, count);
  else if (!full)
    join_plane(planes, Plane::count, add_rows, a, b, c, out, count);
  out.pixels = pixels;
  if (planes.has(Plane::sum)) join_plane(planes, Plane::sum, add_rows, a, b, c, out, count);
  if (planes.has(Plane::low)) join_plane(planes, Plane::low, lower_rows, a, b, c, out, count);
  if (planes.has(Plane::high)) join_plane(planes, Plane::high, higher_rows, a, b, c, out, count);
}

void finish_row(const Planes& planes, const Partial& windows, Reducer reducer, const Validity& validity, const float* centre, float* out,
                Index count) noexcept {
  const auto copy = [&](Plane plane) { std::copy_n(windows.plane(planes, plane), count, out); };
  const float* counts = windows.plane(planes, Plane::count);
  switch (reducer) {
    case Reducer::mean: copy(Plane::mean); break;
    case Reducer::min: copy(Plane::low); break;
    case Reducer::max: copy(Plane::high); break;
    case Reducer::sum: copy(Plane::sum); break;
    case Reducer::range: subtract(windows.plane(planes, Plane::high), windows.plane(planes, Plane::low), out, count); break;
    case Reducer::count: windows.full ? void(std::fill_n(out, count, windows.pixels)) : copy(Plane::count); break;
    case Reducer::sd:
      if (!windows.full)
        divide_and_root_gaps(windows.plane(planes, Plane::squares), counts, validity.ddof, out, count);
      else if (windows.pixels > validity.ddof)
        divide_and_root(windows.plane(planes, Plane::squares), windows.pixels - validity.ddof, out, count);
      else
        std::fill_n(out, count, nodata);
  }
  if (!windows.full) drop_invalid(centre, counts, validity.min_valid, out, count);
}

}  // namespace terroir::focal
