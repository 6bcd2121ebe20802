#include "pipeline/codecs/lockstep.h"

#include "kernels/clones.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace terroir::deflate {
namespace {

static_assert(std::endian::native == std::endian::little, "bits are loaded eight bytes at a time");

enum class Step { on, block_end, damaged };

/// The part of a stream that a step needs, in registers while the loop runs.
struct Cursor {
  const Tables& tables;
  const std::uint8_t* begin;  ///< of the output
  const std::uint8_t* in;
  std::uint8_t* out;
  std::uint64_t bits;
  std::uint64_t held;  ///< how many bits in its lowest 6 bits, anything above
};

TERROIR_INLINE std::uint64_t load(const std::uint8_t* from) {
  std::uint64_t value = 0;
  std::memcpy(&value, from, sizeof value);
  return value;
}

/// Makes at least 56 bits of it without asking how many there are: bytes that do not fit whole are read again the next time.
TERROIR_INLINE void fill(Cursor& c) {
  c.bits |= load(c.in) << (c.held & 63U);
  c.in += 7 - (c.held >> 3U & 7U);
  c.held |= 56U;
}

TERROIR_INLINE void drop(Cursor& c, Entry entry) {
  c.bits >>= entry & 63U;
  c.held -= entry;
}

template <class Table>
TERROIR_INLINE const Entry& look(const Cursor& c, const Table& table, unsigned index_bits) {
  return table[c.bits & ((1U << index_bits) - 1)];
}

template <class Table>
TERROIR_INLINE Entry look_longer(Cursor& c, const Table& table, Entry entry) {
  drop(c, entry & 0xFFU);
  return table[(entry >> 16U) + (c.bits & ((1U << (entry >> 8U & 0xFU)) - 1))];
}

/// Base and extra bits of a length or distance, whose code and extra bits are used up.
TERROIR_INLINE std::uint64_t take_value(Cursor& c, Entry entry) {
  const std::uint64_t extra = (c.bits & ((std::uint64_t{1} << (entry & 63U)) - 1)) >> (entry >> 8U & 63U);
  drop(c, entry);
  return (entry >> 16U) + extra;
}

TERROIR_INLINE void put(std::uint8_t* out, Entry entry) { *out = static_cast<std::uint8_t>(entry >> 8U); }

TERROIR_INLINE void move_16(const std::uint8_t* from, std::uint8_t* out) {
  std::array<std::uint8_t, 16> bytes;
  std::memcpy(bytes.data(), from, bytes.size());
  std::memcpy(out, bytes.data(), bytes.size());
}

/// Not inlined, for the loop around it has no register left.
[[gnu::noinline, gnu::cold]] void copy_rest(const std::uint8_t* from, std::uint8_t* out, const std::uint8_t* end) {
  for (; out < end; from += 16, out += 16) move_16(from, out);
}

/// Copies 16 bytes at a time, and up to 15 too many.
TERROIR_INLINE void copy_16(const std::uint8_t* from, std::uint8_t* out, const std::uint8_t* end) {
  move_16(from, out);
  if (__builtin_expect(end - out > 16, 0)) copy_rest(from + 16, out + 16, end);
}

/// A match that may overlap what it makes within 16 bytes: its pattern is laid out until it is as long.
TERROIR_INLINE void repeat(std::uint64_t distance, std::uint8_t* out, const std::uint8_t* end) {
  std::uint64_t pattern = distance;
  while (pattern < 16) pattern += distance;
  for (std::uint64_t i = distance; i < pattern; ++i, ++out) *out = *(out - distance);
  if (out < end) copy_16(out - pattern, out, end);
}

/// False for a match that begins before the stream does.
TERROIR_INLINE bool copy(Cursor& c, std::uint64_t distance, std::uint64_t length) {
  if (__builtin_expect(distance > static_cast<std::uint64_t>(c.out - c.begin), 0)) return false;
  std::uint8_t* const end = c.out + length;
  if (__builtin_expect(distance < overlap, 0))
    repeat(distance, c.out, end);
  else
    copy_16(c.out - distance, c.out, end);
  c.out = end;
  return true;
}

/// Puts a literal, or copies a match, without a branch that asks which: the byte of a literal is copied from the table. False for a match
/// that begins before the stream does, which has to be asked as long as one can. `place`: where `whole` was read, before a store that the
/// compiler takes for one into the table.
template <bool far>
TERROIR_INLINE bool put_whole(Cursor& c, Whole whole, const Whole& place) {
  const Distance& code = c.tables.reach[whole >> 8U & 0xFFU];
  const std::uint32_t distance = code.base + (static_cast<std::uint32_t>(c.bits >> (whole >> 16U & 63U)) & code.extra);
  drop(c, whole);
  const auto is_literal = static_cast<std::uint64_t>(static_cast<std::int64_t>(static_cast<std::int8_t>(whole)) >> 7);
  if constexpr (!far)
    if (__builtin_expect((distance & ~is_literal) > static_cast<std::uint64_t>(c.out - c.begin), 0)) return false;
  const auto match = reinterpret_cast<std::uintptr_t>(c.out) - distance, byte = reinterpret_cast<std::uintptr_t>(&place) + 1;
  copy_16(reinterpret_cast<const std::uint8_t*>(match ^ ((match ^ byte) & is_literal)), c.out, c.out + (whole >> 22U));
  c.out += whole >> 22U;
  return true;
}

/// Writes the literal of `entry` and those that follow, at most so many; after them `entry` is what comes next. Whether that is another
/// literal, for which new bits are needed first.
template <unsigned most>
TERROIR_INLINE bool put_literals(Cursor& c, Entry& entry) {
  put(c.out++, entry);
  drop(c, entry);
  entry = look(c, c.tables.symbols, symbol_bits);
  if ((entry & literal) == 0) return false;
  if constexpr (most > 1)
    return put_literals<most - 1>(c, entry);
  else
    return true;
}

/// A symbol that is no literal of the first table.
TERROIR_INLINE Step take_symbol(Cursor& c, Entry entry) {
  const SymbolTable& symbols = c.tables.symbols;
  const DistanceTable& distances = c.tables.distances;
  if (__builtin_expect((entry & special) != 0, 0)) {
    if ((entry & pointer) != 0) entry = look_longer(c, symbols, entry);
    if ((entry & literal) != 0) {
      put(c.out++, entry);
      drop(c, entry);
      return Step::on;
    }
    if ((entry & special) != 0) {
      drop(c, entry);
      return (entry & block_end) != 0 ? Step::block_end : Step::damaged;
    }
  }
  const std::uint64_t length = take_value(c, entry);
  Entry far = look(c, distances, distance_bits);
  if (__builtin_expect((far & special) != 0, 0)) {
    if ((far & pointer) != 0) far = look_longer(c, distances, far);
    if ((far & special) != 0) return Step::damaged;
  }
  return copy(c, take_value(c, far), length) ? Step::on : Step::damaged;
}

/// Five literals, or up to four and a symbol of another kind.
TERROIR_INLINE Step take_runs(Cursor& c) {
  fill(c);
  Entry entry = look(c, c.tables.symbols, symbol_bits);
  if ((entry & literal) != 0) {
    if (put_literals<4>(c, entry)) {
      put(c.out++, entry);
      drop(c, entry);
      return Step::on;
    }
    fill(c);
  }
  return take_symbol(c, entry);
}

/// Two symbols that are told whole, or one of any kind. Which are literals and which matches no branch predictor foresees.
template <bool far>
TERROIR_INLINE Step take_wholes(Cursor& c) {
  fill(c);
  const Whole& first = look(c, c.tables.wholes, symbol_bits);
  const Whole one = first;
  if (__builtin_expect(one < least_whole, 0)) return take_symbol(c, look(c, c.tables.symbols, symbol_bits));
  if (!put_whole<far>(c, one, first)) return Step::damaged;
  const Whole& second = look(c, c.tables.wholes, symbol_bits);
  const Whole other = second;
  if (__builtin_expect(other < least_whole, 0)) return Step::on;
  return put_whole<far>(c, other, second) ? Step::on : Step::damaged;
}

TERROIR_INLINE Cursor cursor_of(const Stream& s) { return {s.tables, s.out_begin, s.in, s.out, s.bits, s.held}; }

/// Gives whole bytes back.
TERROIR_INLINE void leave(Stream& s, const Cursor& c, Step last) {
  const auto held = static_cast<unsigned>(c.held & 63U);
  s.in = c.in - held / 8;
  s.held = held % 8;
  s.bits = c.bits & ((std::uint64_t{1} << s.held) - 1);
  s.out = c.out;
  if (last == Step::block_end) s.close_block();
  if (last == Step::damaged) s.state = Stream::State::damaged;
}

/// What a block's symbols are mostly: runs of literals, and long matches; or such as are told whole, near the stream's beginning and so far
/// from it that no match can reach beyond.
enum class Kind { runs, whole_near, whole_far };

TERROIR_INLINE Kind kind_of(const Stream& s) {
  if (!s.whole) return Kind::runs;
  return s.out - s.out_begin >= farthest ? Kind::whole_far : Kind::whole_near;
}

template <Kind kind>
TERROIR_INLINE Step take(Cursor& c) {
  if constexpr (kind == Kind::runs)
    return take_runs(c);
  else
    return take_wholes<kind == Kind::whole_far>(c);
}

/// After so many rounds it is asked again whether the beginning is still near.
constexpr std::ptrdiff_t near_rounds = 4096;

template <Kind kind>
TERROIR_INLINE std::ptrdiff_t rounds_of(const Stream& s) {
  return kind == Kind::whole_near ? std::min(s.rounds(), near_rounds) : s.rounds();
}

template <Kind kind>
TERROIR_INLINE void run(Stream& one, Stream& other) {
  Cursor a = cursor_of(one), b = cursor_of(other);
  Step step_a = Step::on, step_b = Step::on;
  for (auto left = std::min(rounds_of<kind>(one), rounds_of<kind>(other)); left > 0; --left) {
    step_a = take<kind>(a);
    if (__builtin_expect(step_a != Step::on, 0)) break;
    step_b = take<kind>(b);
    if (__builtin_expect(step_b != Step::on, 0)) break;
  }
  leave(one, a, step_a);
  leave(other, b, step_b);
}

template <Kind kind>
TERROIR_INLINE void run(Stream& stream) {
  Cursor c = cursor_of(stream);
  Step last = Step::on;
  for (auto left = rounds_of<kind>(stream); left > 0 && last == Step::on; --left) last = take<kind>(c);
  leave(stream, c, last);
}

TERROIR_INLINE void both_in_runs_body(Stream& one, Stream& other) { run<Kind::runs>(one, other); }
TERROIR_INLINE void both_near_body(Stream& one, Stream& other) { run<Kind::whole_near>(one, other); }
TERROIR_INLINE void both_far_body(Stream& one, Stream& other) { run<Kind::whole_far>(one, other); }
TERROIR_INLINE void one_in_runs_body(Stream& stream) { run<Kind::runs>(stream); }
TERROIR_INLINE void one_near_body(Stream& stream) { run<Kind::whole_near>(stream); }
TERROIR_CLONES(both_in_runs, (Stream & one, Stream& other), (one, other))
TERROIR_CLONES(both_near, (Stream & one, Stream& other), (one, other))
TERROIR_CLONES(both_far, (Stream & one, Stream& other), (one, other))
TERROIR_CLONES(one_in_runs, (Stream & stream), (stream))
TERROIR_CLONES(one_near, (Stream & stream), (stream))

}  // namespace

void lockstep(Stream& one, Stream& other) noexcept {
  switch (std::min(kind_of(one), kind_of(other))) {
    case Kind::runs: return both_in_runs(one, other);
    case Kind::whole_near: return both_near(one, other);
    case Kind::whole_far: return both_far(one, other);
  }
}

void alone(Stream& stream) noexcept { stream.whole ? one_near(stream) : one_in_runs(stream); }

}  // namespace terroir::deflate
