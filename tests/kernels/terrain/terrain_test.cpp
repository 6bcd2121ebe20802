#include "tests/kernels/terrain/support/window.h"

namespace terroir::test {
namespace {

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

/// Runs the processes whose bits are set in `chosen` in one sweep, and each by itself.
void expect_bits_of_separate_runs(const Block<const float>& in, unsigned chosen) {
  const Shape shape = {in.rows(), in.cols()};
  const std::vector<double> size(static_cast<std::size_t>(shape.rows), 12.5);
  std::vector<std::shared_ptr<const BoundKernel>> kernels;
  std::vector<const BoundKernel*> views;
  std::vector<OwnedBlock> blocks;
  std::vector<Block<float>> out;
  for (std::size_t k = 0; k < many.size(); ++k)
    if ((chosen >> k & 1) != 0) kernels.push_back(kernel(many[k].first, many[k].second));
  for (const auto& k : kernels) {
    views.push_back(k.get());
    blocks.emplace_back(in.times(), shape, Halo{}, -1.0f);
    out.push_back(blocks.back().view());
    ASSERT_EQ(k->sweep(), kernels[0]->sweep());
  }
  Args args;
  args.in = {&in, 1};
  args.out = out;
  args.ground = {size, size};
  kernels[0]->sweep()(views, args);
  for (std::size_t k = 0; k < kernels.size(); ++k)
    ASSERT_TRUE(same_bits(blocks[k].view(), run_focal(*kernels[k], in, {12.5}, {12.5})[0].view())) << chosen << " kernel " << k;
}

TEST(Terrain, OneSweepGivesTheBitsOfSeparateRuns) {
  const OwnedBlock in = noise_raster(2, {13, 53}, one, 300, 900, 0.02f);
  for (unsigned chosen = 1; chosen < 1u << many.size(); chosen += chosen < 128 ? 1 : 61) expect_bits_of_separate_runs(in.view(), chosen);
}

TEST(Terrain, OneSweepOverWideRowsGivesTheBitsOfSeparateRuns) {
  constexpr unsigned six = 63;  // the first of `many`, which go over a row in stretches of 256 columns
  for (const Index cols : {255, 256, 257, 600}) expect_bits_of_separate_runs(noise_raster(1, {3, cols}, one, 300, 900, 0.02f).view(), six);
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

}  // namespace
}  // namespace terroir::test
