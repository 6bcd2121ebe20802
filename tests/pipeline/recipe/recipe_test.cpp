#include "tests/pipeline/recipe/recipe_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace terroir {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Recipe parse(const std::string& text) {
  auto parsed = parse_text(text);
  for (const auto& d : parsed.diagnostics) ADD_FAILURE() << to_text(d, "r.yml");
  return parsed.recipe ? *parsed.recipe : Recipe{};
}

std::vector<std::string> step_names(const Recipe& recipe) {
  std::vector<std::string> names;
  for (const auto& step : recipe.steps) names.push_back(step.name);
  return names;
}

std::vector<std::string> layer_names(const OutputSpec& output) {
  std::vector<std::string> names;
  for (const auto& [name, reference] : output.layers) names.push_back((name.empty() ? "" : name + "=") + reference.text());
  return names;
}

TEST(Recipe, StepsStandAfterWhatTheyUse) {
  const Recipe recipe =
      parse(skeleton(5,
                     "  z: {process: standardize, data: [m, slope]}\n  m: {process: focal_statistics, data: slope, size: 3, "
                     "reducer: mean}\n  slope: {process: slope, data: dem}\n  a: {process: tpi, data: dem}"));
  EXPECT_THAT(step_names(recipe), ElementsAre("slope", "m", "z", "a"));
  EXPECT_EQ(recipe.steps[0].process->info.name, "slope");
  ASSERT_NE(recipe.steps[0].kernel, nullptr);
  EXPECT_EQ(recipe.steps[2].inputs[0].first, "data");
  EXPECT_EQ(recipe.steps[2].inputs[0].second[1].text(), "slope");
}

TEST(Recipe, AnOutputHasEveryStepThatNoOtherUses) {
  const Recipe recipe =
      parse(skeleton(5, "  b: {process: tpi, data: dem}\n  a: {process: slope, data: dem}\n  c: {process: tpi, data: a}"));
  EXPECT_THAT(layer_names(recipe.outputs[0]), ElementsAre("b", "c"));
}

TEST(Recipe, OnlyInputGivesTheGrid) {
  const Recipe recipe = parse(skeleton());
  ASSERT_TRUE(recipe.grid.like);
  EXPECT_EQ(recipe.grid.like->text(), "dem");
}

TEST(Recipe, GridsByNumbers) {
  const Recipe recipe =
      parse(skeleton(1, "version: 1\ngrid: {crs: EPSG:32632, resolution: [30, 20], bounds: [0, 1, 300, 201], anchor: [5, 6]}"));
  EXPECT_EQ(recipe.grid.crs, "EPSG:32632");
  EXPECT_EQ(recipe.grid.resolution, (std::array<double, 2>{30, 20}));
  EXPECT_EQ(recipe.grid.bounds, (std::array<double, 4>{0, 1, 300, 201}));
  EXPECT_EQ(recipe.grid.anchor, GridSpec::Anchor::point);
  EXPECT_EQ(recipe.grid.anchor_point, (std::array<double, 2>{5, 6}));
  EXPECT_EQ(parse(skeleton(1, "version: 1\ngrid: {global: 0.25}")).grid.global, 0.25);
}

TEST(Recipe, InputsAndTheirBands) {
  const Recipe recipe = parse(skeleton(3, R"(  dem:
    path: "a/{time:%Y%m%d}_{band}.tif"
    bands: {B: B02, QA: {band: 7, categorical: yes, bits: [0, 1], nodata: nan}}
    scale: 1e-4
    crs: EPSG:4326
    unit: K
    unit_as: degC
    select: {time: [2024, ~], month: [8, 6], season: JJA, level: 850}
    resample: bilinear
    on_error: nodata)"));
  const InputSpec& input = recipe.inputs[0];
  EXPECT_EQ(input.path, "a/{time:%Y%m%d}_{band}.tif");
  EXPECT_EQ(input.path_at, (Position{4, 11}));
  ASSERT_EQ(input.bands.size(), 2u);
  EXPECT_EQ(input.bands[0].layer + input.bands[0].band, "BB02");
  EXPECT_FALSE(input.bands[0].decoding.categorical);
  EXPECT_EQ(input.bands[1].band, "7");
  EXPECT_TRUE(input.bands[1].decoding.categorical);
  EXPECT_EQ(input.bands[1].decoding.bits, std::pair(0, 1));
  EXPECT_TRUE(input.bands[1].decoding.nodata.has_value());
  EXPECT_EQ(input.decoding.scale, 1e-4);
  EXPECT_EQ(input.select.from + "|" + input.select.to + "|" + input.select.season, "2024||jja");
  EXPECT_THAT(input.select.months, ElementsAre(6, 8));
  EXPECT_EQ(input.select.level, 850);
  EXPECT_EQ(input.crs + input.unit + input.unit_as + input.resample, "EPSG:4326KdegCbilinear");
  EXPECT_EQ(input.on_error, OnError::nodata);
}

TEST(Recipe, OutputsAndTheirDefaults) {
  const Recipe plain = parse(skeleton());
  EXPECT_EQ(plain.outputs[0].zarr_format, 3);
  EXPECT_EQ(plain.outputs[0].codec.name, CodecSpec::Name::blosc);
  const Recipe full = parse(skeleton(7, R"(  out:
    path: o.zarr
    layers: {steep: slope, height: dem}
    zarr_format: 2
    layout: variables
    chunk: {time: 12, y: 64, x: 128}
    shard: 1024
    codec: {name: zstd, level: 19}
    encoding: {steep: {dtype: uint8, scale_factor: 0.5}, height: {dtype: int16, nodata: 0}})"));
  const OutputSpec& output = full.outputs[0];
  EXPECT_THAT(layer_names(output), ElementsAre("steep=slope", "height=dem"));
  EXPECT_EQ(output.zarr_format, 2);
  EXPECT_EQ(output.chunk.time, 12);
  EXPECT_EQ(output.chunk.rows, 64);
  EXPECT_EQ(output.chunk.cols, 128);
  EXPECT_EQ(output.shard.rows, 1024);
  EXPECT_EQ(output.codec.name, CodecSpec::Name::zstd);
  EXPECT_EQ(output.codec.level, 19);
  EXPECT_EQ(output.encoding.at("steep").nodata, 255);
  EXPECT_EQ(output.encoding.at("height").nodata, 0);
}

TEST(Recipe, ThePathTellsTheFormatWhereNothingElseDoes) {
  const auto format = [](const std::string& output) { return parse(skeleton(7, "  out: {path: " + output + "}")).outputs[0].format; };
  EXPECT_EQ(format("a/o.nc"), Format::netcdf);
  EXPECT_EQ(format("a/o.tif"), Format::geotiff);
  EXPECT_EQ(format("a/o.nc/o"), Format::zarr);
  EXPECT_EQ(format("o.nc, format: zarr"), Format::zarr);
  EXPECT_EQ(format("o.zarr, format: netcdf"), Format::netcdf);
}

TEST(CanonicalRecipe, SpellsOutTheDefaults) {
  EXPECT_EQ(flow(canonical_recipe(parse(skeleton()))),
            "{version: 1, grid: {like: dem}, inputs: {dem: {path: dem.tif, on_error: fail}}, "
            "steps: {slope: {process: slope, data: dem, method: horn, unit: degree, z_factor: 1, edges: nodata, boundary: nodata}}, "
            "outputs: {out: {path: o.zarr, layers: [slope], format: zarr, zarr_format: 3, layout: variables, "
            "codec: {name: blosc, cname: zstd, shuffle: byte, level: 1}}}}");
}

TEST(CanonicalRecipe, IsARecipeThatMeansTheSame) {
  const std::string text = R"(version: 1
name: all
grid: {crs: EPSG:32632, resolution: 30, bounds: [0, 0, 300, 300], anchor: center}
inputs:
  dem: {path: dem.tif, resample: bilinear}
  s2:
    path: "{time:%Y%m%d}_{band}.tif"
    bands: {B: {band: B02, scale: 0.5}, R: B04, N: B08, SCL: {band: SCL, categorical: true, bits: [0, 3]}}
    select: {time: [~, 2024-06-30], month: 6}
steps:
  index: {process: spectral_index, data: median, index: [SAVI, NDVI], constants: {SAVI: {L: 0.25}}}
  clear: {process: mask_values, data: s2, mask: s2.SCL, values: [3, 8]}
  median: {process: reduce_time, data: clear, reducer: [median, quantiles], probabilities: [0.1, 0.9]}
  less: {process: clip, data: dem, max: 3000}
outputs:
  a: {path: a.zarr, layers: {dry: index.NDVI, dem: less}, layout: stacked, chunk: 64, codec: none}
  b: {path: b.zarr, encoding: {less: {dtype: int16}}}
)";
  std::string direct = text;
  direct.replace(direct.find("reducer: [median, quantiles], probabilities: [0.1, 0.9]"), 55, "reducer: median");
  const auto first = canonical_recipe(parse(direct));
  const auto again = parse_recipe(first, {}, "r.yml");
  ASSERT_TRUE(again.recipe);
  EXPECT_EQ(flow(canonical_recipe(*again.recipe)), flow(first));
}

}  // namespace
}  // namespace terroir
