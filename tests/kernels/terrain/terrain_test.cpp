#include <functional>
#include <numbers>

#include "tests/kernels/raster.h"

namespace terroir::test {
namespace {

constexpr Halo one = {1, 1};

std::vector<float> run_terrain(const char* process, const Settings& settings, const OwnedBlock& in, double width = 1, double height = 1) {
  return pixels_of(run_focal(*kernel(process, settings), in.view(), {width}, {height})[0].view());
}

/// A window of 3 x 3 pixels around which nothing is known: the result of its centre.
float centre(const char* process, const Settings& settings, const std::vector<std::vector<float>>& rows, double width = 1,
             double height = 1) {
  return run_terrain(process, settings, raster(rows, one), width, height)[4];
}

TEST(Terrain, APlaneHasTheSlopeThatItWasMadeWith) {
  const std::vector<std::vector<float>> plane = {{100, 103, 106}, {104, 107, 110}, {108, 111, 114}};  // 3 to the east, 4 to the south
  EXPECT_FLOAT_EQ(centre("slope", {set("unit", "percent")}, plane, 10, 10), 50);
  EXPECT_FLOAT_EQ(centre("slope", {}, plane, 5, 5), 45);
  EXPECT_FLOAT_EQ(centre("slope", {set("unit", "radian")}, plane, 5, 5), std::numbers::pi_v<float> / 4);
  EXPECT_FLOAT_EQ(centre("slope", {set("unit", "percent"), set("method", "zevenbergen_thorne")}, plane, 10, 10), 50);
  EXPECT_FLOAT_EQ(centre("slope", {set("unit", "percent"), set("z_factor", "0.5")}, plane, 10, 10), 25);
  EXPECT_FLOAT_EQ(centre("slope", {set("unit", "percent")}, plane, 3, 4), 141.421356f);
}

TEST(Terrain, AspectIsTheWayDownInCompassDegrees) {
  const auto facing = [](double east, double south, double width = 1, double height = 1) {
    std::vector<std::vector<float>> rows(3, std::vector<float>(3));
    for (int r = 0; r < 3; ++r)
      for (int c = 0; c < 3; ++c) rows[r][c] = static_cast<float>(500 - c * east - r * south);
    return centre("aspect", {}, rows, width, height);
  };
  EXPECT_EQ(facing(0, -1), 0);
  EXPECT_FLOAT_EQ(facing(1, -1), 45);
  EXPECT_EQ(facing(1, 0), 90);
  EXPECT_FLOAT_EQ(facing(1, 1), 135);
  EXPECT_EQ(facing(0, 1), 180);
  EXPECT_FLOAT_EQ(facing(-1, 1), 225);
  EXPECT_EQ(facing(-1, 0), 270);
  EXPECT_FLOAT_EQ(facing(-1, -1), 315);
  // 1 m up for 30 m to the east and for 10 m to the south: the way down is 1 west for 3 north.
  EXPECT_NEAR(facing(-1, -1, 30, 10), 360 - 18.4349488, 1e-4);
}

TEST(Terrain, AspectStaysBelow360) {
  // So little to the west that the angle rounds to a full turn.
  EXPECT_EQ(centre("aspect", {}, {{0, 0, 1e-7f}, {100, 100, 100}, {200, 200, 200}}), 0);
}

TEST(Terrain, HillshadeOfTheHorizontalIsTheSineOfTheAltitude) {
  const std::vector<std::vector<float>> flat(3, std::vector<float>(3, 250));
  EXPECT_NEAR(centre("hillshade", {}, flat), 1 + 254 * std::sqrt(0.5), 1e-4);
  EXPECT_EQ(centre("hillshade", {set("altitude", "90")}, flat), 255);
  EXPECT_EQ(centre("hillshade", {set("altitude", "0")}, flat), 1);
  // A slope of 45 degrees towards the sun, and one away from it.
  EXPECT_NEAR(centre("hillshade", {set("azimuth", "180")}, {{2, 2, 2}, {1, 1, 1}, {0, 0, 0}}), 255, 1e-4);
  EXPECT_EQ(centre("hillshade", {set("azimuth", "0"), set("altitude", "30")}, {{2, 2, 2}, {1, 1, 1}, {0, 0, 0}}), 1);
  EXPECT_NEAR(centre("hillshade", {set("azimuth", "90"), set("z_factor", "2")}, {{1, .5, 0}, {1, .5, 0}, {1, .5, 0}}), 255, 1e-4);
}

TEST(Terrain, DifferencesOfOneWindowByHand) {
  const std::vector<std::vector<float>> rows = {{1, 2, 3}, {4, 10, 6}, {7, 8, 9}};
  EXPECT_EQ(centre("tpi", {}, rows), 5);  // 10 - 40 / 8
  EXPECT_FLOAT_EQ(centre("tri", {}, rows), std::sqrt(81.0F + 64 + 49 + 36 + 16 + 9 + 4 + 1));
  EXPECT_EQ(centre("tri", {set("method", "wilson")}, rows), 5);  // (9 + 8 + 7 + 6 + 4 + 3 + 2 + 1) / 8
  EXPECT_EQ(centre("roughness", {}, rows), 9);
}

TEST(Terrain, FlatHighGroundIsExactlyFlat) {
  const OwnedBlock in = noise_raster(1, {4, 37}, one, 8123.456f, 8123.456f, 0);
  for (const char* process : {"slope", "tpi", "tri", "roughness"})
    for (const float v : run_terrain(process, {}, in, 30, 30)) EXPECT_TRUE(v == 0 && !std::signbit(v)) << process;
  for (const float v : run_terrain("aspect", {}, in, 30, 30)) EXPECT_TRUE(std::isnan(v));
}

TEST(Terrain, AMissingPixelMakesExactlyTheNineAroundItNodata) {
  for (const char* process : {"slope", "aspect", "hillshade", "tpi", "tri", "roughness"})
    for (const char* method : {"horn", "zevenbergen_thorne"}) {
      const bool gradient = process == std::string("slope") || process == std::string("aspect") || process == std::string("hillshade");
      OwnedBlock in = noise_raster(1, {20, 40}, one, 100, 900, 0);
      in(0, 7, 19) = nan;
      const auto out = run_focal(*kernel(process, gradient ? Settings{set("method", method)} : Settings{}), in.view());
      for (Index r = 0; r < 20; ++r)
        for (Index c = 0; c < 40; ++c)
          EXPECT_EQ(std::isnan(out[0](0, r, c)), std::abs(r - 7) <= 1 && std::abs(c - 19) <= 1) << process << ' ' << r << ' ' << c;
    }
}

struct Nine {
  double a, b, c, d, e, f, g, h, i;
};

/// The definitions in double, one pixel at a time; width 25 m, height 31 m.
std::vector<double> by_definition(const OwnedBlock& in, const std::function<double(const Nine&)>& formula) {
  std::vector<double> out;
  const auto at = [&in](Index r, Index c) { return static_cast<double>(in(0, r, c)); };
  for (Index r = 0; r < in.view().rows(); ++r)
    for (Index c = 0; c < in.view().cols(); ++c)
      out.push_back(formula({at(r - 1, c - 1), at(r - 1, c), at(r - 1, c + 1), at(r, c - 1), at(r, c), at(r, c + 1), at(r + 1, c - 1),
                             at(r + 1, c), at(r + 1, c + 1)}));
  return out;
}

double horn_east(const Nine& w) { return ((w.c + 2 * w.f + w.i) - (w.a + 2 * w.d + w.g)) / (8 * 25.0); }
double horn_south(const Nine& w) { return ((w.g + 2 * w.h + w.i) - (w.a + 2 * w.b + w.c)) / (8 * 31.0); }
double degrees(double radians) { return radians * 180 / std::numbers::pi; }

double shade_by_definition(const Nine& w) {
  const double x = 2 * horn_east(w), y = 2 * horn_south(w), azimuth = std::numbers::pi / 3, altitude = std::numbers::pi / 6;
  const double cosine = (std::sin(altitude) - x * std::sin(azimuth) * std::cos(altitude) + y * std::cos(azimuth) * std::cos(altitude)) /
                        std::sqrt(1 + x * x + y * y);
  return 1 + 254 * std::max(0.0, cosine);
}

TEST(Terrain, HighRoughGroundAgreesWithTheDefinitionsInDouble) {
  const OwnedBlock in = noise_raster(1, {31, 67}, one, 7900, 8100, 0);
  const auto check = [&in](const char* process, const Settings& settings, const std::function<double(const Nine&)>& formula,
                           double tolerance) {
    const auto got = run_terrain(process, settings, in, 25, 31);
    const auto want = by_definition(in, formula);
    for (std::size_t k = 0; k < got.size(); ++k) EXPECT_NEAR(got[k], want[k], tolerance) << process << " at " << k;
  };
  check(
      "slope", {}, [](const Nine& w) { return degrees(std::atan(std::hypot(horn_east(w), horn_south(w)))); }, 2e-5);
  check(
      "slope", {set("method", "zevenbergen_thorne"), set("unit", "percent")},
      [](const Nine& w) { return 100 * std::hypot((w.f - w.d) / 50, (w.h - w.b) / 62); }, 1e-4);
  check(
      "aspect", {},
      [](const Nine& w) {
        const double t = degrees(std::atan2(-horn_east(w), horn_south(w)));
        return t < 0 ? t + 360 : t;
      },
      4e-5);
  check("hillshade", {set("azimuth", "60"), set("altitude", "30"), set("z_factor", "2")}, shade_by_definition, 2e-4);
  check(
      "tpi", {}, [](const Nine& w) { return w.e - (w.a + w.b + w.c + w.d + w.f + w.g + w.h + w.i) / 8; }, 5e-5);
  check(
      "roughness", {},
      [](const Nine& w) {
        return std::max({w.a, w.b, w.c, w.d, w.e, w.f, w.g, w.h, w.i}) - std::min({w.a, w.b, w.c, w.d, w.e, w.f, w.g, w.h, w.i});
      },
      0);
  const auto drops = [](const Nine& w) {
    return std::vector<double>{w.a - w.e, w.b - w.e, w.c - w.e, w.d - w.e, w.f - w.e, w.g - w.e, w.h - w.e, w.i - w.e};
  };
  check(
      "tri", {},
      [&](const Nine& w) {
        double sum = 0;
        for (const double d : drops(w)) sum += d * d;
        return std::sqrt(sum);
      },
      1e-4);
  check(
      "tri", {set("method", "wilson")},
      [&](const Nine& w) {
        double sum = 0;
        for (const double d : drops(w)) sum += std::abs(d);
        return sum / 8;
      },
      5e-5);
}

TEST(Terrain, EachRowHasItsOwnGroundSize) {
  const OwnedBlock in = raster({{0, 3, 6}, {0, 3, 6}, {0, 3, 6}, {0, 3, 6}}, one);
  const auto out = run_focal(*kernel("slope", {set("unit", "percent")}), in.view(), {30, 20, 10, 5}, {30, 30, 30, 30});
  EXPECT_FLOAT_EQ(out[0](0, 1, 1), 15);
  EXPECT_FLOAT_EQ(out[0](0, 2, 1), 30);
}

TEST(Terrain, EveryTimeIsComputedByItself) {
  OwnedBlock in = noise_raster(3, {5, 9}, one, 0, 100, 0);
  const auto all = run_focal(*kernel("slope"), in.view());
  for (Index t = 0; t < 3; ++t) {
    const auto single = run_focal(*kernel("slope"), in.view().at_time(t));
    EXPECT_TRUE(same_bits(all[0].view().at_time(t), single[0].view()));
  }
}

/// Settings of every terrain process, some of them twice with different parameters.
const std::vector<std::pair<const char*, Settings>> many = {
    {"slope", {}},
    {"aspect", {}},
    {"hillshade", {}},
    {"tpi", {}},
    {"tri", {}},
    {"roughness", {}},
    {"slope", {set("unit", "percent")}},
    {"slope", {set("unit", "radian"), set("z_factor", "3")}},
    {"hillshade", {set("azimuth", "10"), set("z_factor", "2")}},
    {"aspect", {set("method", "zevenbergen_thorne")}},
    {"slope", {set("method", "zevenbergen_thorne")}},
    {"tri", {set("method", "wilson")}},
    {"tpi", {set("edges", "extrapolate")}},
};

TEST(Terrain, OneSweepGivesTheBitsOfSeparateRuns) {
  const OwnedBlock in = noise_raster(2, {13, 53}, one, 300, 900, 0.02f);
  const std::vector<double> size(13, 12.5);
  const Block<const float> view = in.view();
  for (unsigned chosen = 1; chosen < 1u << many.size(); chosen += chosen < 128 ? 1 : 61) {
    std::vector<std::shared_ptr<const BoundKernel>> kernels;
    std::vector<const BoundKernel*> views;
    std::vector<OwnedBlock> blocks;
    std::vector<Block<float>> out;
    for (std::size_t k = 0; k < many.size(); ++k)
      if ((chosen >> k & 1) != 0) kernels.push_back(kernel(many[k].first, many[k].second));
    for (const auto& k : kernels) {
      views.push_back(k.get());
      blocks.emplace_back(2, Shape{13, 53}, Halo{}, -1.0f);
      out.push_back(blocks.back().view());
      ASSERT_EQ(k->sweep(), kernels[0]->sweep());
    }
    Args args;
    args.in = {&view, 1};
    args.out = out;
    args.ground = {size, size};
    kernels[0]->sweep()(views, args);
    for (std::size_t k = 0; k < kernels.size(); ++k)
      ASSERT_TRUE(same_bits(blocks[k].view(), run_focal(*kernels[k], view, {12.5}, {12.5})[0].view())) << chosen << " kernel " << k;
  }
}

TEST(Terrain, LayersSayWhatTheyAre) {
  LayerInfo dem;
  dem.name = "dem";
  dem.unit = "foot";
  const std::vector<LayerInfo> in = {dem};
  const auto slope = kernel("slope")->outputs(in);
  ASSERT_EQ(slope.size(), 1u);
  EXPECT_EQ(slope[0].name, "");
  EXPECT_EQ(slope[0].unit, "degree");
  EXPECT_EQ(slope[0].standard_name, "ground_slope_angle");
  EXPECT_EQ(kernel("slope", {set("unit", "percent")})->outputs(in)[0].unit, "percent");
  EXPECT_EQ(kernel("slope", {set("unit", "percent")})->outputs(in)[0].standard_name, "");
  EXPECT_EQ(kernel("aspect")->outputs(in)[0].standard_name, "ground_slope_direction");
  EXPECT_EQ(kernel("hillshade")->outputs(in)[0].unit, "1");
  for (const char* process : {"tpi", "tri", "roughness"}) EXPECT_EQ(kernel(process)->outputs(in)[0].unit, "foot");
  EXPECT_EQ(kernel("tri")->halo(), one);
  EXPECT_EQ(kernel("tri", {set("boundary", "wrap")})->boundary(), Boundary::wrap);
}

TEST(Terrain, ParametersHaveRanges) {
  EXPECT_EQ(complaint("hillshade", {set("altitude", "91")}), "altitude: 91 is too large; give at most 90 degree");
  EXPECT_EQ(complaint("slope", {set("z_factor", "0")}), "z_factor: 0 is too small; give more than 0");
  EXPECT_EQ(complaint("slope", {set("unit", "degrees")}),
            "unit: 'degrees' is not a choice; did you mean 'degree'? Choices: degree, percent or radian");
}

}  // namespace
}  // namespace terroir::test
