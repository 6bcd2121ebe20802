#include "pipeline/plan/regridding.h"

#include <gtest/gtest.h>

namespace terroir::testing {
namespace {

Grid grid(Affine affine, Shape shape) {
  Crs crs;
  crs.wkt = crs.authority = "EPSG:32632";
  return {crs, affine, shape};
}

/// Half a source pixel and a third of one are where rounding shows: 20 m and 7 m beside 30 m, and begins that are no multiple of either.
TEST(Regridding, CutTargetsCountFromTheSamePixel) {
  const Grid source = grid({600000, 30, 5200000, -30}, {1000, 1000});
  for (const double size : {7.0, 20.0, 45.0, 0.1})
    for (const double begin : {0.0, 10.0, 15.0, 100.0, 3.7}) {
      const Grid target = grid({600000 + begin, size, 5200000 - begin, -size}, {900, 900});
      const LatticeMap whole = Regridding(source, source.window(), target).map();
      EXPECT_NEAR(whole.first_row_offset, (begin + size * static_cast<double>(whole.first_row)) / 30, 1e-9);
      for (const Index cut : {1, 3, 59, 700}) {
        const Grid part = target.sub({cut, 2 * cut, 100, 100});
        const LatticeMap map = Regridding(source, source.window(), part).map();
        EXPECT_EQ(map.first_row, whole.first_row - cut) << size << " " << begin;
        EXPECT_EQ(map.first_col, whole.first_col - 2 * cut) << size << " " << begin;
        EXPECT_EQ(map.first_row_offset, whole.first_row_offset) << size << " " << begin << " " << cut;
        EXPECT_EQ(map.first_col_offset, whole.first_col_offset) << size << " " << begin << " " << cut;
      }
    }
}

}  // namespace
}  // namespace terroir::testing
