#include "pipeline/codecs/crc32c.h"

#include <isa-l/crc.h>
#include <algorithm>

namespace terroir {

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

}  // namespace terroir
