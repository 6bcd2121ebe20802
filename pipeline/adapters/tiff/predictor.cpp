#include "pipeline/adapters/tiff/predictor.h"

#include <immintrin.h>

#include <cstdint>
#include <cstring>

// SSSE3 is part of the baseline; inflating takes ten times longer than this, so that wider vectors would gain nothing.
namespace terroir {
namespace {

template <class T>
void sum_scalar(std::byte* row, std::size_t first, std::size_t count, std::size_t stride) noexcept {
  for (std::size_t i = first; i < count; ++i) {
    T here, before;
    std::memcpy(&here, row + i * sizeof(T), sizeof(T));
    std::memcpy(&before, row + (i - stride) * sizeof(T), sizeof(T));
    here = static_cast<T>(here + before);
    std::memcpy(row + i * sizeof(T), &here, sizeof(T));
  }
}

/// Running sums inside a register, by adding it shifted by 1, 2, 4... lanes.
template <std::size_t Bytes>
__m128i sum_lanes(__m128i x) noexcept {
  if constexpr (Bytes == 1) {
    x = _mm_add_epi8(x, _mm_slli_si128(x, 1));
    x = _mm_add_epi8(x, _mm_slli_si128(x, 2));
    x = _mm_add_epi8(x, _mm_slli_si128(x, 4));
    return _mm_add_epi8(x, _mm_slli_si128(x, 8));
  } else if constexpr (Bytes == 2) {
    x = _mm_add_epi16(x, _mm_slli_si128(x, 2));
    x = _mm_add_epi16(x, _mm_slli_si128(x, 4));
    return _mm_add_epi16(x, _mm_slli_si128(x, 8));
  } else {
    x = _mm_add_epi32(x, _mm_slli_si128(x, 4));
    return _mm_add_epi32(x, _mm_slli_si128(x, 8));
  }
}

template <std::size_t Bytes>
__m128i add_lanes(__m128i a, __m128i b) noexcept {
  if constexpr (Bytes == 1) return _mm_add_epi8(a, b);
  if constexpr (Bytes == 2) return _mm_add_epi16(a, b);
  return _mm_add_epi32(a, b);
}

/// Picks the last lane for every lane.
template <std::size_t Bytes>
__m128i last_lane() noexcept {
  if constexpr (Bytes == 1) return _mm_set1_epi8(15);
  if constexpr (Bytes == 2) return _mm_set1_epi16(0x0f0e);
  return _mm_set1_epi32(0x0f0e0d0c);
}

/// Running sums of a whole row: only the carry depends on the register before.
template <class T>
void sum_row(std::byte* row, std::size_t count) noexcept {
  constexpr std::size_t lanes = 16 / sizeof(T);
  const __m128i last = last_lane<sizeof(T)>();
  __m128i carry = _mm_setzero_si128();
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    auto* at = reinterpret_cast<__m128i*>(row + i * sizeof(T));
    const __m128i sums = add_lanes<sizeof(T)>(sum_lanes<sizeof(T)>(_mm_loadu_si128(at)), carry);
    _mm_storeu_si128(at, sums);
    carry = _mm_shuffle_epi8(sums, last);
  }
  sum_scalar<T>(row, i == 0 ? 1 : i, count, 1);
}

template <class T>
void sum(std::byte* row, std::size_t count, std::size_t stride) noexcept {
  if (stride == 1)
    sum_row<T>(row, count);
  else
    sum_scalar<T>(row, stride, count, stride);
}

/// Puts together numbers whose bytes stand in four planes, the most significant first.
void join_planes(const std::byte* planes, std::size_t count, float* out) noexcept {
  const auto load = [&](std::size_t plane, std::size_t i) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(planes + plane * count + i));
  };
  auto* to = reinterpret_cast<std::byte*>(out);
  std::size_t i = 0;
  for (; i + 16 <= count; i += 16) {
    const __m128i b3 = load(0, i), b2 = load(1, i), b1 = load(2, i), b0 = load(3, i);
    const __m128i low_first = _mm_unpacklo_epi8(b0, b1), low_second = _mm_unpackhi_epi8(b0, b1);
    const __m128i high_first = _mm_unpacklo_epi8(b2, b3), high_second = _mm_unpackhi_epi8(b2, b3);
    const auto store = [&](std::size_t part, __m128i numbers) {
      _mm_storeu_si128(reinterpret_cast<__m128i*>(to + 4 * (i + 4 * part)), numbers);
    };
    store(0, _mm_unpacklo_epi16(low_first, high_first));
    store(1, _mm_unpackhi_epi16(low_first, high_first));
    store(2, _mm_unpacklo_epi16(low_second, high_second));
    store(3, _mm_unpackhi_epi16(low_second, high_second));
  }
  for (; i < count; ++i)
    for (std::size_t plane = 0; plane < 4; ++plane) to[4 * i + 3 - plane] = planes[plane * count + i];
}

}  // namespace

void undo_horizontal(std::byte* row, std::size_t pixels, std::size_t samples, std::size_t sample_bytes) noexcept {
  const std::size_t count = pixels * samples;
  switch (sample_bytes) {
    case 1: return sum<std::uint8_t>(row, count, samples);
    case 2: return sum<std::uint16_t>(row, count, samples);
    default: return sum<std::uint32_t>(row, count, samples);
  }
}

void undo_floating_point(std::byte* row, std::size_t count, std::size_t samples, float* out) noexcept {
  sum<std::uint8_t>(row, 4 * count, samples);
  join_planes(row, count, out);
}

}  // namespace terroir
