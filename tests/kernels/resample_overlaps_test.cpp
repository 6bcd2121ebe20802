#include "tests/kernels/local/run_process.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

namespace terroir::test {
namespace {

/// Where the corner of row r and column c lies in the source.
using Corner = std::function<PixelPoint(double r, double c)>;

/// Resamples onto `shape` pixels whose corners lie as `corner` tells.
std::vector<float> onto(Shape shape, const Corner& corner, const Block<const float>& in, const Settings& settings = {}, GridMap map = {},
                        std::shared_ptr<const std::vector<double>> edges = nullptr) {
  ControlPatch patch{{0, 0, 4, 4}, 1, {}, true, std::move(edges)};
  for (Index r = 0; r <= 4; ++r)
    for (Index c = 0; c <= 4; ++c) patch.points.push_back(corner(static_cast<double>(r), static_cast<double>(c)));
  const std::vector<std::shared_ptr<const ControlPatch>> patches = {std::make_shared<const ControlPatch>(patch)};
  map.destination = {0, 0, shape.rows, shape.cols};
  map.source = map.extent = {0, 0, in.rows(), in.cols()};
  map.patches = patches;
  OwnedBlock result(in.times(), shape);
  const std::vector<Block<const float>> inputs = {in};
  const std::vector<Block<float>> outputs = {result.view()};
  Settings all = settings;
  if (std::none_of(all.begin(), all.end(), [](const auto& s) { return s.key == "method"; })) all.push_back(set("method", "conservative"));
  Args args;
  args.in = inputs, args.out = outputs, args.map = map;
  kernel("resample", all)->run(args);
  return pixels_of(result.view());
}

void expect_row(const std::vector<float>& got, const std::vector<float>& wanted) {
  ASSERT_EQ(got.size(), wanted.size());
  for (std::size_t i = 0; i < got.size(); ++i)
    EXPECT_TRUE(std::isnan(wanted[i]) ? std::isnan(got[i]) : std::abs(got[i] - wanted[i]) <= 1e-6F * std::abs(wanted[i]))
        << "pixel " << i << " is " << got[i];
}

OwnedBlock block_of(Shape shape, const std::function<float(Index, Index)>& value) {
  OwnedBlock in(1, shape);
  for (Index r = 0; r < shape.rows; ++r)
    for (Index c = 0; c < shape.cols; ++c) in(0, r, c) = value(r, c);
  return in;
}

/// A square that stands on its corner, of `size` pixels from its middle.
Corner diamond(double size) {
  return [=](double r, double c) { return PixelPoint{size * (r + c), size * (1 + c - r)}; };
}

TEST(ResampleOverlaps, OfHalvesIsTheirMean) {
  const auto in = row_of({1, 3, nan, 7});
  const Corner moved = [](double r, double c) { return PixelPoint{r, c + 0.5}; };
  expect_row(onto({1, 4}, moved, in.view()), {2, 3, 7, 7});
  expect_row(onto({1, 4}, moved, in.view(), {set("normalize", "destarea")}), {2, 1.5, 3.5, 3.5});
}

TEST(ResampleOverlaps, WithinOnePixelIsItsValue) {
  const auto in = row_of({0.1f, 16777215});
  const Corner fine = [](double r, double c) { return PixelPoint{r / 3, c / 3 + 0.4}; };
  for (const char* normalize : {"fracarea", "destarea"}) {
    const auto out = onto({1, 3}, fine, in.view(), {set("normalize", normalize)});
    EXPECT_EQ(out[0], 0.1f);
    EXPECT_EQ(out[2], 16777215);
  }
}

TEST(ResampleOverlaps, OfADiamondOverFourPixels) {
  const auto in = block_of({2, 2}, [](Index r, Index c) { return static_cast<float>(2 * r + c + 1); });
  expect_row(onto({1, 1}, diamond(1), in.view()), {2.5f});
  const auto gap = block_of({2, 2}, [](Index r, Index c) { return r + c == 0 ? nan : static_cast<float>(2 * r + c + 1); });
  expect_row(onto({1, 1}, diamond(1), gap.view()), {3});
  expect_row(onto({1, 1}, diamond(1), gap.view(), {set("normalize", "destarea")}), {2.25f});
  expect_row(onto({1, 1}, diamond(1), gap.view(), {set("min_valid", "0.75")}), {3});
  expect_row(onto({1, 1}, diamond(1), gap.view(), {set("min_valid", "0.76")}), {nan});
}

TEST(ResampleOverlaps, OfADiamondOverManyPixels) {
  // 12 of its 18 pixels' areas are whole pixels.
  const auto one = [](Index row, Index col) {
    const auto in = block_of({6, 6}, [=](Index r, Index c) { return r == row && c == col ? 18.0F : 0.0F; });
    return onto({1, 1}, diamond(3), in.view())[0];
  };
  EXPECT_NEAR(one(2, 2), 1, 1e-6);
  EXPECT_NEAR(one(2, 4), 1, 1e-6);
  EXPECT_NEAR(one(5, 3), 0.5, 1e-6);
  EXPECT_NEAR(one(0, 2), 0.5, 1e-6);
  EXPECT_EQ(one(0, 1), 0);
  const auto columns = block_of({6, 6}, [](Index, Index c) { return static_cast<float>(c) + 0.5F; });
  expect_row(onto({1, 1}, diamond(3), columns.view()), {3});
}

TEST(ResampleOverlaps, OfManyTimesIsThatOfEach) {
  OwnedBlock in(70, {2, 2});
  for (Index t = 0; t < 70; ++t)
    for (Index i = 0; i < 4; ++i) in(t, i / 2, i % 2) = i == t % 4 ? static_cast<float>(nan) : static_cast<float>(t);
  const auto out = onto({1, 1}, diamond(1), in.view());
  for (std::size_t t = 0; t < 70; ++t) EXPECT_EQ(out[t], static_cast<float>(t));
}

TEST(ResampleOverlaps, CountsAreasOnTheSphere) {
  // Rows from 60 to 30 and to 0 degrees: sines of 0.866, 0.5 and 0.
  const auto in = block_of({2, 1}, [](Index r, Index) { return static_cast<float>(r); });
  GridMap map;
  map.first_latitude = 60, map.latitude_step = -30, map.turn = 36;
  const Corner tall = [](double r, double c) { return PixelPoint{2 * r, c}; };
  expect_row(onto({1, 1}, tall, in.view(), {}, map), {static_cast<float>(0.5 / std::sqrt(0.75))});
  // Rows from the south, seen from a grid with rows from the north.
  map.first_latitude = 0, map.latitude_step = 30, map.row_scale = -1;
  const Corner turned = [](double r, double c) { return PixelPoint{2 - 2 * r, c}; };
  expect_row(onto({1, 1}, turned, in.view(), {}, map), {static_cast<float>(1 - 0.5 / std::sqrt(0.75))});
}

/// Four columns of 90 degrees, one row from the north pole to 60 degrees.
GridMap cap() {
  GridMap map;
  map.first_latitude = 90, map.latitude_step = -30, map.turn = 4, map.period = 4;
  return map;
}

TEST(ResampleOverlaps, OfThePixelThatHoldsAPoleIsTheMeanAroundIt) {
  const auto in = row_of({1, 2, 3, 6});
  const Corner around = [](double r, double c) { return PixelPoint{0.5, r == 0 ? 0.5 - c : 1.5 + c}; };  // 0.5, -0.5, 2.5, 1.5
  expect_row(onto({1, 1}, around, in.view(), {set("normalize", "destarea")}, cap()), {3});
}

TEST(ResampleOverlaps, OfPixelsWithAPoleAtTheirCornerIsWhatTheyTurnTo) {
  const auto in = row_of({1, 2, 3, 6});
  // Of the pole, whose column means nothing, to the edges and the middle of the last column.
  const Corner corner = [](double r, double c) { return r + c == 0 ? PixelPoint{0, 1} : PixelPoint{0.5, 4 - r / 2 - (1 - c) / 2}; };
  expect_row(onto({1, 1}, corner, in.view(), {}, cap()), {6});
}

TEST(ResampleOverlaps, MeetsASourceFromBothSides) {
  // 35 columns of 10 degrees: what lies over the last one and the first one lies over a gap between them.
  const auto in = block_of({1, 35}, [](Index, Index c) { return static_cast<float>(c + 1); });
  GridMap map;
  map.first_latitude = 10, map.latitude_step = -10, map.turn = 36;
  const Corner ahead = [](double r, double c) { return PixelPoint{r, 34 + 3 * c}; };
  const Corner behind = [](double r, double c) { return PixelPoint{r, -2 + 3 * c}; };
  for (const Corner& corner : {ahead, behind}) {
    expect_row(onto({1, 1}, corner, in.view(), {}, map), {18});
    expect_row(onto({1, 1}, corner, in.view(), {set("normalize", "destarea")}, map), {12});
  }
}

TEST(ResampleOverlaps, SumsTheSharesOfPixels) {
  const Settings sum = {set("method", "sum")};
  const auto in = row_of({1, 3, nan, 7});
  const Corner moved = [](double r, double c) { return PixelPoint{r, c + 0.5}; };
  expect_row(onto({1, 4}, moved, in.view(), sum), {2, 1.5, 3.5, 3.5});
  const auto four = block_of({2, 2}, [](Index r, Index c) { return static_cast<float>(2 * r + c + 1); });
  expect_row(onto({1, 1}, diamond(1), four.view(), sum), {5});  // half of each
  expect_row(onto({1, 1}, diamond(1), four.view(), {set("method", "rms")}), {std::sqrt(7.5F)});
  const auto ones = block_of({6, 6}, [](Index, Index) { return 1.0F; });
  expect_row(onto({1, 1}, diamond(3), ones.view(), sum), {18});
  const Corner fine = [](double r, double c) { return PixelPoint{r / 1000, c / 1000}; };
  expect_row(onto({1, 1}, fine, ones.view(), sum), {1e-6F});
  const auto sparse = block_of({400, 400}, [](Index r, Index c) { return r == 7 && c == 9 ? 5.0F : nan; });
  const Corner wide = [](double r, double c) { return PixelPoint{400 * r, 400 * c}; };
  expect_row(onto({1, 1}, wide, sparse.view(), sum), {5});
  const Corner beside = [](double r, double c) { return PixelPoint{r, c + 2}; };
  expect_row(onto({1, 1}, beside, in.view(), sum), {nan});
}

TEST(ResampleOverlaps, SumsSharesOfAreasOnTheSphere) {
  // Rows from 60 to 30 and to 0 degrees, of which a pixel from 45 degrees takes a part of the first one.
  const auto in = block_of({2, 2}, [](Index r, Index) { return r == 0 ? 8.0F : 1.0F; });
  GridMap map;
  map.first_latitude = 60, map.latitude_step = -30, map.turn = 36;
  const double upper = (std::sqrt(0.5) - 0.5) / (std::sqrt(0.75) - 0.5);
  const Corner tall = [](double r, double c) { return PixelPoint{0.5 + 1.5 * r, 2 * c}; };
  expect_row(onto({1, 1}, tall, in.view(), {set("method", "sum")}, map), {static_cast<float>(2 * (8 * upper + 1))});
  const Corner within = [](double r, double c) { return PixelPoint{0.5 + 0.5 * r, 0.25 + 0.5 * c}; };  // one pixel of the source
  expect_row(onto({1, 1}, within, in.view(), {set("method", "sum")}, map), {static_cast<float>(0.5 * 8 * upper)});
}

TEST(ResampleOverlaps, OfUnevenRowsCountsTheirOwnAreas) {
  // Rows of 30 and 60 degrees, from the pole, and a pixel from 75 to 30 degrees: half of the upper one in degrees, half of the lower one.
  const auto in = block_of({2, 4}, [](Index r, Index) { return r == 0 ? 8.0F : 1.0F; });
  const auto edges = std::make_shared<const std::vector<double>>(std::vector<double>{90, 60, 0});
  const Corner tall = [](double r, double c) { return PixelPoint{0.5 + r, 2 * c}; };
  GridMap map;
  map.turn = 8, map.torn = true;
  const double pole = std::sin(75 * std::numbers::pi / 180), middle = std::sqrt(0.75);
  const double upper = pole - middle, lower = middle - 0.5;
  expect_row(onto({1, 1}, tall, in.view(), {}, map, edges), {static_cast<float>((8 * upper + lower) / (upper + lower))});
  expect_row(onto({1, 1}, tall, in.view(), {set("method", "sum")}, map, edges),
             {static_cast<float>(2 * (8 * upper / (1 - middle) + lower / middle))});
  // On a plane rows of 30 and 60 metres, which a pixel covers half of.
  map = {};
  expect_row(onto({1, 1}, tall, in.view(), {}, map, edges), {(8 * 15 + 30) / 45.0F});
  expect_row(onto({1, 1}, tall, in.view(), {set("method", "sum")}, map, edges), {9});
}

TEST(ResampleOverlaps, WithoutAPlaceIsNodata) {
  const auto in = row_of({1, 2, 3, 4});
  const Corner torn = [](double r, double c) { return c < 2 ? PixelPoint{r, c} : c < 3 ? PixelPoint{NAN, NAN} : PixelPoint{r, c}; };
  expect_row(onto({1, 4}, torn, in.view()), {1, nan, nan, 4});
  const Corner jump = [](double r, double c) { return PixelPoint{r, c < 2 ? 2 + c : c - 2}; };  // from one end of a map to the other
  expect_row(onto({1, 4}, jump, in.view()), {3, nan, 1, 2});
  const Corner beside = [](double r, double c) { return PixelPoint{r, c + 4}; };
  expect_row(onto({1, 2}, beside, in.view()), {nan, nan});
}

}  // namespace
}  // namespace terroir::test
