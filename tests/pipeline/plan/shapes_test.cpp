#include "pipeline/plan/shapes.h"

#include <gtest/gtest.h>

namespace terroir {
namespace {

TEST(Shapes, ALargeGridGetsChunksOf256AndShardsOf16MiB) {
  EXPECT_EQ(default_chunk({8192, 8192}, 1), 256);
  EXPECT_EQ(default_shard({8192, 8192}, {256, 256}, 1, 1), (Shape{2048, 2048}));
}

TEST(Shapes, ASmallGridIsHalvedUntilItHoldsSixteen) {
  EXPECT_EQ(default_chunk({252, 194}, 1), 64);
  EXPECT_EQ(default_chunk({40, 40}, 1), 32) << "never below 32";
  EXPECT_EQ(default_shard({252, 194}, {64, 64}, 1, 1), (Shape{64, 64})) << "16 shards remain";
}

TEST(Shapes, SeriesOfAnInputGiveTheirWindow) {
  EXPECT_EQ(series_chunk({180, 360}, {60, 90}, 1), (Shape{60, 90})) << "12 chunks";
  EXPECT_EQ(series_chunk({721, 1440}, {10, 40}, 1), (Shape{40, 40})) << "four windows of 10 rows";
  EXPECT_EQ(series_chunk({180, 360}, {90, 120}, 1), std::nullopt) << "6 chunks";
  EXPECT_EQ(series_chunk({8192, 8192}, {1024, 1024}, 2), std::nullopt) << "8 MiB";
}

TEST(Shapes, ManyFeaturesMakeChunksSmaller) {
  EXPECT_EQ(default_chunk({8192, 8192}, 16), 256) << "256 x 256 x 16 floats are 4 MiB";
  EXPECT_EQ(default_chunk({8192, 8192}, 17), 128);
  EXPECT_EQ(default_shard({2048, 2048}, {256, 256}, 14, 1), (Shape{512, 512}));
}

TEST(Shapes, TimesFillAChunkUpTo4MiB) {
  EXPECT_EQ(default_time_chunk({256, 256}, 1, 7305), 16);
  EXPECT_EQ(default_time_chunk({256, 256}, 1, 12), 12);
  EXPECT_EQ(default_time_chunk({1024, 1024}, 4, 12), 1);
  EXPECT_EQ(default_shard({8192, 8192}, {256, 256}, 1, 7305), (Shape{256, 256})) << "a shard holds all times";
}

}  // namespace
}  // namespace terroir
