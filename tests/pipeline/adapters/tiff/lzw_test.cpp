#include "pipeline/adapters/tiff/lzw.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace terroir {
namespace {

/// Codes of given widths, most significant bit first.
std::vector<std::byte> packed(const std::vector<std::pair<unsigned, unsigned>>& codes) {
  std::string bits;
  for (const auto& [code, width] : codes)
    for (unsigned b = width; b-- > 0;) bits += (code >> b & 1u) != 0 ? '1' : '0';
  std::vector<std::byte> bytes((bits.size() + 7) / 8);
  for (std::size_t i = 0; i < bits.size(); ++i)
    if (bits[i] == '1') bytes[i / 8] |= static_cast<std::byte>(0x80 >> (i % 8));
  return bytes;
}

std::vector<std::byte> nine(const std::vector<unsigned>& codes) {
  std::vector<std::pair<unsigned, unsigned>> list;
  for (const unsigned code : codes) list.emplace_back(code, 9);
  return packed(list);
}

/// What codes decode to; nothing but -1 when they are refused.
std::vector<int> decoded(const std::vector<std::byte>& codes, std::size_t size) {
  std::vector<std::byte> out(size);
  if (!decode_lzw(codes, out)) return {-1};
  std::vector<int> numbers;
  for (const std::byte b : out) numbers.push_back(std::to_integer<int>(b));
  return numbers;
}

TEST(DecodeLzw, TheExampleOfTheStandard) {
  // TIFF 6.0, section 13: Clear 7 258 8 8 258 6 6 EndOfInformation stands for 7 7 7 8 8 7 7 6 6.
  EXPECT_EQ(decoded(nine({256, 7, 258, 8, 8, 258, 6, 6, 257}), 9), (std::vector<int>{7, 7, 7, 8, 8, 7, 7, 6, 6}));
}

TEST(DecodeLzw, StopsWhenItsRoomIsFull) { EXPECT_EQ(decoded(nine({256, 7, 258, 8, 9}), 2), (std::vector<int>{7, 7})); }

TEST(DecodeLzw, RepeatsOverlapAndCodesGrow) {
  // One byte again and again: each code is the one before and one more byte, 1 + 2 + ... + 600 bytes.
  std::vector<std::pair<unsigned, unsigned>> codes = {{256, 9}, {1, 9}};
  std::size_t bytes = 1;
  for (unsigned i = 0; i < 599; ++i) {
    const unsigned code = 258 + i;
    codes.emplace_back(code, code <= 510 ? 9 : 10);
    bytes += i + 2;
  }
  EXPECT_EQ(decoded(packed(codes), bytes), std::vector<int>(bytes, 1));
}

TEST(DecodeLzw, RefusesWhatIsDamaged) {
  const std::vector<int> refused = {-1};
  EXPECT_EQ(decoded(nine({256, 7, 300}), 9), refused) << "a code that is not there yet";
  EXPECT_EQ(decoded(nine({256, 258}), 9), refused) << "a string before the first byte";
  EXPECT_EQ(decoded(nine({256, 7, 8, 257}), 9), refused) << "the end before the room is full";
  EXPECT_EQ(decoded(nine({256, 7, 8}), 9), refused) << "no end at all";
  EXPECT_EQ(decoded({}, 1), refused);
}

}  // namespace
}  // namespace terroir
