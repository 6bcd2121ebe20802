#include "pipeline/codecs/noise.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace terroir {
namespace {

using Plane = std::vector<std::byte>;

constexpr std::size_t side = 256, map = side * side;
constexpr PlaneShape shape{side, map};

/// Bytes of so many values, all equally likely.
Plane drawn(std::size_t bytes, unsigned values, unsigned seed = 1) {
  std::mt19937 random(seed);
  Plane out(bytes);
  for (auto& b : out) b = static_cast<std::byte>(random() % values);
  return out;
}

/// Bytes that rise by one from pixel to pixel, and by `down` from row to row.
Plane slope(std::size_t down) {
  Plane out(map);
  for (std::size_t i = 0; i < map; ++i) out[i] = static_cast<std::byte>(i % side + down * (i / side));
  return out;
}

TEST(Noise, HasAllValuesEquallyOftenAndNoRepeats) {
  EXPECT_TRUE(is_noise(drawn(map, 256), shape));
  EXPECT_TRUE(is_noise(drawn(7 * map + 5, 256), {side, map}));
}

// A code for 128 values saves one bit of eight; one for 240 of them 1.2 %.
TEST(Noise, IsWhatACodeHardlySavesAnythingOf) {
  EXPECT_FALSE(is_noise(drawn(map, 128), shape));
  EXPECT_TRUE(is_noise(drawn(map, 240), shape));
}

// 128 low values in one map and 128 high ones in the next are 256 in all.
TEST(Noise, IsLookedForInEachMap) {
  Plane both = drawn(map, 128);
  for (const std::byte b : drawn(map, 128, 2)) both.push_back(b | std::byte{128});
  EXPECT_FALSE(is_noise(both, shape));
}

TEST(Noise, RepeatsNeitherItsNeighbourNorTheRowNorTheMapBefore) {
  Plane fours = drawn(map, 256);
  for (std::size_t i = 0; i < map; ++i) fours[i] = fours[i / 4 * 4];
  EXPECT_FALSE(is_noise(fours, shape));
  Plane rows = drawn(map, 256);
  for (std::size_t i = side; i < map; ++i) rows[i] = rows[i - side];
  EXPECT_FALSE(is_noise(rows, shape));
  Plane maps = drawn(map, 256);
  for (std::size_t i = 0; i < map; ++i) maps.push_back(maps[i]);
  EXPECT_FALSE(is_noise(maps, shape));
  EXPECT_TRUE(is_noise(maps, {side, 0}));
  Plane features = drawn(3 * map, 256);
  std::copy_n(features.begin(), map, features.begin() + 2 * map);
  EXPECT_FALSE(is_noise(features, shape));
}

// No codec's shortest match is that short.
TEST(Noise, MayRepeatSingleBytes) {
  Plane pairs = drawn(map, 256);
  for (std::size_t i = 20; i < map; i += 20) pairs[i] = pairs[i - 1];
  EXPECT_TRUE(is_noise(pairs, shape));
}

TEST(Noise, IsNoStraightSlope) {
  for (const std::size_t down : {0UL, 1UL, 7UL}) EXPECT_FALSE(is_noise(slope(down), shape)) << down;
}

// Columns beyond the first ones have two values: samples are not of the same columns in each row.
TEST(Noise, IsLookedForInAllColumns) {
  Plane plane = drawn(map, 256);
  for (std::size_t i = 0; i < map; ++i)
    if (i % side >= 16) plane[i] &= std::byte{3};
  EXPECT_FALSE(is_noise(plane, shape));
}

TEST(Noise, IsNotLookedForInSmallPlanesOrWithoutAShape) {
  EXPECT_FALSE(is_noise(drawn(16383, 256), {128, 0}));
  EXPECT_FALSE(is_noise(drawn(map, 256), {}));
}

}  // namespace
}  // namespace terroir
