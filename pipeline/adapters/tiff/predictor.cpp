#include "pipeline/adapters/tiff/predictor.h"

#include <immintrin.h>

#include <algorithm>
#include <array>
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

__m128i load(const std::byte* at) noexcept { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at)); }
void store(std::byte* at, __m128i x) noexcept { _mm_storeu_si128(reinterpret_cast<__m128i*>(at), x); }

template <class T>
__m128i add(__m128i a, __m128i b) noexcept {
  if constexpr (sizeof(T) == 1) return _mm_add_epi8(a, b);
  if constexpr (sizeof(T) == 2) return _mm_add_epi16(a, b);
  return _mm_add_epi32(a, b);
}

/// Pixels of 1, 2, 4 or 8 bytes: running sums inside a register, by adding it shifted by 1, 2, 4... pixels. Only the carry, the last
/// pixel in every place, depends on the register before.
template <class T, int Pixel>
void sum_in_register(std::byte* row, std::size_t bytes) noexcept {
  alignas(16) std::array<std::uint8_t, 16> last;
  for (std::size_t i = 0; i < 16; ++i) last[i] = static_cast<std::uint8_t>(16 - Pixel + i % Pixel);
  const __m128i pick = _mm_load_si128(reinterpret_cast<const __m128i*>(last.data()));
  __m128i carry = _mm_setzero_si128();
  std::size_t i = 0;
  for (; i + 16 <= bytes; i += 16) {
    __m128i x = load(row + i);
    if constexpr (Pixel <= 1) x = add<T>(x, _mm_slli_si128(x, 1));
    if constexpr (Pixel <= 2) x = add<T>(x, _mm_slli_si128(x, 2));
    if constexpr (Pixel <= 4) x = add<T>(x, _mm_slli_si128(x, 4));
    x = add<T>(add<T>(x, _mm_slli_si128(x, 8)), carry);
    store(row + i, x);
    carry = _mm_shuffle_epi8(x, pick);
  }
  constexpr std::size_t stride = Pixel / sizeof(T);
  sum_scalar<T>(row, i == 0 ? stride : i / sizeof(T), bytes / sizeof(T), stride);
}

/// Pixels of less than 16 bytes: a register holds the sums of one pixel. What it writes beyond its pixel the next one overwrites, so
/// the differences are taken from a copy, which also restores what lies behind the last pixel.
template <class T>
void sum_by_pixel(std::byte* row, std::size_t bytes, std::size_t pixel) noexcept {
  std::array<std::byte, 4096> copy;
  __m128i sums = _mm_setzero_si128();
  std::size_t i = 0;
  while (i + 16 <= bytes) {
    const std::size_t copied = std::min(copy.size(), bytes - i);
    std::memcpy(copy.data(), row + i, copied);
    std::size_t done = 0;
    for (; done + 16 <= copied; done += pixel) {
      sums = add<T>(sums, load(copy.data() + done));
      store(row + i + done, sums);
    }
    std::memcpy(row + i + done, copy.data() + done, copied - done);
    i += done;
  }
  sum_scalar<T>(row, std::max(i, pixel) / sizeof(T), bytes / sizeof(T), pixel / sizeof(T));
}

/// Pixels of at least 16 bytes: whole registers of the pixel before.
template <class T>
void sum_by_register(std::byte* row, std::size_t bytes, std::size_t pixel) noexcept {
  std::size_t i = pixel;
  for (; i + 16 <= bytes; i += 16) store(row + i, add<T>(load(row + i), load(row + i - pixel)));
  sum_scalar<T>(row, i / sizeof(T), bytes / sizeof(T), pixel / sizeof(T));
}

/// Undoes differences of numbers of type T, `stride` of which make a pixel.
template <class T>
void sum(std::byte* row, std::size_t count, std::size_t stride) noexcept {
  const std::size_t bytes = count * sizeof(T), pixel = stride * sizeof(T);
  if (pixel >= 16) return sum_by_register<T>(row, bytes, pixel);
  if constexpr (sizeof(T) <= 1)
    if (pixel == 1) return sum_in_register<T, 1>(row, bytes);
  if constexpr (sizeof(T) <= 2)
    if (pixel == 2) return sum_in_register<T, 2>(row, bytes);
  if (pixel == 4) return sum_in_register<T, 4>(row, bytes);
  if (pixel == 8) return sum_in_register<T, 8>(row, bytes);
  sum_by_pixel<T>(row, bytes, pixel);
}

/// Puts together numbers whose bytes stand in four planes, the most significant first.
void join_planes(const std::byte* planes, std::size_t count, float* out) noexcept {
  auto* to = reinterpret_cast<std::byte*>(out);
  std::size_t i = 0;
  for (; i + 16 <= count; i += 16) {
    const __m128i b3 = load(planes + i), b2 = load(planes + count + i), b1 = load(planes + 2 * count + i),
                  b0 = load(planes + 3 * count + i);
    const __m128i low_first = _mm_unpacklo_epi8(b0, b1), low_second = _mm_unpackhi_epi8(b0, b1);
    const __m128i high_first = _mm_unpacklo_epi8(b2, b3), high_second = _mm_unpackhi_epi8(b2, b3);
    std::byte* at = to + 4 * i;
    store(at, _mm_unpacklo_epi16(low_first, high_first));
    store(at + 16, _mm_unpackhi_epi16(low_first, high_first));
    store(at + 32, _mm_unpacklo_epi16(low_second, high_second));
    store(at + 48, _mm_unpackhi_epi16(low_second, high_second));
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
