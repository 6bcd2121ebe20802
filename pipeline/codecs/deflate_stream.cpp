#include "pipeline/codecs/deflate_stream.h"

#include <algorithm>

namespace terroir::deflate {

Stream::Stream(std::span<const std::byte> bytes, std::span<std::byte> place) noexcept
    : in(reinterpret_cast<const std::uint8_t*>(bytes.data())),
      in_end(in + bytes.size()),
      out(reinterpret_cast<std::uint8_t*>(place.data())),
      out_begin(out),
      out_end(out + place.size()) {}

bool Stream::ready() noexcept {
  while (state == State::header || state == State::block) {
    if (state == State::block && roomy()) return true;
    if (!(state == State::header ? read_header() : finish_block())) state = State::damaged;
  }
  return false;
}

std::ptrdiff_t Stream::rounds() const noexcept {
  return 1 + std::min((in_end - in - margin_in) / round_in, (out_end - out - margin_out) / round_out);
}

std::span<const std::byte> Stream::rest() const noexcept {
  const auto* const first = reinterpret_cast<const std::byte*>(in - held / 8);
  return {first, reinterpret_cast<const std::byte*>(in_end)};
}

void Stream::fill_bits() noexcept {
  for (; held < 56 && in < in_end; held += 8) bits |= std::uint64_t{*in++} << held;
}

/// Bits that are there; fewer read as zeros, which the caller finds out by `held`.
std::uint32_t Stream::take(unsigned count) noexcept {
  const auto value = static_cast<std::uint32_t>(bits & ((std::uint64_t{1} << count) - 1));
  const unsigned taken = std::min(count, held);
  bits >>= taken;
  held -= taken;
  return value;
}

/// RFC 1951, section 3.2.3.
bool Stream::read_header() noexcept {
  fill_bits();
  if (held < 3) return false;
  last = take(1) != 0;
  switch (take(2)) {
    case 0: return copy_stored();
    case 1: {
      std::array<std::uint8_t, most_symbols + most_distances> lengths{};
      std::fill_n(lengths.begin(), 144, std::uint8_t{8});
      std::fill_n(lengths.begin() + 144, 112, std::uint8_t{9});
      std::fill_n(lengths.begin() + 256, 24, std::uint8_t{7});
      std::fill_n(lengths.begin() + 280, 8, std::uint8_t{8});
      std::fill_n(lengths.begin() + most_symbols, most_distances, std::uint8_t{5});
      return use_codes(lengths, most_symbols);
    }
    case 2: return read_codes();
    default: return false;
  }
}

bool Stream::copy_stored() noexcept {
  in -= held / 8;  // whole bytes are given back, the rest of the current one is skipped
  bits = 0;
  held = 0;
  if (in_end - in < 4) return false;
  const unsigned length = in[0] | unsigned{in[1]} << 8U, check = in[2] | unsigned{in[3]} << 8U;
  in += 4;
  if ((length ^ check) != 0xFFFF || in_end - in < length || out_end - out < length) return false;
  std::copy_n(in, length, out);
  in += length;
  out += length;
  close_block();
  return true;
}

/// RFC 1951, section 3.2.7.
bool Stream::read_codes() noexcept {
  constexpr std::array<std::uint8_t, most_lengths> order = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
  if (held < 14) return false;
  const std::size_t symbol_count = 257 + take(5), distance_count = 1 + take(5), length_count = 4 + take(4);
  std::array<std::uint8_t, most_lengths> length_lengths{};
  for (std::size_t i = 0; i < length_count; ++i) {
    fill_bits();
    length_lengths[order[i]] = static_cast<std::uint8_t>(take(3));
  }
  LengthTable table;
  if (!make_table(length_lengths, table)) return false;
  std::array<std::uint8_t, most_symbols + most_distances> lengths{};
  const std::size_t count = symbol_count + distance_count;
  for (std::size_t i = 0; i < count;) {
    fill_bits();
    const Entry entry = table[bits & (table.size() - 1)];
    if ((entry & special) != 0 || (entry & 0xFFU) + 7 > held) return false;
    (void)take(entry & 0xFFU);
    const unsigned symbol = entry >> 16U;
    if (symbol < 16) {
      lengths[i++] = static_cast<std::uint8_t>(symbol);
      continue;
    }
    if (symbol == 16 && i == 0) return false;
    const std::uint8_t repeated = symbol == 16 ? lengths[i - 1] : std::uint8_t{0};
    const std::size_t times = symbol == 16 ? 3 + take(2) : symbol == 17 ? 3 + take(3) : 11 + take(7);
    if (times > count - i) return false;
    std::fill_n(lengths.begin() + static_cast<std::ptrdiff_t>(i), times, repeated);
    i += times;
  }
  return use_codes(std::span(lengths).first(count), symbol_count);
}

bool Stream::use_codes(std::span<const std::uint8_t> lengths, std::size_t symbol_count) noexcept {
  if (symbol_count > most_symbols || lengths.size() - symbol_count > most_distances) return false;
  if (!make_table(lengths.first(symbol_count), tables.symbols) || !make_table(lengths.subspan(symbol_count), tables.distances))
    return false;
  // How probable a literal is by its code.
  std::uint32_t share = 0;
  for (const auto length : lengths.first(256)) share += length == 0 ? 0 : 1U << (15U - length);
  constexpr std::uint32_t certain = 1U << 15U;
  whole = share < certain / 4 * 3 && join_tables(tables);
  state = State::block;
  return true;
}

/// Symbol by symbol, with all that may be wrong in mind.
bool Stream::finish_block() noexcept {
  const auto value_of = [&](Entry entry) {
    const auto used = std::uint64_t{1} << (entry & 0xFFU);
    const auto value = (entry >> 16U) + static_cast<std::uint32_t>((bits & (used - 1)) >> (entry >> 8U & 0xFU));
    (void)take(entry & 0xFFU);
    return value;
  };
  const auto look_up = [&](const auto& table, unsigned index_bits, Entry marked) {
    fill_bits();
    Entry entry = table[bits & ((1U << index_bits) - 1)];
    if ((entry & marked) == 0 && (entry & special) != 0 && (entry & pointer) != 0) {
      (void)take(entry & 0xFFU);
      entry = table[(entry >> 16U) + (bits & ((1U << (entry >> 8U & 0xFU)) - 1))];
    }
    return entry;
  };
  while (!roomy()) {
    const Entry entry = look_up(tables.symbols, symbol_bits, literal);
    if ((entry & 0xFFU) > held) return false;
    if ((entry & literal) != 0) {
      if (out == out_end) return false;
      *out++ = static_cast<std::uint8_t>(entry >> 8U);
      (void)take(entry & 0xFFU);
      continue;
    }
    if ((entry & special) != 0) {
      if ((entry & block_end) == 0) return false;
      (void)take(entry & 0xFFU);
      close_block();
      return true;
    }
    const std::uint32_t length = value_of(entry);
    const Entry far = look_up(tables.distances, distance_bits, 0);
    if ((far & special) != 0 || (far & 0xFFU) > held) return false;
    const std::uint32_t distance = value_of(far);
    if (distance > out - out_begin || length > out_end - out) return false;
    for (std::uint32_t i = 0; i < length; ++i, ++out) *out = *(out - distance);
  }
  return true;
}

}  // namespace terroir::deflate
