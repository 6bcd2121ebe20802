#include "pipeline/codecs/deflate_code.h"

#include "kernels/clones.h"

#include <algorithm>
#include <bit>

namespace terroir::deflate {
namespace {

constexpr unsigned longest = 15;

/// Entries without their code's length: extra bits in bits 0-7, the rest as in the table (RFC 1951, section 3.2.5).
constexpr auto symbol_meanings = [] {
  std::array<Entry, most_symbols> meanings{};
  for (Entry byte = 0; byte < 256; ++byte) meanings[byte] = literal | byte << 8U;
  meanings[256] = special | block_end;
  Entry base = 3;
  for (Entry i = 0; i < 28; ++i) {
    const Entry extra = i < 8 ? 0 : i / 4 - 1;
    meanings[257 + i] = base << 16U | extra;
    base += 1U << extra;
  }
  meanings[285] = 258U << 16U;
  meanings[286] = meanings[287] = special;
  return meanings;
}();

constexpr auto distance_meanings = [] {
  std::array<Entry, most_distances> meanings{};
  for (Entry i = 0; i < 30; ++i) meanings[i] = all_distances[i].base << 16U | (i < 4 ? 0 : i / 2 - 1);
  meanings[30] = meanings[31] = special;
  return meanings;
}();

constexpr auto length_meanings = [] {
  std::array<Entry, most_lengths> meanings{};
  for (Entry i = 0; i < most_lengths; ++i) meanings[i] = i << 16U;
  return meanings;
}();

Entry entry_of(Entry meaning, unsigned length) { return meaning + ((meaning & (literal | special)) != 0 ? length : length << 8U | length); }

/// The next code of `length` bits, as it lies in the stream: its first bit lowest. Not for the last one, which is all ones.
unsigned next_code(unsigned code, unsigned length) {
  const unsigned zeros = code ^ ((1U << length) - 1);
  const unsigned highest = std::bit_floor(zeros);
  return (code & (highest - 1)) | highest;
}

/// The symbols of a code, shortest codes first.
struct Order {
  std::array<unsigned, longest + 2> count{};
  std::array<std::uint16_t, most_symbols> symbols{};
  unsigned used = 0;
  int unused_space = 1;  ///< of the longest codes, how many have no meaning

  explicit Order(std::span<const std::uint8_t> lengths) {
    for (const auto length : lengths) ++count[length];
    used = static_cast<unsigned>(lengths.size()) - count[0];
    count[0] = 0;
    std::array<unsigned, longest + 2> place{};
    for (unsigned length = 1; length <= longest; ++length) {
      unused_space = std::max(2 * unused_space - static_cast<int>(count[length]), -1);
      place[length + 1] = place[length] + count[length];
      if (unused_space < 0) return;
    }
    for (std::size_t i = 0; i < lengths.size(); ++i)
      if (lengths[i] != 0) symbols[place[lengths[i]]++] = static_cast<std::uint16_t>(i);
  }
};

/// Where the codes of a table are being filled in.
struct Filling {
  const Order& order;
  std::span<const Entry> meanings;
  std::span<Entry> table;
  unsigned code = 0, done = 0;  ///< codes so far

  [[nodiscard]] bool complete() const noexcept { return done == order.used; }
  void advance(unsigned length) {
    if (++done < order.used) code = next_code(code, length);
  }
};

/// Codes of at most `bits` bits. A table of a code length holds them at their index; one bit more doubles it.
void fill_first_table(Filling& fill, unsigned bits) {
  fill.table[0] = special;
  for (unsigned length = 1, size = 1; length <= bits; ++length, size *= 2) {
    std::copy_n(fill.table.data(), size, fill.table.data() + size);
    for (unsigned i = 0; i < fill.order.count[length]; ++i) {
      fill.table[fill.code] = entry_of(fill.meanings[fill.order.symbols[fill.done]], length);
      fill.advance(length);
    }
  }
}

/// Index bits of the table of longer codes that begins with `left` codes of `length` bits.
unsigned table_bits(const Order& order, unsigned length, unsigned left, unsigned bits) {
  unsigned index_bits = length - bits;
  for (unsigned space = left; space < 1U << index_bits && bits + index_bits < longest;) {
    ++index_bits;
    space = 2 * space + order.count[bits + index_bits];
  }
  return index_bits;
}

bool fill_longer_tables(Filling& fill, unsigned bits) {
  const unsigned first_size = 1U << bits;
  unsigned prefix = first_size, start = 0, end = first_size, index_bits = 0;
  for (unsigned length = bits + 1; length <= longest; ++length)
    for (unsigned left = fill.order.count[length]; left > 0; --left) {
      if ((fill.code & (first_size - 1)) != prefix) {
        prefix = fill.code & (first_size - 1);
        index_bits = table_bits(fill.order, length, left, bits);
        start = end;
        end += 1U << index_bits;
        if (end > fill.table.size()) return false;
        fill.table[prefix] = special | pointer | start << 16U | index_bits << 8U | bits;
      }
      const Entry entry = entry_of(fill.meanings[fill.order.symbols[fill.done]], length - bits);
      for (unsigned at = fill.code >> bits; at < 1U << index_bits; at += 1U << (length - bits)) fill.table[start + at] = entry;
      fill.advance(length);
    }
  return true;
}

bool make(std::span<const std::uint8_t> lengths, std::span<const Entry> meanings, unsigned bits, std::span<Entry> table) {
  if (lengths.size() > meanings.size()) return false;
  const Order order(lengths);
  if (order.unused_space < 0) return false;
  if (order.unused_space == 0) {
    Filling fill{order, meanings, table};
    fill_first_table(fill, bits);
    return fill.complete() || fill_longer_tables(fill, bits);
  }
  if (order.used > 1 || (order.used == 1 && order.count[1] != 1)) return false;
  std::fill_n(table.data(), std::size_t{1} << bits, special);
  if (order.used == 1)
    for (std::size_t i = 0; i < std::size_t{1} << bits; i += 2) table[i] = entry_of(meanings[order.symbols[0]], 1);
  return true;
}

}  // namespace

bool make_table(std::span<const std::uint8_t> lengths, SymbolTable& table) { return make(lengths, symbol_meanings, symbol_bits, table); }
bool make_table(std::span<const std::uint8_t> lengths, DistanceTable& table) {
  return make(lengths, distance_meanings, distance_bits, table);
}
bool make_table(std::span<const std::uint8_t> lengths, LengthTable& table) { return make(lengths, length_meanings, length_bits, table); }

namespace {

/// Without a branch, for the entries are as random as the codes. `shares` of the first table: of lengths, and of those of them that are
/// whole matches.
TERROIR_INLINE void join_body(const Entry* __restrict symbols, const Entry* __restrict distances, Whole* __restrict wholes,
                              std::array<Entry, 2>& shares) {
  for (Entry i = 0; i < 1U << symbol_bits; ++i) {
    const Entry entry = symbols[i], used = entry & 31U, before = entry >> 8U & 0xFU;
    // Bits beyond those that are known are zeros here.
    const Entry far = distances[i >> used & ((1U << distance_bits) - 1)], code = far >> 8U & 0xFU;
    const Entry length = (entry >> 16U) + ((i & ((1U << used) - 1)) >> before);
    const Entry extra = (far & 31U) - code, above = (far >> 16U) - 1, symbol = 2 * extra + (above >> (extra & 31U));
    const Whole match = length << 22U | (used + code) << 16U | symbol << 8U | (used + code + extra);
    const Whole byte = 1U << 22U | (entry & 0xFF00U) | 1U << 7U | used;
    const bool known =
        (entry & (literal | special)) == 0 && (far & special) == 0 && symbol >= first_far_symbol && used + code <= symbol_bits;
    wholes[i] = (entry & literal) != 0 ? byte : known ? match : 0;
  }
  Entry lengths = 0, known = 0;
  for (Entry i = 0; i < 1U << symbol_bits; ++i) {
    const Entry is_length = (symbols[i] & (literal | special)) == 0 ? 1 : 0;
    lengths += is_length;
    known += is_length & (wholes[i] != 0 ? 1U : 0U);
  }
  shares = {lengths, known};
}
TERROIR_CLONES(join,
               (const Entry* __restrict symbols, const Entry* __restrict distances, Whole* __restrict wholes, std::array<Entry, 2>& shares),
               (symbols, distances, wholes, shares))

}  // namespace

bool join_tables(Tables& tables) {
  std::array<Entry, 2> shares{};
  join(tables.symbols.data(), tables.distances.data(), tables.wholes.data(), shares);
  return shares[1] >= shares[0] / 8 * 7;
}

}  // namespace terroir::deflate
