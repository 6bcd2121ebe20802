#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace terroir::deflate {

/// What a table says of the bits that come next, in one of four forms:
///   literal          bit 31; the byte in bits 8-15; the code's length in bits 0-7
///   whole match      bit 30; the length in bits 21-29; the symbol of the distance in bits 16-20; bits before the distance's extra bits in
///                    bits 8-11; all bits in bits 0-7
///   length, distance the base in bits 16-30; the code's length in bits 8-11; that and the extra bits after it in bits 0-7
///   special          bit 15; a pointer to the table of longer codes (bit 14; its place in bits 16-28, its index bits in bits 8-11, the
///                    bits of this table in bits 0-7), the end of a block (bit 13; the code's length in bits 0-7), or no code at all
using Entry = std::uint32_t;
constexpr Entry literal = 1U << 31U, whole_match = 1U << 30U, special = 1U << 15U, pointer = 1U << 14U, block_end = 1U << 13U;

/// Index bits of the first table, and places for the worst code.
constexpr unsigned symbol_bits = 11, distance_bits = 9, length_bits = 7;
constexpr std::size_t most_symbols = 288, most_distances = 32, most_lengths = 19;
using SymbolTable = std::array<Entry, 2400>;
using DistanceTable = std::array<Entry, 1024>;
using LengthTable = std::array<Entry, 1U << length_bits>;

using FirstTable = std::array<Entry, 1U << symbol_bits>;

/// What the codes of a block mean.
struct Tables {
  SymbolTable symbols;  ///< literals and lengths
  DistanceTable distances;
  FirstTable first;  ///< the first table of symbols, with whole matches
};

/// The lowest distance that a symbol stands for.
constexpr auto distance_bases = [] {
  std::array<std::uint32_t, most_distances> bases{};
  std::uint32_t base = 1;
  for (std::uint32_t i = 0; i < 30; ++i) {
    bases[i] = base;
    base += 1U << (i < 4 ? 0 : i / 2 - 1);
  }
  return bases;
}();

/// Make the table of a canonical prefix code (RFC 1951, section 3.2.2) from the lengths of its codes, 0 for symbols without one. False for
/// a code that leaves bits without a meaning, except for one that has at most one symbol, and for one that gives some bits two.
[[nodiscard]] bool make_table(std::span<const std::uint8_t> lengths, SymbolTable&);
[[nodiscard]] bool make_table(std::span<const std::uint8_t> lengths, DistanceTable&);
/// Of the code in which the lengths of the two others are written: a symbol stands as the base of a length.
[[nodiscard]] bool make_table(std::span<const std::uint8_t> lengths, LengthTable&);

/// Makes the first table of the other two: where the code of a length, its extra bits, and the code of the distance after it are few
/// enough to be known together, one look tells all.
void join_tables(Tables&);

}  // namespace terroir::deflate
