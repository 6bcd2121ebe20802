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
  const std::uint8_t* begin;
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
TERROIR_INLINE Entry look(const Cursor& c, const Table& table, unsigned index_bits) {
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

/// Copies 16 bytes at a time, and up to 15 too many.
TERROIR_INLINE void copy_16(const std::uint8_t* from, std::uint8_t* out, const std::uint8_t* end) {
  while (true) {
    std::array<std::uint8_t, 16> bytes;
    std::memcpy(bytes.data(), from, bytes.size());
    std::memcpy(out, bytes.data(), bytes.size());
    if (__builtin_expect(end - out <= 16, 1)) return;
    from += bytes.size();
    out += bytes.size();
  }
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
  if (__builtin_expect(distance < 16, 0))
    repeat(distance, c.out, end);
  else
    copy_16(c.out - distance, c.out, end);
  c.out = end;
  return true;
}

/// The same of a match that one entry tells.
TERROIR_INLINE bool copy_whole(Cursor& c, Entry entry) {
  const auto used = static_cast<std::uint8_t>(entry);
  const std::uint64_t extra = (c.bits & ((std::uint64_t{1} << used) - 1)) >> (entry >> 8U & 63U);
  c.bits >>= used & 63U;
  c.held -= used;
  return copy(c, distance_bases[entry >> 16U & 31U] + extra, (entry >> 21U) - (whole_match >> 21U));
}

/// Writes the literal of `entry` and those that follow, at most so many; after them `entry` is what comes next. Whether that is another
/// literal, for which new bits are needed first.
template <unsigned most>
TERROIR_INLINE bool put_literals(Cursor& c, Entry& entry) {
  put(c.out++, entry);
  drop(c, entry);
  entry = look(c, c.tables.first, symbol_bits);
  if ((entry & literal) == 0) return false;
  if constexpr (most > 1)
    return put_literals<most - 1>(c, entry);
  else
    return true;
}

/// One symbol, or some literals, or up to four and one or two matches. A block of `mixed` symbols has a literal or none before most of its
/// matches, which no branch predictor foresees: there the first literal is written in any case, and counts only if it was one.
template <bool mixed>
TERROIR_INLINE Step step(Cursor& c) {
  const auto& [symbols, distances, first] = c.tables;
  fill(c);
  Entry entry = look(c, first, symbol_bits);
  if constexpr (mixed) {
    const std::uint64_t is_literal = entry >> 31U;
    put(c.out, entry);
    c.out += is_literal;
    drop(c, entry & 63U & static_cast<Entry>(0U - is_literal));
    entry = look(c, first, symbol_bits);
  }
  if ((entry & literal) != 0) {
    if (put_literals < mixed ? 3 : 4 > (c, entry)) {
      put(c.out++, entry);
      drop(c, entry);
      return Step::on;
    }
    fill(c);
  }
  if ((entry & whole_match) != 0) {
    if (!copy_whole(c, entry)) return Step::damaged;
    if constexpr (mixed) return Step::on;
    entry = look(c, first, symbol_bits);
    if ((entry & whole_match) == 0) return Step::on;
    return copy_whole(c, entry) ? Step::on : Step::damaged;
  }
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
  if constexpr (mixed) fill(c);
  Entry far = look(c, distances, distance_bits);
  if (__builtin_expect((far & special) != 0, 0)) {
    if ((far & pointer) != 0) far = look_longer(c, distances, far);
    if ((far & special) != 0) return Step::damaged;
  }
  return copy(c, take_value(c, far), length) ? Step::on : Step::damaged;
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

template <bool mixed>
TERROIR_INLINE void run(Stream& one, Stream& other) {
  Cursor a = cursor_of(one), b = cursor_of(other);
  Step step_a = Step::on, step_b = Step::on;
  for (auto left = std::min(one.rounds(), other.rounds()); left > 0; --left) {
    step_a = step<mixed>(a);
    if (__builtin_expect(step_a != Step::on, 0)) break;
    step_b = step<mixed>(b);
    if (__builtin_expect(step_b != Step::on, 0)) break;
  }
  leave(one, a, step_a);
  leave(other, b, step_b);
}

template <bool mixed>
TERROIR_INLINE void run(Stream& stream) {
  Cursor c = cursor_of(stream);
  Step last = Step::on;
  for (auto left = stream.rounds(); left > 0 && last == Step::on; --left) last = step<mixed>(c);
  leave(stream, c, last);
}

TERROIR_INLINE void in_runs_body(Stream& one, Stream& other) { run<false>(one, other); }
TERROIR_INLINE void in_turn_body(Stream& one, Stream& other) { run<true>(one, other); }
TERROIR_CLONES(in_runs, (Stream & one, Stream& other), (one, other))
TERROIR_CLONES(in_turn, (Stream & one, Stream& other), (one, other))
TERROIR_INLINE void runs_body(Stream& stream) { run<false>(stream); }
TERROIR_INLINE void turns_body(Stream& stream) { run<true>(stream); }
TERROIR_CLONES(runs, (Stream & stream), (stream))
TERROIR_CLONES(turns, (Stream & stream), (stream))

}  // namespace

void lockstep(Stream& one, Stream& other) noexcept {
  if (one.mixed && other.mixed) return in_turn(one, other);
  in_runs(one, other);
}

void alone(Stream& stream) noexcept { stream.mixed ? turns(stream) : runs(stream); }

}  // namespace terroir::deflate
