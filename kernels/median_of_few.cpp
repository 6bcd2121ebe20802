#include "kernels/median_of_few.h"

#include "kernels/clones.h"
#include "kernels/order_keys.h"

#include <array>
#include <limits>
#include <utility>

namespace terroir {
namespace {

struct Pair {
  int low = 0, high = 0;
};

/// Exchanges that sort T values: Batcher's merge exchange (Knuth, volume 3, 5.2.2, algorithm M).
template <int T>
struct Network {
  std::array<Pair, 64> pairs{};
  int size = 0;

  constexpr Network() {
    int top = 1;
    while (2 * top < T) top *= 2;
    for (int p = T > 1 ? top : 0; p > 0; p /= 2) {
      int q = top, r = 0, d = p;
      for (;;) {
        for (int i = 0; i < T - d; ++i)
          if ((i & p) == r) pairs[static_cast<std::size_t>(size++)] = {i, i + d};
        if (q == p) break;
        d = q - p;
        q /= 2;
        r = p;
      }
    }
  }
};

template <int T>
inline constexpr Network<T> network{};

TERROIR_INLINE void exchange(std::int32_t& low, std::int32_t& high) {
  const std::int32_t a = low, b = high;
  low = a < b ? a : b;
  high = a < b ? b : a;
}

template <int T, std::size_t... E>
TERROIR_INLINE void sort([[maybe_unused]] std::int32_t* keys, std::index_sequence<E...>) {
  (exchange(keys[network<T>.pairs[E].low], keys[network<T>.pairs[E].high]), ...);
}

/// One pass over the pixels with all values of a pixel in registers. Everything is spelled out at compile time, because a loop in
/// the loop over pixels would keep that one from being vectorised; what the wanted ranks do not need is removed by the compiler.
template <int T, std::size_t... t, std::size_t... rank>
TERROIR_INLINE void median(const float* pixels, Index stride, Index n, std::int32_t min_valid, float* out, std::index_sequence<t...>,
                           std::index_sequence<rank...>) {
#pragma GCC ivdep
  for (Index i = 0; i < n; ++i) {
    std::int32_t keys[T] = {order_key(pixels[static_cast<Index>(t) * stride + i])...};
    const std::int32_t count = (0 + ... + (keys[t] != missing_key ? 1 : 0));
    sort<T>(keys, std::make_index_sequence<network<T>.size>{});
    const std::int32_t lower = (count - 1) >> 1, upper = count >> 1;
    const std::int32_t low = (0 | ... | (keys[rank] & -static_cast<std::int32_t>(lower == static_cast<std::int32_t>(rank))));
    const std::int32_t high = (0 | ... | (keys[rank] & -static_cast<std::int32_t>(upper == static_cast<std::int32_t>(rank))));
    const double a = static_cast<double>(order_value(low)), b = static_cast<double>(order_value(high));
    const auto middle = static_cast<float>(low == high ? a : a + 0.5 * (b - a));
    out[i] = count >= min_valid ? middle : std::numeric_limits<float>::quiet_NaN();
  }
}

template <int T>
TERROIR_INLINE void median_of(const float* pixels, Index stride, Index n, std::int32_t min_valid, float* out) {
  median<T>(pixels, stride, n, min_valid, out, std::make_index_sequence<T>{}, std::make_index_sequence<T / 2 + 1>{});
}

TERROIR_INLINE void medians_body(const float* pixels, Index stride, Index times, Index n, std::int32_t min_valid, float* out) {
  switch (times) {
    case 1: return median_of<1>(pixels, stride, n, min_valid, out);
    case 2: return median_of<2>(pixels, stride, n, min_valid, out);
    case 3: return median_of<3>(pixels, stride, n, min_valid, out);
    case 4: return median_of<4>(pixels, stride, n, min_valid, out);
    case 5: return median_of<5>(pixels, stride, n, min_valid, out);
    case 6: return median_of<6>(pixels, stride, n, min_valid, out);
    case 7: return median_of<7>(pixels, stride, n, min_valid, out);
    case 8: return median_of<8>(pixels, stride, n, min_valid, out);
    case 9: return median_of<9>(pixels, stride, n, min_valid, out);
    case 10: return median_of<10>(pixels, stride, n, min_valid, out);
    case 11: return median_of<11>(pixels, stride, n, min_valid, out);
    case 12: return median_of<12>(pixels, stride, n, min_valid, out);
    case 13: return median_of<13>(pixels, stride, n, min_valid, out);
    case 14: return median_of<14>(pixels, stride, n, min_valid, out);
    case 15: return median_of<15>(pixels, stride, n, min_valid, out);
    default: return median_of<16>(pixels, stride, n, min_valid, out);
  }
}
TERROIR_CLONES(medians, (const float* pixels, Index stride, Index times, Index n, std::int32_t min_valid, float* out),
               (pixels, stride, times, n, min_valid, out))

}  // namespace

void median_of_few(const float* pixels, Index time_stride, Index times, Index n, double min_valid, float* out) noexcept {
  const auto enough = static_cast<std::int32_t>(min_valid > few_values ? few_values + 1 : min_valid);
  medians(pixels, time_stride, times, n, enough, out);
}

}  // namespace terroir
