#include "pipeline/codecs/inflate.h"

#include "kernels/cpu_level.h"
#include "pipeline/codecs/lockstep.h"

#include <gtest/gtest.h>

#include <zlib.h>
#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace terroir {
namespace {

using Octets = std::vector<std::byte>;

/// What zlib makes of bytes, at a level and by a strategy, in blocks of about 8192 symbols (memLevel 6).
Octets zlib_stream(const Octets& in, int level, int strategy) {
  z_stream z{};
  EXPECT_EQ(::deflateInit2(&z, level, Z_DEFLATED, 15, 6, strategy), Z_OK);
  Octets out(::deflateBound(&z, in.size()));
  z.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(in.data()));
  z.avail_in = static_cast<uInt>(in.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(::deflate(&z, Z_FINISH), Z_STREAM_END);
  out.resize(z.total_out);
  ::deflateEnd(&z);
  return out;
}

/// Bytes of `symbols` values, in runs whose mean length is `run`.
Octets random_bytes(std::size_t size, unsigned symbols, double run) {
  std::mt19937 random(static_cast<unsigned>(size) + symbols);
  std::bernoulli_distribution changes(1 / run);
  Octets out(size);
  std::byte value{0};
  for (auto& byte : out) {
    if (changes(random)) value = static_cast<std::byte>(random() % symbols);
    byte = value;
  }
  return out;
}

/// Values that fall off by a power of two: codes of all lengths.
Octets skewed_bytes(std::size_t size) {
  std::mt19937 random(7);
  std::geometric_distribution<unsigned> value(0.5);
  Octets out(size);
  for (auto& byte : out) byte = static_cast<std::byte>(value(random));
  return out;
}

struct Packed {
  Octets content, stream;
};

std::vector<Packed> all_streams() {
  std::vector<Octets> contents{{}, Octets(1, std::byte{'x'}), Octets(300000, std::byte{0}), skewed_bytes(200000)};
  for (const std::size_t size : std::array<std::size_t, 4>{17, 287, 289, 70000}) {
    contents.push_back(random_bytes(size, 256, 1));
    contents.push_back(random_bytes(size, 5, 1));
    contents.push_back(random_bytes(size, 200, 30));
    contents.push_back(random_bytes(size, 3, 2.5));
  }
  std::vector<Packed> all;
  for (const Octets& content : contents)
    for (const int strategy : {Z_DEFAULT_STRATEGY, Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED})
      for (const int level : {0, 1, 9})
        if (level == 1 || strategy == Z_DEFAULT_STRATEGY) all.push_back({content, zlib_stream(content, level, strategy)});
  return all;
}

/// One stream by this library's own decoder alone.
bool decode_alone(const Octets& stream, std::size_t size, Octets& out) {
  out.assign(size, std::byte{0});
  deflate::Stream own(std::span<const std::byte>(stream).subspan(2), out);
  while (own.ready()) deflate::alone(own);
  return own.filled();
}

TEST(Inflate, MakesOfTwoStreamsWhatZlibPacked) {
  const auto all = all_streams();
  for (const CpuLevel level : {CpuLevel::v2, CpuLevel::v3, CpuLevel::v4}) {
    set_cpu_level(level);
    for (std::size_t i = 0; i < all.size(); ++i) {
      const Packed &one = all[i], &other = all[(i * 7 + 3) % all.size()];
      Octets a(one.content.size()), b(other.content.size());
      EXPECT_EQ(inflate_zlib(ZlibStream{one.stream, a}, ZlibStream{other.stream, b}), (std::array{true, true}));
      EXPECT_TRUE(a == one.content && b == other.content) << i;
    }
  }
  set_cpu_level(CpuLevel::v4);
}

TEST(Inflate, LeavesNothingOfThemToTheLibrary) {
  for (const Packed& packed : all_streams()) {
    Octets out;
    EXPECT_TRUE(decode_alone(packed.stream, packed.content.size(), out));
    EXPECT_EQ(out, packed.content);
  }
}

TEST(Inflate, JudgesADamagedStreamAndSparesTheOther) {
  const Octets content = random_bytes(3000, 9, 3), good = zlib_stream(content, 6, Z_DEFAULT_STRATEGY);
  std::size_t refused = 0;
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    Octets damaged = good, a(content.size()), b(content.size());
    damaged[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
    const auto [damaged_is_good, other_is_good] = inflate_zlib(ZlibStream{damaged, a}, ZlibStream{good, b});
    EXPECT_TRUE(other_is_good && b == content) << bit;
    // Some bits do no harm, as a match is found at several distances, and Adler-32 overlooks some harm: zlib says what is good.
    Octets expected(content.size());
    uLongf size = expected.size();
    const int code =
        ::uncompress(reinterpret_cast<Bytef*>(expected.data()), &size, reinterpret_cast<const Bytef*>(damaged.data()), damaged.size());
    EXPECT_EQ(damaged_is_good, code == Z_OK) << bit;
    EXPECT_TRUE(!damaged_is_good || a == expected) << bit;
    refused += damaged_is_good ? 0 : 1;
  }
  EXPECT_GT(refused, good.size() * 8 * 98 / 100);
}

TEST(Inflate, RefusesAStreamThatIsCutOffOrDoesNotFillItsPlace) {
  const Octets content = random_bytes(5000, 50, 2), good = zlib_stream(content, 1, Z_DEFAULT_STRATEGY);
  for (std::size_t size = 0; size < good.size(); size += 11) {
    const Octets cut(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size));
    Octets a(content.size()), b(content.size());
    EXPECT_EQ(inflate_zlib(ZlibStream{good, a}, ZlibStream{cut, b}), (std::array{true, false})) << size;
  }
  for (const std::size_t size : {content.size() - 1, content.size() + 1, content.size() + 400}) {
    Octets a(size), b(content.size());
    EXPECT_EQ(inflate_zlib(ZlibStream{good, a}, ZlibStream{good, b}), (std::array{false, true}));
  }
}

TEST(Inflate, RefusesCodesOfMoreOrLessThanTheirSpace) {
  deflate::SymbolTable table;
  EXPECT_TRUE(deflate::make_table(std::vector<std::uint8_t>{1, 2, 2}, table));
  EXPECT_FALSE(deflate::make_table(std::vector<std::uint8_t>{1, 1, 1}, table));  // three halves
  EXPECT_FALSE(deflate::make_table(std::vector<std::uint8_t>{1, 2}, table));     // three quarters
  EXPECT_TRUE(deflate::make_table(std::vector<std::uint8_t>{0, 1}, table));      // RFC 1951: one symbol has a code of one bit
  EXPECT_FALSE(deflate::make_table(std::vector<std::uint8_t>{0, 2}, table));
}

// The first bit is the lowest one: 0 stands for length 3, 1 0 for the end, 1 1 0 for 'A', 1 1 1 and a bit more for length 11 or 12; then 0
// and three bits more for distances from 17 on, 1 and five bits more for those from 65 on. In the second code 0 is distance 1.
TEST(Inflate, OneLookTellsALiteralOrAWholeMatch) {
  std::vector<std::uint8_t> symbols(286), distances(13), near(13);
  symbols[257] = 1;
  symbols[256] = 2;
  symbols['A'] = symbols[265] = 3;
  distances[8] = distances[12] = near[0] = near[12] = 1;
  for (const CpuLevel level : {CpuLevel::v2, CpuLevel::v3, CpuLevel::v4}) {
    set_cpu_level(level);
    deflate::Tables tables;
    ASSERT_TRUE(deflate::make_table(symbols, tables.symbols) && deflate::make_table(distances, tables.distances));
    EXPECT_TRUE(deflate::join_tables(tables));
    const auto match = [](unsigned length, unsigned symbol, unsigned before, unsigned all) {
      return length << 22U | before << 16U | symbol << 8U | all;
    };
    EXPECT_EQ(tables.wholes[0b00], match(3, 8, 2, 5));
    EXPECT_EQ(tables.wholes[0b10], match(3, 12, 2, 7));
    EXPECT_EQ(tables.wholes[0b00111], match(11, 8, 5, 8));
    EXPECT_EQ(tables.wholes[0b11111], match(12, 12, 5, 10));
    EXPECT_EQ(tables.wholes[0b011], 1U << 22U | 65U << 8U | 1U << 7U | 3U);
    EXPECT_EQ(tables.wholes[0b01], 0U) << "the end is neither";
    ASSERT_TRUE(deflate::make_table(near, tables.distances));
    EXPECT_FALSE(deflate::join_tables(tables)) << "half of the matches overlap what they make";
    EXPECT_EQ(tables.wholes[0b00], 0U);
    EXPECT_EQ(tables.wholes[0b10], match(3, 12, 2, 7));
  }
  set_cpu_level(CpuLevel::v4);
}

// Codes of 7 and 5 bits are never known together, those of 7 and 4 are in an eighth of the cases: a look that tells now this, now that
// costs more than two.
TEST(Inflate, MatchesAreNotLookedForWholeWhereFewAre) {
  std::vector<std::uint8_t> symbols(285), distances(30, 5);
  symbols[0] = 1;
  std::fill_n(symbols.begin() + 1, 35, std::uint8_t{7});
  std::fill_n(symbols.begin() + 256, 29, std::uint8_t{7});
  distances[0] = distances[1] = 4;
  deflate::Tables tables;
  ASSERT_TRUE(deflate::make_table(symbols, tables.symbols) && deflate::make_table(distances, tables.distances));
  EXPECT_FALSE(deflate::join_tables(tables));
}

}  // namespace
}  // namespace terroir
