#include "pipeline/adapters/tiff/lzw.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace terroir {
namespace {

constexpr std::uint32_t clear_code = 256, end_code = 257, first_free = 258, table_size = 4096;

/// Takes codes of 9 to 12 bits from bytes.
class Codes {
 public:
  explicit Codes(std::span<const std::byte> in) noexcept : at_(in.data()), end_(in.data() + in.size()) {}

  /// The next code; end_code when the bytes are used up.
  std::uint32_t next(int width) noexcept {
    if (filled_ < width) refill();
    if (filled_ < width) return end_code;
    filled_ -= width;
    return static_cast<std::uint32_t>(bits_ >> filled_) & ((1u << width) - 1);
  }

 private:
  void refill() noexcept {
    if (end_ - at_ >= 8) {
      std::uint64_t more;
      std::memcpy(&more, at_, sizeof more);
      const int bytes = (63 - filled_) / 8;
      bits_ = bits_ << (8 * bytes) | __builtin_bswap64(more) >> (64 - 8 * bytes);
      at_ += bytes;
      filled_ += 8 * bytes;
      return;
    }
    for (; at_ != end_ && filled_ <= 48; filled_ += 8) bits_ = bits_ << 8 | std::to_integer<std::uint64_t>(*at_++);
  }

  const std::byte* at_;
  const std::byte* end_;
  std::uint64_t bits_ = 0;
  int filled_ = 0;
};

/// The string of a code is some bytes of what was already put out: the string of the code before it in the stream and the byte behind.
struct Entry {
  std::uint32_t start, length;
};

/// Copies `length` bytes from earlier in the output; the two may overlap, as repeats do.
void copy_earlier(std::byte* to, const std::byte* from, std::size_t length, std::size_t room) noexcept {
  constexpr std::size_t step = 16;
  if (to - from < static_cast<std::ptrdiff_t>(step) || room < length + step) {
    for (std::size_t i = 0; i < length; ++i) to[i] = from[i];
    return;
  }
  for (std::size_t i = 0; i < length; i += step) std::memcpy(to + i, from + i, step);
}

}  // namespace

bool decode_lzw(std::span<const std::byte> in, std::span<std::byte> out) noexcept {
  if (in.size() < 2 || out.size() > UINT32_MAX) return false;
  if (in[0] == std::byte{0} && (in[1] & std::byte{1}) != std::byte{0}) return false;
  std::array<Entry, table_size> table;
  Codes codes(in);
  std::uint32_t free = first_free, done = 0, previous_start = 0, previous_length = 0;
  const auto size = static_cast<std::uint32_t>(out.size());
  int width = 9;
  while (done < size) {
    const std::uint32_t code = codes.next(width);
    if (code == clear_code) {
      free = first_free;
      width = 9;
      previous_length = 0;
      continue;
    }
    if (code == end_code) return false;
    if (previous_length > 0 && free < table_size) table[free++] = {previous_start, previous_length + 1};
    if (code >= free) return false;
    const std::uint32_t start = done;
    if (code < clear_code) {
      out[done] = static_cast<std::byte>(code);
      previous_length = 1;
    } else {
      const Entry entry = table[code];
      previous_length = std::min(entry.length, size - done);
      copy_earlier(out.data() + done, out.data() + entry.start, previous_length, size - done);
    }
    done += previous_length;
    previous_start = start;
    // Codes grow one entry before they must.
    if (free + 2 > (1u << width) && width < 12) ++width;
  }
  return true;
}

}  // namespace terroir
