#include "pipeline/codecs/noise.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace terroir {
namespace {

constexpr std::size_t smallest_plane = 16384;
constexpr std::size_t part = 65536;    ///< bytes that have values of their own: a plane may hold several maps
constexpr std::size_t samples = 2048;  ///< of a part

constexpr std::size_t most_maps = 8;  ///< that a map is compared with: one may be that of a like feature

using Counts = std::array<std::uint32_t, 256>;

/// How often two of what was counted are equal, times the 256 values that it may have: 1 when all are equally frequent.
double coincidence(const Counts& counts) noexcept {
  double all = 0, pairs = 0;
  for (const double count : counts) all += count, pairs += count * (count - 1);
  return 256 * pairs / (all * (all - 1));
}

/// A code for values of coincidence c is shorter than 8 bits by log2(c) at most, which is 10 %, and by two thirds of that where they grow
/// rarer by and by, as those of differences do. The values of a slope may be as even, but its steps from one to the next are few, and
/// runs of them come again.
bool part_is_noise(std::span<const std::byte> bytes) noexcept {
  Counts values{}, steps{};
  constexpr std::size_t together = 16;
  const std::size_t next = bytes.size() / (samples / together) | 1;  // not whole rows: else all would be of the same columns
  for (std::size_t at = 0; at + together <= bytes.size(); at += next)
    for (std::size_t i = at; i < at + together; ++i) {
      ++values[static_cast<std::size_t>(bytes[i])];
      if (i > at) ++steps[static_cast<std::uint8_t>(static_cast<unsigned>(bytes[i]) - static_cast<unsigned>(bytes[i - 1]))];
    }
  return coincidence(values) < 1.7 && coincidence(steps) < 8;
}

/// Bytes left over join the last part.
bool parts_are_noise(std::span<const std::byte> plane) noexcept {
  const std::size_t parts = std::max<std::size_t>(plane.size() / part, 1);
  for (std::size_t i = 0; i < parts; ++i) {
    const std::size_t begin = i * part, end = i + 1 == parts ? plane.size() : begin + part;
    if (!part_is_noise(plane.subspan(begin, end - begin))) return false;
  }
  return true;
}

bool repeats(std::span<const std::byte> plane, std::size_t offset) noexcept {
  return offset > 0 && offset < plane.size() && Repeats(plane, offset).runs() > 1. / 256;
}

}  // namespace

bool is_noise(std::span<const std::byte> plane, const PlaneShape& shape) noexcept {
  if (plane.size() < smallest_plane || shape.row == 0 || !parts_are_noise(plane)) return false;
  if (repeats(plane, 1) || repeats(plane, shape.row)) return false;
  for (std::size_t before = 1; before <= most_maps; ++before)
    if (repeats(plane, before * shape.map)) return false;
  return true;
}

}  // namespace terroir
