#include "pipeline/codecs/fletcher32.h"

#include <algorithm>

namespace terroir {
namespace {

/// One's complement of 16 bits: what overflows is added again.
std::uint32_t fold(std::uint32_t sum) noexcept { return (sum & 0xFFFFU) + (sum >> 16U); }

}  // namespace

std::uint32_t fletcher32(std::span<const std::byte> bytes) noexcept {
  constexpr std::size_t words_before_overflow = 360;
  std::uint32_t first = 0, second = 0;
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(bytes[i]); };
  const std::size_t words = bytes.size() / 2;
  for (std::size_t begin = 0; begin < words; begin += words_before_overflow) {
    const std::size_t end = std::min(words, begin + words_before_overflow);
    for (std::size_t i = begin; i < end; ++i) {
      first += byte(2 * i) << 8U | byte(2 * i + 1);
      second += first;
    }
    first = fold(first);
    second = fold(second);
  }
  if (bytes.size() % 2 != 0) {
    first = fold(first + (byte(bytes.size() - 1) << 8U));
    second = fold(second + first);
  }
  return fold(second) << 16U | fold(first);
}

}  // namespace terroir
