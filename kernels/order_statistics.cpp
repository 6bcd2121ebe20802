#include "kernels/order_statistics.h"

#include "kernels/clones.h"
#include "kernels/order_keys.h"

#include <bit>
#include <cmath>
#include <limits>

namespace terroir {
namespace {

constexpr Index group = OrderStatistics::group;
/// Up to here sorting everything costs less than finding one quantile bit by bit.
constexpr Index longest_sorted = 128;
/// Rows of keys that the search counts in one go.
constexpr Index rows_at_once = 8;

TERROIR_INLINE void load_keys_body(const float* pixels, Index time_stride, Index times, Index n, std::int32_t* keys, std::int32_t* count) {
  for (Index i = 0; i < group; ++i) count[i] = 0;
  for (Index t = 0; t < times; ++t) {
    const float* row = pixels + t * time_stride;
    std::int32_t* to = keys + t * group;
#pragma GCC ivdep
    for (Index i = 0; i < n; ++i) {
      const std::int32_t key = order_key(row[i]);
      to[i] = key;
      count[i] += key != missing_key ? 1 : 0;
    }
    for (Index i = n; i < group; ++i) to[i] = missing_key;
  }
}
TERROIR_CLONES(load_keys, (const float* pixels, Index time_stride, Index times, Index n, std::int32_t* keys, std::int32_t* count),
               (pixels, time_stride, times, n, keys, count))

/// Sorts each column: Batcher's merge exchange (Knuth, volume 3, 5.2.2, algorithm M), which needs no power of two.
TERROIR_INLINE void sort_keys_body(std::int32_t* keys, Index times) {
  const auto top = static_cast<Index>(std::bit_ceil(static_cast<std::uint64_t>(times)) / 2);
  for (Index p = top; p > 0; p /= 2) {
    Index q = top, r = 0, d = p;
    for (;;) {
      for (Index i = 0; i < times - d; ++i) {
        if ((i & p) != r) continue;
        std::int32_t *low = keys + i * group, *high = keys + (i + d) * group;
#pragma GCC ivdep
        for (Index l = 0; l < group; ++l) {
          const std::int32_t a = low[l], b = high[l];
          low[l] = a < b ? a : b;
          high[l] = a < b ? b : a;
        }
      }
      if (q == p) break;
      d = q - p;
      q /= 2;
      r = p;
    }
  }
}
TERROIR_CLONES(sort_keys, (std::int32_t * keys, Index times), (keys, times))

/// Keys of two ranks of each sorted column; ranks lie in rows [0, last].
TERROIR_INLINE void pick_body(const std::int32_t* keys, Index last, const std::int32_t* lower, const std::int32_t* upper,
                              std::int32_t* at_lower, std::int32_t* at_upper) {
  std::int32_t a[group] = {}, b[group] = {};
  for (Index t = 0; t <= last; ++t) {
    const std::int32_t* row = keys + t * group;
    const auto rank = static_cast<std::int32_t>(t);
    for (Index l = 0; l < group; ++l) {
      a[l] |= row[l] & -static_cast<std::int32_t>(lower[l] == rank);
      b[l] |= row[l] & -static_cast<std::int32_t>(upper[l] == rank);
    }
  }
  for (Index l = 0; l < group; ++l) at_lower[l] = a[l];
  for (Index l = 0; l < group; ++l) at_upper[l] = b[l];
}
TERROIR_CLONES(pick,
               (const std::int32_t* keys, Index last, const std::int32_t* lower, const std::int32_t* upper, std::int32_t* at_lower,
                std::int32_t* at_upper),
               (keys, last, lower, upper, at_lower, at_upper))

/// How many keys of each column lie below a bound; `rows` is a multiple of rows_at_once.
TERROIR_INLINE void count_below(const std::int32_t* keys, Index rows, const std::int32_t* bound, std::int32_t* below) {
  for (Index l = 0; l < group; ++l) below[l] = 0;
  for (Index t = 0; t < rows; t += rows_at_once) {
    const std::int32_t* k = keys + t * group;
#pragma GCC ivdep
    for (Index l = 0; l < group; ++l) {
      const std::int32_t b = bound[l];
      std::int32_t n = 0;
      n += k[l] < b ? 1 : 0;
      n += k[l + group] < b ? 1 : 0;
      n += k[l + 2 * group] < b ? 1 : 0;
      n += k[l + 3 * group] < b ? 1 : 0;
      n += k[l + 4 * group] < b ? 1 : 0;
      n += k[l + 5 * group] < b ? 1 : 0;
      n += k[l + 6 * group] < b ? 1 : 0;
      n += k[l + 7 * group] < b ? 1 : 0;
      below[l] += n;
    }
  }
}

/// Keys of two neighbouring ranks of each unsorted column: the lower one bit by bit from the top, as the largest bound that has at
/// most `lower` keys below it; the upper one is the same key again, or the next larger one.
TERROIR_INLINE void search_body(const std::int32_t* keys, Index rows, const std::int32_t* lower, const std::int32_t* upper,
                                std::int32_t* at_lower, std::int32_t* at_upper) {
  std::int32_t found[group], bound[group], count[group], next[group];
  for (Index l = 0; l < group; ++l) found[l] = std::numeric_limits<std::int32_t>::min();
  for (int bit = 31; bit >= 0; --bit) {
    const std::uint32_t step = std::uint32_t{1} << bit;
    for (Index l = 0; l < group; ++l) bound[l] = static_cast<std::int32_t>(static_cast<std::uint32_t>(found[l]) + step);
    count_below(keys, rows, bound, count);
    for (Index l = 0; l < group; ++l) found[l] = count[l] <= lower[l] ? bound[l] : found[l];
  }
  for (Index l = 0; l < group; ++l) {
    count[l] = 0;
    next[l] = missing_key;
  }
  for (Index t = 0; t < rows; ++t) {
    const std::int32_t* k = keys + t * group;
    for (Index l = 0; l < group; ++l) {
      const std::int32_t larger = k[l] > found[l] ? k[l] : missing_key;
      count[l] += k[l] <= found[l] ? 1 : 0;
      next[l] = larger < next[l] ? larger : next[l];
    }
  }
  for (Index l = 0; l < group; ++l) at_lower[l] = found[l];
  for (Index l = 0; l < group; ++l) at_upper[l] = count[l] > upper[l] ? found[l] : next[l];
}
TERROIR_CLONES(search,
               (const std::int32_t* keys, Index rows, const std::int32_t* lower, const std::int32_t* upper, std::int32_t* at_lower,
                std::int32_t* at_upper),
               (keys, rows, lower, upper, at_lower, at_upper))

/// Ranks around position (count - 1) * probability and the part of the way from one to the other.
TERROIR_INLINE void place_body(const std::int32_t* count, double probability, std::int32_t* lower, std::int32_t* upper, double* part) {
  double position[group];
  for (Index l = 0; l < group; ++l) position[l] = (static_cast<double>(count[l]) - 1) * probability;
  for (Index l = 0; l < group; ++l) part[l] = position[l] - __builtin_floor(position[l]);
  for (Index l = 0; l < group; ++l) lower[l] = static_cast<std::int32_t>(__builtin_floor(position[l]));
  for (Index l = 0; l < group; ++l) upper[l] = static_cast<std::int32_t>(__builtin_ceil(position[l]));
}
TERROIR_CLONES(place, (const std::int32_t* count, double probability, std::int32_t* lower, std::int32_t* upper, double* part),
               (count, probability, lower, upper, part))

TERROIR_INLINE void interpolate_body(const std::int32_t* lower, const std::int32_t* upper, const double* part, const std::int32_t* count,
                                     double min_valid, float* out) {
  double a[group], b[group], c[group];
  for (Index l = 0; l < group; ++l) a[l] = static_cast<double>(order_value(lower[l]));
  for (Index l = 0; l < group; ++l) b[l] = static_cast<double>(order_value(upper[l]));
  for (Index l = 0; l < group; ++l) c[l] = static_cast<double>(count[l]);
  for (Index l = 0; l < group; ++l) {
    const double between = a[l] + part[l] * (b[l] - a[l]);
    const double value = a[l] == b[l] ? a[l] : between;  // also where both are infinite
    out[l] = static_cast<float>(c[l] >= min_valid ? value : std::numeric_limits<double>::quiet_NaN());
  }
}
TERROIR_CLONES(interpolate,
               (const std::int32_t* lower, const std::int32_t* upper, const double* part, const std::int32_t* count, double min_valid,
                float* out),
               (lower, upper, part, count, min_valid, out))

Index padded_rows(Index times) { return ceil_div(times, rows_at_once) * rows_at_once; }

}  // namespace

std::size_t OrderStatistics::bytes(Index times) noexcept {
  return static_cast<std::size_t>((padded_rows(times) + 1) * group) * sizeof(std::int32_t);
}

OrderStatistics::OrderStatistics(std::byte* memory, Index times) noexcept
    : keys_(reinterpret_cast<std::int32_t*>(memory) + group),
      count_(reinterpret_cast<std::int32_t*>(memory)),
      times_(times),
      rows_(padded_rows(times)) {
  for (Index i = times_ * group; i < rows_ * group; ++i) keys_[i] = missing_key;
}

void OrderStatistics::load(const float* pixels, Index time_stride, Index n) noexcept {
  n_ = n;
  load_keys(pixels, time_stride, times_, n, keys_, count_);
  if (times_ <= longest_sorted) sort_keys(keys_, times_);
}

void OrderStatistics::quantile(double probability, double min_valid, float* out) noexcept {
  std::int32_t lower[group], upper[group], at_lower[group], at_upper[group];
  double part[group];
  float result[group];
  place(count_, probability, lower, upper, part);
  if (times_ <= longest_sorted)
    pick(keys_, static_cast<Index>(std::ceil(static_cast<double>(times_ - 1) * probability)), lower, upper, at_lower, at_upper);
  else
    search(keys_, rows_, lower, upper, at_lower, at_upper);
  interpolate(at_lower, at_upper, part, count_, min_valid, result);
  for (Index i = 0; i < n_; ++i) out[i] = result[i];
}

}  // namespace terroir
