#include "pipeline/run/boundary.h"

#include "tiling/buffer.h"

#include <gtest/gtest.h>

#include <cmath>

namespace terroir {
namespace {

/// One row 10 20 30 of a layer whose extent is columns 0..2, as columns -3..5 with a rule beyond the edge.
std::vector<float> padded(Boundary boundary) {
  const OwnedBlock row(1, {1, 3});
  for (Index c = 0; c < 3; ++c) row(0, 0, c) = static_cast<float>(10 * (c + 1));
  const OwnedBlock out(1, {1, 9});
  copy_with_boundary(row.view(), {0, 0, 1, 3}, {0, -3, 1, 9}, {0, 0, 1, 3}, boundary, out.view());
  return {out.view().row(0, 0), out.view().row(0, 0) + 9};
}

TEST(Boundary, ReplicateRepeatsTheEdge) {
  EXPECT_EQ(padded(Boundary::replicate), (std::vector<float>{10, 10, 10, 10, 20, 30, 30, 30, 30}));
}

TEST(Boundary, ReflectMirrorsTheEdgePixelToo) {
  EXPECT_EQ(padded(Boundary::reflect), (std::vector<float>{30, 20, 10, 10, 20, 30, 30, 20, 10}));
}

TEST(Boundary, NodataLeavesNothing) {
  const auto row = padded(Boundary::nodata);
  EXPECT_TRUE(std::isnan(row[2]));
  EXPECT_EQ(row[3], 10);
  EXPECT_EQ(row[5], 30);
  EXPECT_TRUE(std::isnan(row[6]));
}

TEST(Boundary, ClearingLeavesTheExtent) {
  const OwnedBlock block(1, {4, 4}, {}, 1.0F);
  clear_outside(block.view(), {10, 10, 4, 4}, {11, 12, 100, 1}, false);
  for (Index r = 0; r < 4; ++r)
    for (Index c = 0; c < 4; ++c) EXPECT_EQ(std::isnan(block(0, r, c)), r < 1 || c != 2) << r << ", " << c;
}

}  // namespace
}  // namespace terroir
