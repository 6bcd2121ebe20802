#include "pipeline/codecs/zstd_plane.h"

#include "pipeline/codecs/zstd.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <random>
#include <thread>
#include <vector>

namespace terroir {
namespace {

using Plane = std::vector<std::byte>;
using Random = std::minstd_rand;

Plane packed(const Plane& in, const PlaneShape& shape) {
  Plane out(zstd_bound(in.size()));
  out.resize(zstd_compress_plane(in, shape, out));
  return out;
}

Plane packed_by_zstd(const Plane& in) {
  Plane out(zstd_bound(in.size()));
  out.resize(zstd_compress(in, 1, out));
  return out;
}

Plane unpacked_zstd(const Plane& in, std::size_t bytes) {
  Plane out(bytes);
  zstd_decompress(in, out);
  return out;
}

/// Bytes drawn from a few values, none more likely than another.
Plane classes(std::size_t bytes, unsigned values, std::size_t seed) {
  Random random(seed);
  Plane out(bytes);
  for (auto& b : out) b = static_cast<std::byte>(60 + random() % values);
  return out;
}

/// Like the exponents of a slope: neighbours mostly share theirs, in patches.
Plane patches(std::size_t rows, std::size_t row) {
  Random random(3);
  Plane out = classes(rows * row, 3, 4);
  for (std::size_t i = row; i < out.size(); ++i) {
    const std::size_t chance = random() % 16;
    if (chance < 9) out[i] = out[i - 1];
    if (chance >= 9 && chance < 14) out[i] = out[i - row];
  }
  return out;
}

/// Steps of a smooth slope: each row is the one above, moved by three bytes.
Plane slope(std::size_t rows, std::size_t row) {
  Plane out(rows * row);
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < row; ++c) out[r * row + c] = static_cast<std::byte>((c + 3 * r) / 4);
  return out;
}

TEST(ZstdPlane, GivesBackPlanesOfAllKindsAndSizes) {
  for (const std::size_t bytes : {1UL, 63UL, 1023UL, 1024UL, 1087UL, 65536UL, 131071UL, 131072UL, 131073UL, 131148UL, 400000UL}) {
    Plane half = classes(bytes, 3, 1);
    std::fill(half.begin(), half.begin() + static_cast<std::ptrdiff_t>(bytes / 2), std::byte{127});
    Plane tail = classes(bytes, 2, 1);  // a run that goes on into zstd's second block
    std::fill(tail.end() - static_cast<std::ptrdiff_t>(std::min<std::size_t>(bytes, 140)), tail.end(), std::byte{60});
    if (bytes > 140) tail[bytes - 141] = std::byte{61};
    for (const Plane& in : {Plane(bytes), tail, classes(bytes, 2, 1), classes(bytes, 6, 2), classes(bytes, 196, 5), half}) {
      for (const PlaneShape& shape :
           {PlaneShape{}, PlaneShape{1, 1}, PlaneShape{13, 1300}, PlaneShape{256, 65536}, PlaneShape{bytes, bytes}})
        ASSERT_EQ(unpacked_zstd(packed(in, shape), bytes), in) << bytes << " bytes in rows of " << shape.row;
    }
  }
}

TEST(ZstdPlane, GivesBackRunsThatEndAnywhere) {
  Random random(7);
  for (int trial = 0; trial < 300; ++trial) {
    const std::size_t row = 1 + random() % 300;
    Plane in = classes(1024 + random() % 4096, 2, random());
    for (int run = 0; run < 20; ++run) {
      const std::size_t from = random() % in.size(), length = std::min<std::size_t>(random() % 200, in.size() - from);
      for (std::size_t i = from; i < from + length; ++i) in[i] = i >= row && run % 2 == 0 ? in[i - row] : in[from];
    }
    ASSERT_EQ(unpacked_zstd(packed(in, {row, 0}), in.size()), in) << "trial " << trial;
  }
}

// 16384 bytes of two classes hold 16384 bits, 2048 bytes: all the more maps are copies.
TEST(ZstdPlane, FindsRepeatsOfTheMapBefore) {
  Plane in = classes(16384, 2, 1);
  for (int copy = 0; copy < 3; ++copy) in.insert(in.end(), in.begin(), in.begin() + 16384);
  EXPECT_LT(packed(in, {128, 16384}).size(), 2200U);
  EXPECT_GT(packed(in, {128, 0}).size(), 8000U);
}

// The first row holds 2 bits for each of its 256 bytes, 64 bytes in all; the others are it.
TEST(ZstdPlane, FindsRepeatsOfTheRowAbove) {
  const Plane row = classes(256, 4, 1);
  Plane in;
  for (int r = 0; r < 256; ++r) in.insert(in.end(), row.begin(), row.end());
  EXPECT_LT(packed(in, {256, 0}).size(), 120U);
}

TEST(ZstdPlane, IsSmallerThanTheSearchWhereNeighboursShareClasses) {
  const Plane in = patches(256, 256);
  EXPECT_LT(packed(in, {256, 0}).size() * 100, packed_by_zstd(in).size() * 95);
}

// A search of any place finds what these two offsets do not have.
TEST(ZstdPlane, LeavesSlopesNoiseAndBytesWithoutAShapeToTheSearch) {
  for (const Plane& in : {slope(256, 256), classes(65536, 196, 1), classes(1000, 2, 1)})
    EXPECT_EQ(packed(in, {256, 0}), packed_by_zstd(in));
  const Plane in = patches(256, 256);
  EXPECT_EQ(packed(in, {}), packed_by_zstd(in));
}

// Noise has no matches but where pixels are missing: runs of the search are as good, and the frame is its own or next to it.
TEST(ZstdPlane, IsHardlyLargerBesideMissingPixels) {
  Plane in = classes(65536, 196, 1);
  for (std::size_t i = 0; i < in.size(); ++i)
    if (i % 256 > 40) in[i] = std::byte{127};
  EXPECT_LE(packed(in, {256, 0}).size() * 100, packed_by_zstd(in).size() * 101);
}

// As the C library counts it, which sanitizers replace.
TEST(ZstdPlane, TakesNoMoreMemoryThanItSays) {
  const auto taken = [] {
    const auto all = ::mallinfo2();
    return all.uordblks + all.hblkhd;
  };
  for (const std::size_t rows : {64UL, 256UL, 4096UL}) {
    const Plane in = patches(rows, 256);
    Plane out(zstd_bound(in.size()));
    std::size_t grown = 0;
    std::thread([&] {
      const std::size_t before = taken();
      (void)zstd_compress(in, 1, out);
      (void)zstd_compress_plane(in, {256, 0}, out);
      grown = taken() - before;
    }).join();
    EXPECT_LE(grown, zstd_plane_bytes(in.size()) + 16384) << rows;  // and some bytes of pages and threads
  }
}

TEST(ZstdPlane, SaysWhenTheFrameDoesNotFit) {
  const Plane in = patches(256, 256);
  Plane out(packed(in, {256, 0}).size() - 1);
  EXPECT_EQ(zstd_compress_plane(in, {256, 0}, out), 0U);
}

}  // namespace
}  // namespace terroir
