#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace terroir::deflate {

/// What a table says of the bits that come next, in one of three forms:
///   literal          bit 31; the byte in bits 8-15; the code's length in bits 0-7
///   length, distance the base in bits 16-30; the code's length in bits 8-11; that and the extra bits after it in bits 0-7
///   special          bit 15; a pointer to the table of longer codes (bit 14; its place in bits 16-28, its index bits in bits 8-11, the
///                    bits of this table in bits 0-7), the end of a block (bit 13; the code's length in bits 0-7), or no code at all
using Entry = std::uint32_t;
constexpr Entry literal = 1U << 31U, special = 1U << 15U, pointer = 1U << 14U, block_end = 1U << 13U;

/// What one look tells of a literal, or of a match of which it tells length and distance, and that does not overlap what it makes:
///   bits 22-31  the length, 1 of a literal; 0: it is neither
///   bits 16-21  of a match the bits in front of the extra bits of the distance
///   bits 8-15   the byte, or the symbol of the distance
///   bit 7       whether it is a literal
///   bits 0-5    all bits
using Whole = std::uint32_t;
constexpr Whole least_whole = 1U << 22U;

/// Index bits of the first table, and places for the worst code.
constexpr unsigned symbol_bits = 11, distance_bits = 9, length_bits = 7;
constexpr std::size_t most_symbols = 288, most_distances = 32, most_lengths = 19;
using SymbolTable = std::array<Entry, 2400>;
using DistanceTable = std::array<Entry, 1024>;
using LengthTable = std::array<Entry, 1U << length_bits>;

using WholeTable = std::array<Whole, 1U << symbol_bits>;

/// A match from a smaller distance may overlap the 16 bytes that it makes at once.
constexpr unsigned overlap = 16;

/// What a symbol of a distance stands for: the lowest one, and a mask of the bits that are added.
struct Distance {
  std::uint32_t base = 0, extra = 0;
};

/// At more places than there are symbols, for bytes are looked up as well.
constexpr auto all_distances = [] {
  std::array<Distance, 256> all{};
  std::uint32_t base = 1;
  for (std::size_t i = 0; i < 30; ++i) {
    const std::uint32_t count = 1U << (i < 4 ? 0 : i / 2 - 1);
    all[i] = {base, count - 1};
    base += count;
  }
  return all;
}();
constexpr unsigned first_far_symbol = 8;  ///< of a distance beyond `overlap`
constexpr std::ptrdiff_t farthest = 1 << 15;

/// What the codes of a block mean.
struct Tables {
  WholeTable wholes;    ///< not the last one: 16 bytes are copied from each of its entries
  SymbolTable symbols;  ///< literals and lengths
  DistanceTable distances;
  std::array<Distance, 256> reach = all_distances;  ///< here they need no address of their own
};

/// Make the table of a canonical prefix code (RFC 1951, section 3.2.2) from the lengths of its codes, 0 for symbols without one. False for
/// a code that leaves bits without a meaning, except for one that has at most one symbol, and for one that gives some bits two.
[[nodiscard]] bool make_table(std::span<const std::uint8_t> lengths, SymbolTable&);
[[nodiscard]] bool make_table(std::span<const std::uint8_t> lengths, DistanceTable&);
/// Of the code in which the lengths of the two others are written: a symbol stands as the base of a length.
[[nodiscard]] bool make_table(std::span<const std::uint8_t> lengths, LengthTable&);

/// Makes the table of wholes from the other two. False when it knows less than 7 of 8 matches: which ones is random.
[[nodiscard]] bool join_tables(Tables&);

}  // namespace terroir::deflate
