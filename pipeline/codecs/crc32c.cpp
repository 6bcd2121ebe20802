#include "pipeline/codecs/crc32c.h"

#include <isa-l/crc.h>
#include <algorithm>

namespace terroir {
namespace {

constexpr std::uint32_t polynomial = 0x82F63B78;  // Castagnoli's, x^32 left out; the highest bit stands for x^0
constexpr std::uint32_t one = 0x80000000;

/// The product of two polynomials over the field of two elements, modulo Castagnoli's.
constexpr std::uint32_t product(std::uint32_t a, std::uint32_t b) noexcept {
  std::uint32_t sum = 0;
  for (; a != 0; a <<= 1) {
    if ((a & one) != 0) sum ^= b;
    b = (b & 1) != 0 ? (b >> 1) ^ polynomial : b >> 1;
  }
  return sum;
}

/// x^(8 n): what a CRC is multiplied by when n bytes follow.
constexpr std::uint32_t power_of_bytes(std::uint64_t n) noexcept {
  std::uint32_t power = one, square = one >> 8;
  for (; n != 0; n >>= 1) {
    if ((n & 1) != 0) power = product(square, power);
    square = product(square, square);
  }
  return power;
}

}  // namespace

std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t seed) noexcept {
  // ISA-L neither inverts the register before nor after, takes its length as an int, and reads through a pointer to non-const.
  constexpr std::size_t longest = std::size_t{1} << 30;
  std::uint32_t state = ~seed;
  while (!bytes.empty()) {
    const auto part = bytes.first(std::min(bytes.size(), longest));
    auto* data = reinterpret_cast<unsigned char*>(const_cast<std::byte*>(part.data()));
    state = crc32_iscsi(data, static_cast<int>(part.size()), state);
    bytes = bytes.subspan(part.size());
  }
  return ~state;
}

std::uint32_t crc32c_joined(std::uint32_t first, std::uint32_t second, std::uint64_t second_bytes) noexcept {
  return product(power_of_bytes(second_bytes), first) ^ second;
}

}  // namespace terroir
