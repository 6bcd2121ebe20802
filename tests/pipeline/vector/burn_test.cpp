#include "pipeline/vector/burn.h"

#include "tests/pipeline/vector/burn_support.h"

#include <cmath>
#include <numbers>
#include <random>

namespace terroir::test {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::FloatEq;

constexpr float none = -1;

TEST(BurnCenters, TakesPixelsWhoseCentreIsInside) {
  const EdgeTable table = table_of({3, 4}, {{box(0.6, 0.4, 2.6, 2.4)}});
  EXPECT_THAT(burned(table, burn_centers), ElementsAre(none, 1, 1, none,  //
                                                       none, 1, 1, none,  //
                                                       none, none, none, none));
}

TEST(BurnCenters, GivesACentreOnASharedSideToOneOfTwo) {
  // The side lies on the centres of column 1, another on those of row 1.
  const EdgeTable upright = table_of({1, 3}, {{box(0, 0, 1.5, 1)}, {box(1.5, 0, 3, 1)}});
  EXPECT_THAT(burned(upright, burn_centers), ElementsAre(1, 1, 2));
  const EdgeTable level = table_of({3, 1}, {{box(0, 0, 1, 1.5)}, {box(0, 1.5, 1, 3)}});
  EXPECT_THAT(burned(level, burn_centers), ElementsAre(1, 2, 2));
}

TEST(BurnCenters, LeavesHolesAndLetsTheLastPolygonCount) {
  const EdgeTable table = table_of({5, 5}, {{box(0, 0, 5, 5), box(1, 1, 4, 4, true)}, {box(0, 0, 1, 2)}});
  EXPECT_THAT(burned(table, burn_centers), ElementsAre(2, 1, 1, 1, 1,           //
                                                       2, none, none, none, 1,  //
                                                       1, none, none, none, 1,  //
                                                       1, none, none, none, 1,  //
                                                       1, 1, 1, 1, 1));
}

TEST(BurnCenters, FillsABowTieByTheEvenOddRule) {
  const EdgeTable table = table_of({4, 4}, {{ring({{0, 0}, {4, 4}, {4, 0}, {0, 4}})}});
  const auto pixels = burned(table, burn_centers);
  EXPECT_EQ(pixels[4], 1);         // left of the crossing
  EXPECT_EQ(pixels[7], 1);         // right of it
  EXPECT_EQ(pixels[1 * 1], none);  // above
}

TEST(BurnTouched, TakesEveryPixelOfWhichThereIsAPart) {
  const EdgeTable table = table_of({3, 4}, {{box(0.9, 0.9, 2.1, 1.5)}});
  EXPECT_THAT(burned(table, burn_touched), ElementsAre(1, 1, 1, none,  //
                                                       1, 1, 1, none,  //
                                                       none, none, none, none));
}

TEST(BurnTouched, DoesNotTakePixelsThatOnlyShareASide) {
  const EdgeTable table = table_of({3, 3}, {{box(1, 1, 2, 2)}});
  EXPECT_THAT(burned(table, burn_touched), ElementsAre(none, none, none, none, 1, none, none, none, none));
}

TEST(BurnTouched, FollowsASliverThatHoldsNoCentre) {
  const EdgeTable table = table_of({2, 4}, {{ring({{0.1, 0.2}, {3.9, 0.3}, {3.9, 0.4}})}});
  EXPECT_THAT(burned(table, burn_touched), ElementsAre(1, 1, 1, 1, none, none, none, none));
  EXPECT_THAT(burned(table, burn_centers), Each(none));
}

TEST(BurnCoverage, IsTheShareOfAPixelsArea) {
  // The square of exactextract's first test: 0.5 to 2.5 of 3 by 3 pixels.
  const EdgeTable table = table_of({3, 3}, {{box(0.5, 0.5, 2.5, 2.5)}});
  EXPECT_THAT(burned(table, burn_coverage), ElementsAre(0.25f, 0.5f, 0.25f, 0.5f, 1, 0.5f, 0.25f, 0.5f, 0.25f));
}

TEST(BurnCoverage, HalvesAPixelAlongItsDiagonal) {
  const EdgeTable table = table_of({2, 2}, {{ring({{0, 0}, {2, 2}, {0, 2}})}});
  EXPECT_THAT(burned(table, burn_coverage), ElementsAre(0.5f, 0, 1, 0.5f));
}

TEST(BurnCoverage, TakesHolesAwayWhateverTheirDirection) {
  for (const bool turned : {false, true}) {
    // A pixel that holds a side of the shell as well: half of it without 0.25 x 0.5.
    PixelRing hole = box(0.625, 0.25, 0.875, 0.75, true);
    if (turned) std::reverse(hole.points.begin(), hole.points.end());
    const EdgeTable table = table_of({1, 2}, {{box(0.5, 0, 2, 1), hole}});
    EXPECT_THAT(burned(table, burn_coverage), ElementsAre(0.375f, 1));
  }
}

TEST(BurnCoverage, AddsPolygonsUpToTheWholePixel) {
  const EdgeTable table = table_of({1, 3}, {{box(0, 0, 0.5, 1)}, {box(0.25, 0, 1.5, 1)}, {box(1, 0, 2.25, 1)}});
  EXPECT_THAT(burned(table, burn_coverage), ElementsAre(1, 1, 0.25f));
}

TEST(BurnCoverage, IsWholeWhereNeighboursMeet) {
  // Two parts of a square, cut along a line through arbitrary points.
  const std::pair<double, double> a{3.137, 0}, b{5.911, 8};
  const EdgeTable table = table_of({8, 8}, {{ring({{0, 0}, a, b, {0, 8}})}, {ring({a, {8, 0}, {8, 8}, b})}});
  EXPECT_THAT(burned(table, burn_coverage), Each(1));
}

TEST(BurnCoverage, LooksAtTheLeftOfAWindowAsWell) {
  const EdgeTable table = table_of({2, 100}, {{box(2, 0, 99.5, 2), box(10, 0, 11.5, 2, true)}});
  float pixels[6];
  burn_coverage(table.band(0), {{0, 97, 2, 3}, pixels, 3});
  EXPECT_THAT(pixels, ElementsAre(1, 1, 0.5f, 1, 1, 0.5f));
}

/// A star around a point with a hole in its middle.
std::vector<PixelRing> star(std::mt19937& random, double col, double row, double size) {
  std::uniform_real_distribution<double> share(0.5, 1);
  std::vector<PixelRing> rings = {{{}, false}, {{}, true}};
  for (int i = 0; i < 17; ++i) {
    const double angle = 2 * std::numbers::pi * i / 17, far = size * share(random);
    rings[0].points.push_back({row + far * std::sin(angle), col + far * std::cos(angle)});
    rings[1].points.push_back({row + far / 3 * std::sin(angle), col + far / 3 * std::cos(angle)});
  }
  return rings;
}

double area(const PixelRing& ring) {
  double sum = 0;
  for (std::size_t i = 0; i < ring.points.size(); ++i) {
    const PixelPoint &a = ring.points[i], &b = ring.points[(i + 1) % ring.points.size()];
    sum += (a.col * b.row - b.col * a.row) / 2;
  }
  return std::abs(sum);
}

TEST(BurnCoverage, AddsUpToThePolygonsArea) {
  std::mt19937 random(7);
  const auto rings = star(random, 301.3, 288.8, 280);
  const EdgeTable table = table_of({600, 600}, {rings}, 600);
  double sum = 0;
  for (const float share : burned(table, burn_coverage)) sum += static_cast<double>(share);
  const double wanted = area(rings[0]) - area(rings[1]);
  EXPECT_NEAR(sum / wanted, 1, 1e-9);
}

TEST(Burn, GivesTheSameBitsInWindowsOfAnyShape) {
  std::mt19937 random(11);
  std::uniform_real_distribution<double> place(-20, 120), size(0.3, 60);
  std::vector<std::vector<PixelRing>> polygons;
  for (int i = 0; i < 60; ++i) polygons.push_back(star(random, place(random), place(random), size(random)));
  const EdgeTable whole = table_of({100, 90}, polygons, 100), bands = table_of({100, 90}, polygons, 16);
  for (const Burn burn : {burn_centers, burn_touched, burn_coverage}) {
    const auto wanted = burned(whole, burn);
    EXPECT_EQ(burned(bands, burn, {16, 90}), wanted);
    EXPECT_EQ(burned(bands, burn, {8, 7}), wanted);
    EXPECT_EQ(burned(bands, burn, {1, 1}), wanted);
  }
}

TEST(Burn, TouchesWhatItCoversAndNothingElse) {
  std::mt19937 random(5);
  const EdgeTable table = table_of({64, 64}, {star(random, 31.7, 30.2, 29)});
  const auto covered = burned(table, burn_coverage), touched = burned(table, burn_touched);
  for (std::size_t i = 0; i < covered.size(); ++i) EXPECT_EQ(covered[i] > 0, touched[i] == 1) << i;
}

}  // namespace
}  // namespace terroir::test
