#include "pipeline/codecs/compression.h"

#include "pipeline/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <blosc.h>
#include <zstd.h>
#include <cstring>
#include <random>

namespace terroir {
namespace {

using terroir::Bytes;

/// Floats of a smooth surface with a little noise: compressible, but not trivially.
Bytes surface(std::size_t count) {
  std::mt19937 random(1);
  Bytes out(count * sizeof(float));
  for (std::size_t i = 0; i < count; ++i) {
    const float value = static_cast<float>(i % 256) * 0.5F + static_cast<float>(random() % 100) * 0.001F;
    std::memcpy(out.data() + i * sizeof value, &value, sizeof value);
  }
  return out;
}

Bytes noise(std::size_t size) {
  std::mt19937 random(2);
  Bytes out(size);
  for (auto& b : out) b = static_cast<std::byte>(random());
  return out;
}

Bytes compressed(const Compression& how, const Bytes& in) {
  Bytes out, scratch(in.size());
  compress(how, in, out, scratch);
  return out;
}

std::vector<Compression> all_compressions() {
  std::vector<Compression> all{
      {Compression::Name::raw, {}}, {Compression::Name::zstd, {.level = 3}}, {Compression::Name::gzip, {.level = 5}}};
  for (const auto shuffle : {Shuffle::off, Shuffle::byte}) all.push_back({Compression::Name::deflate, {"", 4, shuffle, 4}});
  for (const auto* cname : {"zstd", "lz4", "lz4hc", "zlib", "blosclz"}) {
    for (const auto shuffle : {Shuffle::off, Shuffle::byte, Shuffle::bit}) {
      for (const int level : {0, 1, 5, 9}) all.push_back({Compression::Name::blosc, {cname, level, shuffle, 4, 64, 4096}});
    }
  }
  return all;
}

TEST(Compression, GivesBackWhatWentIn) {
  for (const auto& how : all_compressions()) {
    for (const auto& in : {surface(64 * 64), noise(4099), Bytes(16384), noise(3)}) {
      const Bytes packed = compressed(how, in);
      EXPECT_LE(packed.size(), compressed_bound(how, in.size()));
      Bytes out(in.size());
      decompress(how, packed, out);
      ASSERT_EQ(out, in) << static_cast<int>(how.name) << how.options.cname << how.options.level;
    }
  }
}

TEST(Compression, GivesTheSameBytesFromAUsedContext) {
  for (const auto& how : all_compressions()) {
    const auto in = surface(256 * 256);
    const auto first = compressed(how, in);
    compressed(how, noise(100000));
    EXPECT_EQ(compressed(how, in), first) << how.options.cname << how.options.level;
  }
}

TEST(Compression, NoticesDamage) {
  for (const auto& how : all_compressions()) {
    const auto in = surface(64 * 64);
    Bytes packed = compressed(how, in), out(in.size()), longer(in.size() + 4);
    EXPECT_THROW(decompress(how, packed, longer), Error) << how.options.cname;
    packed.resize(packed.size() / 2);
    EXPECT_THROW(decompress(how, packed, out), Error) << how.options.cname;
    EXPECT_THROW(decompress(how, {}, out), Error) << how.options.cname;
  }
}

TEST(Zstd, FrameTellsItsContentSize) {
  const auto packed = compressed({Compression::Name::zstd, {.level = 1}}, surface(1000));
  EXPECT_EQ(ZSTD_getFrameContentSize(packed.data(), packed.size()), 4000u);
}

TEST(Blosc, FrameIsOneBlockThatCBloscReads) {
  const auto in = surface(256 * 256);
  const auto packed = compressed({Compression::Name::blosc, {"zstd", 1, Shuffle::byte, 4, 256, 65536}}, in);
  std::size_t content = 0, frame = 0, block = 0, element = 0;
  int flags = 0;
  blosc_cbuffer_sizes(packed.data(), &content, &frame, &block);
  blosc_cbuffer_metainfo(packed.data(), &element, &flags);
  EXPECT_EQ(content, in.size());
  EXPECT_EQ(frame, packed.size());
  EXPECT_EQ(block, in.size());
  EXPECT_EQ(element, 4u);
  EXPECT_EQ(flags & 7, BLOSC_DOSHUFFLE);
  EXPECT_STREQ(blosc_cbuffer_complib(packed.data()), "Zstd");
  Bytes out(in.size());
  // Two threads, as c-blosc's users may have.
  EXPECT_EQ(blosc_decompress_ctx(packed.data(), out.data(), out.size(), 2), static_cast<int>(in.size()));
  EXPECT_EQ(out, in);
  Bytes part(400);
  EXPECT_EQ(blosc_getitem(packed.data(), 1000, 100, part.data()), 400);
  EXPECT_TRUE(std::equal(part.begin(), part.end(), in.begin() + 4000));
}

// Noise in the low bytes of numbers costs four bytes a stream and nothing more; c-blosc itself takes the frame apart.
TEST(Blosc, KeepsBytesOfEqualSignificanceApart) {
  const std::size_t count = 4096;
  const auto low = noise(2 * count);
  Bytes in(4 * count);
  for (std::size_t i = 0; i < count; ++i) {
    std::memcpy(in.data() + 4 * i, low.data() + 2 * i, 2);
    in[4 * i + 2] = std::byte{7};
    in[4 * i + 3] = std::byte{66};
  }
  const auto packed = compressed({Compression::Name::blosc, {"zstd", 1, Shuffle::byte, 4}}, in);
  EXPECT_EQ(packed[2] & std::byte{0x10}, std::byte{0});
  EXPECT_GT(packed.size(), 2 * count);
  EXPECT_LT(packed.size(), 2 * count + 100);
  Bytes out(in.size());
  EXPECT_EQ(blosc_decompress_ctx(packed.data(), out.data(), out.size(), 1), static_cast<int>(in.size()));
  EXPECT_EQ(out, in);
}

// The header of c-blosc's README_CHUNK_FORMAT.rst: version 2, codec version 1, flags, element size, sizes.
TEST(Blosc, StoresWhatDoesNotShrink) {
  const auto in = noise(1000);
  const auto packed = compressed({Compression::Name::blosc, {"zstd", 1, Shuffle::byte, 4}}, in);
  ASSERT_EQ(packed.size(), 1016u);
  EXPECT_EQ(packed[0], std::byte{2});
  EXPECT_EQ(packed[1], std::byte{1});
  EXPECT_EQ(packed[2] & std::byte{BLOSC_MEMCPYED}, std::byte{BLOSC_MEMCPYED});
  EXPECT_EQ(packed[3], std::byte{4});
  EXPECT_TRUE(std::equal(in.begin(), in.end(), packed.begin() + 16));
}

}  // namespace
}  // namespace terroir
