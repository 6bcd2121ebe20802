#include "pipeline/adapters/gdal/grib_gaussian.h"

#include "pipeline/error.h"
#include "tiling/cells.h"

#include <gtest/gtest.h>

namespace terroir {
namespace {

std::string zeros(std::size_t count) { return std::string(count, '\0'); }

/// A section of `length` octets, with some of them given by number from 1, as the WMO's tables count.
std::string section(std::size_t length, std::initializer_list<std::pair<std::size_t, char>> octets) {
  std::string bytes = zeros(length);
  for (const auto& [octet, value] : octets) bytes[octet - 1] = value;
  return bytes;
}

/// The first two sections of GRIB 1: N48, behind ten bytes of something else.
std::string edition_1(char type, char has_grid) {
  return "0123456789GRIB" + zeros(3) + '\1' + section(28, {{3, 28}, {8, has_grid}}) + section(32, {{3, 32}, {6, type}, {27, 48}});
}

/// GRIB 2: identification, a section of local use, and the grid, N320.
std::string edition_2(char grid_template) {
  return "GRIB" + zeros(3) + '\2' + zeros(8) + section(21, {{4, 21}, {5, 1}}) + section(40, {{4, 40}, {5, 2}}) +
         section(72, {{4, 72}, {5, 3}, {14, grid_template}, {70, 1}, {71, 64}});
}

TEST(GribGaussian, IsFoundInBothEditions) {
  EXPECT_EQ(gaussian_number(edition_1(4, '\200')), 48);
  EXPECT_EQ(gaussian_number(edition_2(40)), 320);
}

TEST(GribGaussian, OtherGridsHaveNone) {
  EXPECT_EQ(gaussian_number(edition_1(0, '\200')), std::nullopt) << "latitudes and longitudes";
  EXPECT_EQ(gaussian_number(edition_1(4, 0)), std::nullopt) << "no grid description";
  EXPECT_EQ(gaussian_number(edition_2(0)), std::nullopt);
  EXPECT_EQ(gaussian_number("II*"), std::nullopt);
}

TEST(GribGaussian, BytesThatAreCutOffOrDamagedAreNone) {
  for (const std::string& whole : {edition_1(4, '\200'), edition_2(40)}) {
    for (std::size_t length = 0; length < whole.size(); ++length) (void)gaussian_number(std::string_view(whole).substr(0, length));
    for (std::size_t at = 0; at < whole.size(); ++at) {
      std::string other = whole;
      other[at] = '\377';
      (void)gaussian_number(other);
    }
  }
  EXPECT_EQ(gaussian_number(edition_2(40).substr(0, 40)), std::nullopt);
}

TEST(GribGaussian, ItsRowsAreThoseOfThePolynomial) {
  // What GDAL makes of N32: even rows, and longitudes in thousandths of a degree.
  const Grid gdal({}, {-1.406251968503937, 2.812503937007874, 89.27025, -2.8125}, {64, 128});
  const Grid grid = gaussian_grid(gdal, 32, "f.grib");
  ASSERT_NE(grid.cells(), nullptr);
  EXPECT_NEAR(grid.cells()->rows.centres[1], 85.0965, 5e-5);
  EXPECT_EQ(grid.cells()->rows.edges.back(), -90);
  EXPECT_DOUBLE_EQ(grid.cells()->cols.centres[64], 180);
  EXPECT_THROW((void)gaussian_grid(gdal, 48, "f.grib"), Error) << "a part of the globe";
}

}  // namespace
}  // namespace terroir
