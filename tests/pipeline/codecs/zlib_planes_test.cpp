#include "pipeline/codecs/zlib_planes.h"

#include "pipeline/codecs/gzip.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <random>
#include <vector>

namespace terroir {
namespace {

using Octets = std::vector<std::byte>;

constexpr std::size_t side = 256, plane = side * side;
constexpr PlaneShape map{side, plane};

Octets noise(std::size_t bytes, unsigned seed) {
  std::mt19937 random(seed);
  Octets out(bytes);
  for (auto& b : out) b = static_cast<std::byte>(random());
  return out;
}

Octets joined(std::initializer_list<Octets> planes) {
  Octets out;
  for (const auto& bytes : planes) out.insert(out.end(), bytes.begin(), bytes.end());
  return out;
}

Octets packed(const Octets& in, std::size_t planes, const PlaneShape& shape, int level = 1) {
  Octets out(zlib_planes_bound(level, in.size(), planes));
  out.resize(zlib_compress_planes(in, planes, shape, level, out));
  return out;
}

/// What zlib itself makes of a stream; empty when it refuses it.
Octets unpacked(const Octets& in, std::size_t bytes) {
  Octets out(bytes);
  uLongf got = bytes;
  if (::uncompress(reinterpret_cast<Bytef*>(out.data()), &got, reinterpret_cast<const Bytef*>(in.data()), in.size()) != Z_OK) return {};
  out.resize(got);
  return out;
}

Octets packed_whole(const Octets& in) {
  Octets out(gzip_bound(1, in.size()));
  out.resize(zlib_compress(in, 1, out));
  return out;
}

TEST(ZlibPlanes, AreOneStreamThatZlibReads) {
  const Octets zeros(plane);
  for (const Octets& in : {joined({noise(plane, 1), noise(plane, 2), zeros, zeros}), joined({zeros, noise(plane, 1)}), noise(4 * plane, 3),
                           joined({noise(plane, 1), Octets(plane, std::byte{7}), Octets(3)}), noise(200, 1), Octets(1)})
    for (const std::size_t planes : {1UL, 2UL, 4UL}) EXPECT_EQ(unpacked(packed(in, planes, map), in.size()), in) << in.size();
}

// Two blocks of 65535 bytes and one, and a last one of none, each behind five bytes; head and checksum.
TEST(ZlibPlanes, StoresNoise) {
  const Octets in = noise(plane, 1);
  EXPECT_EQ(packed(in, 1, map).size(), plane + 3 * 5 + 2 + 4);
}

TEST(ZlibPlanes, ShrinksWhatFollowsNoise) {
  const Octets in = joined({noise(plane, 1), Octets(plane)});
  EXPECT_LT(packed(in, 2, map).size(), plane + 200);
}

// Only what stands at the beginning is stored; and a plane that is worth it never is: half of it missing, repeated by the next map, or of
// few values.
TEST(ZlibPlanes, LeavesAllElseToTheLibrary) {
  Octets half = noise(plane, 1), few = noise(plane, 2);
  std::fill_n(half.begin() + plane / 2, plane / 2, std::byte{127});
  for (auto& b : few) b &= std::byte{63};
  const Octets first = noise(64 * 64, 3);
  Octets maps;
  for (int i = 0; i < 16; ++i) maps.insert(maps.end(), first.begin(), first.end());
  for (const Octets& in : {joined({Octets(plane), noise(plane, 4)}), half, few}) EXPECT_EQ(packed(in, 1, map), packed_whole(in));
  EXPECT_EQ(packed(maps, 1, {64, 64 * 64}), packed_whole(maps));
  EXPECT_EQ(packed(noise(plane, 1), 1, {}), packed_whole(noise(plane, 1)));
}

TEST(ZlibPlanes, AreTheLibrarysAtOtherLevels) {
  const Octets in = joined({noise(plane, 1), Octets(plane)});
  Octets whole(gzip_bound(6, in.size()));
  whole.resize(zlib_compress(in, 6, whole));
  EXPECT_EQ(packed(in, 2, map, 6), whole);
}

}  // namespace
}  // namespace terroir
