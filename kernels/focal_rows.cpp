#include "kernels/clones.h"
#include "kernels/focal/partial.h"
#include "kernels/focal/reducer.h"
#include "kernels/math.h"

#include <algorithm>
#include <limits>

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

/// Counts, means and squares of two rows of parts and of their union.
struct Moments {
  const float *count_a, *mean_a, *squares_a, *count_b, *mean_b, *squares_b;
  float *count, *mean, *squares;
  float pixels_a, share_b;  ///< of full rows
};

/// The one formula for rows with and without gaps, so that both give the same bits.
template <bool gaps, bool with_squares>
TERROIR_INLINE void moments_loop(const Moments& m, Index count) noexcept {
  const float *count_a = m.count_a, *mean_a = m.mean_a, *squares_a = m.squares_a;
  const float *count_b = m.count_b, *mean_b = m.mean_b, *squares_b = m.squares_b;
  float *count_out = m.count, *mean_out = m.mean, *squares_out = m.squares;
  const float pixels_a = m.pixels_a, share_b = m.share_b;
#pragma GCC ivdep
  for (Index i = 0; i < count; ++i) {
    float na = pixels_a, share = share_b;
    if constexpr (gaps) {
      na = count_a[i];
      const float nb = count_b[i], n = na + nb;
      share = nb / (n < 1 ? 1 : n);
      count_out[i] = n;
    }
    const float a = mean_a[i], distance = mean_b[i] - a, step = distance * share;
    mean_out[i] = a + step;
    if constexpr (with_squares) squares_out[i] = (squares_a[i] + squares_b[i]) + (distance * na) * step;
  }
}

TERROIR_INLINE void join_moments_body(const Moments& m, Index count) noexcept { moments_loop<false, true>(m, count); }
TERROIR_CLONES(join_moments, (const Moments& m, Index count), (m, count))
TERROIR_INLINE void join_moments_gaps_body(const Moments& m, Index count) noexcept { moments_loop<true, true>(m, count); }
TERROIR_CLONES(join_moments_gaps, (const Moments& m, Index count), (m, count))
TERROIR_INLINE void join_means_body(const Moments& m, Index count) noexcept { moments_loop<false, false>(m, count); }
TERROIR_CLONES(join_means, (const Moments& m, Index count), (m, count))
TERROIR_INLINE void join_means_gaps_body(const Moments& m, Index count) noexcept { moments_loop<true, false>(m, count); }
TERROIR_CLONES(join_means_gaps, (const Moments& m, Index count), (m, count))

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

void join_means_and_squares(const Planes& planes, const Partial& a, const Partial& b, const Partial& out, Index count) noexcept {
  const bool squares = planes.has(Plane::squares);
  Moments m{};
  m.count_a = a.plane(planes, Plane::count);
  m.count_b = b.plane(planes, Plane::count);
  m.count = out.plane(planes, Plane::count);
  m.mean_a = a.plane(planes, Plane::mean);
  m.mean_b = b.plane(planes, Plane::mean);
  m.mean = out.plane(planes, Plane::mean);
  if (squares) {
    m.squares_a = a.plane(planes, Plane::squares);
    m.squares_b = b.plane(planes, Plane::squares);
    m.squares = out.plane(planes, Plane::squares);
  }
  m.pixels_a = a.pixels;
  m.share_b = b.pixels / (a.pixels + b.pixels);
  if (out.full)
    squares ? join_moments(m, count) : join_means(m, count);
  else
    squares ? join_moments_gaps(m, count) : join_means_gaps(m, count);
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

void join_rows(const Planes& planes, Partial& a, Partial& b, Partial& out, Index count) noexcept {
  const bool full = a.full && b.full;
  if (!full) {
    write_count(planes, a, count);
    write_count(planes, b, count);
  }
  const float pixels = a.pixels + b.pixels;
  out.full = full;
  if (planes.has(Plane::mean))
    join_means_and_squares(planes, a, b, out, count);
  else if (!full)
    add_rows(a.plane(planes, Plane::count), b.plane(planes, Plane::count), out.plane(planes, Plane::count), count);
  out.pixels = pixels;
  if (planes.has(Plane::sum)) add_rows(a.plane(planes, Plane::sum), b.plane(planes, Plane::sum), out.plane(planes, Plane::sum), count);
  if (planes.has(Plane::low)) lower_rows(a.plane(planes, Plane::low), b.plane(planes, Plane::low), out.plane(planes, Plane::low), count);
  if (planes.has(Plane::high))
    higher_rows(a.plane(planes, Plane::high), b.plane(planes, Plane::high), out.plane(planes, Plane::high), count);
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
