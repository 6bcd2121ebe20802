// Compression of given matches is declared for static linking only, although the shared library has it.
#define ZSTD_STATIC_LINKING_ONLY
#include "pipeline/codecs/zstd_plane.h"

#include "pipeline/codecs/repeats.h"
#include "pipeline/codecs/zstd.h"

#include <zstd.h>
#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <memory>
#include <new>
#include <vector>

namespace terroir {
namespace {

constexpr std::size_t word = Repeats::word;
constexpr std::size_t shortest = 12;        ///< bytes of a match; below that a code for each byte costs no more
constexpr std::size_t block = 1U << 17;     ///< zstd's largest; each has matches of its own
constexpr std::size_t farthest = 1U << 18;  ///< that a match may look back, well inside of the window of level 1
constexpr std::size_t smallest_plane = 1024;

/// What a part of a plane tells about its bytes and their left neighbours.
struct Changes {
  double repeats = 0;      ///< share of bytes that repeat their neighbour
  double settling = 0;     ///< share of repeats among those whose neighbour does not repeat its own
  double coincidence = 0;  ///< how often two bytes that are no repeats are equal, wherever they lie
};

/// Of an eighth of the plane, evenly spread.
Changes look_at_changes(std::span<const std::byte> plane) {
  const Repeats left(plane, 1);
  std::array<std::uint32_t, 256> counts{};
  std::size_t repeats = 0, changed = 0, settled = 0, seen = 0;
  for (std::size_t at = 0; at + word <= plane.size(); at += 8 * word) {
    const std::uint64_t mask = left.mask(at), after_change = ~(mask << 1U) & ~std::uint64_t{1};
    repeats += static_cast<std::size_t>(std::popcount(mask));
    changed += static_cast<std::size_t>(std::popcount(after_change));
    settled += static_cast<std::size_t>(std::popcount(after_change & mask));
    for (std::uint64_t rest = ~mask & 0xFFFFU; rest != 0; rest &= rest - 1)
      ++counts[static_cast<std::size_t>(plane[at + static_cast<std::size_t>(std::countr_zero(rest))])];
    seen += word;
  }
  double changes = 0, pairs = 0;
  for (const double count : counts) changes += count, pairs += count * (count - 1);
  const auto share = [](double part, double whole) { return whole > 0 ? part / whole : 0; };
  return {share(static_cast<double>(repeats), static_cast<double>(seen)), share(static_cast<double>(settled), static_cast<double>(changed)),
          share(pairs, changes * (changes - 1))};
}

/// Whether a search beside a byte and above it does as well as one in all places. It does not where next to nothing or nearly
/// everything is a repeat: there zstd is fast. Nor where bytes settle on their new value far more often than chance has it: those are
/// the steps of a smooth slope, which come again elsewhere.
bool repeats_at_random(const Changes& changes) {
  return changes.repeats > 1. / 32 && changes.repeats < 0.97 && changes.settling < 4 * changes.coincidence;
}

/// The offset beside 1 at which a plane repeats itself: a row, or a map where that is more; 0 where the plane is left to zstd's search.
std::size_t other_offset(std::span<const std::byte> plane, const PlaneShape& shape) {
  const auto within = [&](std::size_t offset) { return offset > 0 && offset < plane.size() && offset <= farthest; };
  if (plane.size() < smallest_plane || !within(shape.row) || !repeats_at_random(look_at_changes(plane))) return 0;
  return within(shape.map) && Repeats(plane, shape.map).share() > Repeats(plane, shape.row).share() ? shape.map : shape.row;
}

using Matches = std::vector<ZSTD_Sequence>;

/// Runs of repeats, looked at from one word to the next.
class Runs {
 public:
  Runs(const Repeats& repeats, std::size_t at) : repeats_(repeats), next_(repeats.mask(at)) {}

  /// Goes on to the word at `at`.
  void step(std::size_t at) noexcept {
    at_ = at;
    here_ = next_;
    next_ = repeats_.mask(at + word);
  }

  /// Bit i: whether `shortest` repeats in a row begin at byte i of the word.
  [[nodiscard]] std::uint64_t starts() const noexcept {
    std::uint64_t low = here_, high = next_;
    for (const unsigned step : {1U, 2U, 4U, static_cast<unsigned>(shortest) - 8}) {
      low &= low >> step | high << (word - step);
      high &= high >> step;
    }
    return low;
  }

  /// Repeats from a byte of the word on, not beyond `end`.
  [[nodiscard]] std::size_t length(unsigned byte, std::size_t end) const noexcept { return std::min(inside(byte, end), end - at_ - byte); }

 private:
  [[nodiscard]] std::size_t inside(unsigned byte, std::size_t end) const noexcept {
    const std::size_t known = word - byte;
    const auto here = static_cast<std::size_t>(std::countr_one(here_ >> byte));  // zeros come in from above
    if (here < known) return here;
    const auto next = static_cast<std::size_t>(std::countr_one(next_));
    if (next < word) return known + next;
    return known + word + repeats_.run(std::min(at_ + 2 * word, end), end);
  }

  const Repeats& repeats_;
  std::size_t at_ = 0;
  std::uint64_t here_ = 0, next_;
};

ZSTD_Sequence sequence(std::size_t offset, std::size_t literals, std::size_t length) {
  return {static_cast<unsigned>(offset), static_cast<unsigned>(literals), static_cast<unsigned>(length), 0};
}

/// The most that a plane has: matches of the shortest length side by side, and the end of each block.
std::size_t most_matches(std::size_t bytes) { return bytes / shortest + bytes / block + 1; }

/// Appends the matches of one block, the longer one wherever runs of both offsets begin, and the literals behind the last of them.
void find_matches(const Repeats& left, const Repeats& above, std::size_t begin, std::size_t end, Matches& out) {
  std::size_t done = begin;
  Runs along(left, begin), down(above, begin);
  for (std::size_t at = begin; at < end; at += word) {
    along.step(at);
    down.step(at);
    const std::uint64_t starts = along.starts() | down.starts();
    while (done < at + word) {
      const std::uint64_t open = starts & (done > at ? ~std::uint64_t{0} << (done - at) : ~std::uint64_t{0});
      if (open == 0) break;
      const auto byte = static_cast<unsigned>(std::countr_zero(open));
      const std::size_t repeats = along.length(byte, end), copies = down.length(byte, end), length = std::max(repeats, copies);
      if (length < shortest) break;  // only at the block's end
      out.push_back(sequence(repeats >= copies ? left.offset() : above.offset(), at + byte - done, length));
      done = at + byte + length;
    }
  }
  out.push_back(sequence(0, end - done, 0));
}

struct Free {
  void operator()(ZSTD_CCtx* context) const noexcept { ZSTD_freeCCtx(context); }
};

ZSTD_CCtx* coder() {
  thread_local const std::unique_ptr<ZSTD_CCtx, Free> context = [] {
    std::unique_ptr<ZSTD_CCtx, Free> made(ZSTD_createCCtx());
    if (!made) throw std::bad_alloc();
    ZSTD_CCtx_setParameter(made.get(), ZSTD_c_compressionLevel, 1);
    ZSTD_CCtx_setParameter(made.get(), ZSTD_c_blockDelimiters, ZSTD_sf_explicitBlockDelimiters);
    // Else it makes room for a stream's input and output, up to 768 KiB that nothing is put into.
    ZSTD_CCtx_setParameter(made.get(), ZSTD_c_stableInBuffer, 1);
    ZSTD_CCtx_setParameter(made.get(), ZSTD_c_stableOutBuffer, 1);
    return made;
  }();
  return context.get();
}

}  // namespace

std::size_t zstd_compress_plane(std::span<const std::byte> in, const PlaneShape& shape, std::span<std::byte> out) {
  const std::size_t offset = other_offset(in, shape);
  if (offset == 0) return zstd_compress(in, 1, out);
  thread_local Matches matches;
  matches.clear();
  matches.reserve(most_matches(in.size()));
  const Repeats left(in, 1), above(in, offset);
  for (std::size_t begin = 0; begin < in.size(); begin += block)
    find_matches(left, above, begin, std::min(in.size(), begin + block), matches);
  return zstd_result(ZSTD_compressSequences(coder(), out.data(), out.size(), matches.data(), matches.size(), in.data(), in.size()));
}

std::size_t zstd_plane_bytes(std::size_t bytes) noexcept {
  return 2 * zstd_context_bytes(1, bytes) + most_matches(bytes) * sizeof(ZSTD_Sequence);
}

}  // namespace terroir
