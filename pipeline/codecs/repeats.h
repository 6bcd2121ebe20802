#pragma once

#include <emmintrin.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace terroir {

/// How the bytes of a plane lie: a plane holds the bytes of equal significance of a chunk's numbers, in the order of the pixels.
struct PlaneShape {
  std::size_t row = 0;  ///< bytes of a row of pixels; 0 when the bytes are no raster
  std::size_t map = 0;  ///< bytes of a map; a plane may hold those of several times or features, one after the other
};

/// The bytes of a plane, and which of them repeat the byte `offset` before them. Compared by SSE2, which is part of the baseline.
class Repeats {
 public:
  static constexpr std::size_t word = 64;  ///< bytes that are compared at a time: a bit of a mask each

  Repeats(std::span<const std::byte> plane, std::size_t offset) : plane_(plane), offset_(offset) {}

  [[nodiscard]] std::size_t offset() const noexcept { return offset_; }

  /// Bit i: whether the byte at `at` + i is a repeat; none beyond the plane's end is.
  [[nodiscard]] std::uint64_t mask(std::size_t at) const noexcept {
    if (at >= offset_ && at + word <= plane_.size()) return compare(plane_.data() + at);
    std::uint64_t bits = 0;
    for (std::size_t i = std::max(at, offset_); i < std::min(at + word, plane_.size()); ++i)
      bits |= std::uint64_t{plane_[i] == plane_[i - offset_]} << (i - at);
    return bits;
  }

  /// The share of repeats among a quarter of the bytes, evenly spread.
  [[nodiscard]] double share() const noexcept {
    std::size_t count = 0;
    for (std::size_t at = 0; at < plane_.size(); at += 4 * word) count += static_cast<std::size_t>(std::popcount(mask(at)));
    return 4. * static_cast<double>(count) / static_cast<double>(plane_.size());
  }

  /// The share of bytes, among a quarter of them, at which three repeats in a row begin: the shortest match of DEFLATE. Fewer in a row
  /// are of no use to a codec, and come by chance where values are few or change slowly.
  [[nodiscard]] double runs() const noexcept {
    std::size_t count = 0;
    for (std::size_t at = 0; at < plane_.size(); at += 4 * word) {
      const std::uint64_t bits = mask(at);
      count += static_cast<std::size_t>(std::popcount(bits & bits >> 1U & bits >> 2U));
    }
    return 4. * static_cast<double>(count) / static_cast<double>(plane_.size());
  }

  /// Repeats from `begin` on, not beyond `end`.
  [[nodiscard]] std::size_t run(std::size_t begin, std::size_t end) const noexcept {
    std::size_t at = begin;
    for (; at + sizeof(std::uint64_t) <= end; at += sizeof(std::uint64_t)) {
      const std::uint64_t different = load(at) ^ load(at - offset_);
      if (different != 0) return at - begin + static_cast<std::size_t>(std::countr_zero(different)) / 8;
    }
    while (at < end && plane_[at] == plane_[at - offset_]) ++at;
    return at - begin;
  }

 private:
  [[nodiscard]] std::uint64_t load(std::size_t at) const noexcept {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, plane_.data() + at, sizeof bytes);
    return bytes;
  }

  [[nodiscard]] std::uint64_t compare(const std::byte* at) const noexcept {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < word; i += 16) {
      const __m128i here = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + i));
      const __m128i before = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + i - offset_));
      bits |= std::uint64_t{static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(here, before)))} << i;
    }
    return bits;
  }

  std::span<const std::byte> plane_;
  std::size_t offset_;
};

}  // namespace terroir
