#include "pipeline/ports/chunk_of_blocks.h"

#include <gtest/gtest.h>

namespace terroir {
namespace {

TEST(ChunkOfBlocks, GathersSmallBlocksAndKeepsLargeOnes) {
  EXPECT_EQ(chunk_of_blocks({512, 512}, {8192, 8192}, 1), (Shape{512, 512}));
  EXPECT_EQ(chunk_of_blocks({1, 1000}, {3000, 1000}, 1), (Shape{256, 1000}));
  EXPECT_EQ(chunk_of_blocks({1, 40000}, {3000, 40000}, 1), (Shape{26, 40000})) << "at most 1 Mi pixels";
  EXPECT_EQ(chunk_of_blocks({128, 128}, {3000, 3000}, 1), (Shape{256, 256}));
  EXPECT_EQ(chunk_of_blocks({100, 100}, {3000, 3000}, 1), (Shape{300, 300}));
  EXPECT_EQ(chunk_of_blocks({4096, 4096}, {8192, 8192}, 1), (Shape{4096, 4096}));
  EXPECT_EQ(chunk_of_blocks({1, 1000}, {3000, 1000}, 200), (Shape{20, 1000})) << "a cube that keeps 200 bands together";
  EXPECT_EQ(chunk_of_blocks({3, 349}, {352, 349}, 1), (Shape{258, 349}));
}

}  // namespace
}  // namespace terroir
