#include "tests/pipeline/recipe/recipe_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace terroir {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// One line of the skeleton replaced, and the one message that it gives.
struct Mistake {
  std::size_t line;
  std::string text, message;
};

void PrintTo(const Mistake& mistake, std::ostream* out) { *out << mistake.text; }

class OneMistake : public testing::TestWithParam<Mistake> {};

TEST_P(OneMistake, IsToldWithItsPlaceAndRemedy) {
  EXPECT_THAT(messages(skeleton(GetParam().line, GetParam().text)), ElementsAre(GetParam().message));
}

TEST(Recipe, SkeletonIsRight) { EXPECT_THAT(messages(skeleton()), IsEmpty()); }

TEST(Recipe, WithoutInputsMissesNoGrid) {
  EXPECT_THAT(messages(skeleton(3, "  {}")), ElementsAre("r.yml:3:3: inputs: no input is named; give NAME: {path: FILE}",
                                                         "r.yml:5:33: steps.slope.data: there is no input or step 'dem'; use slope"));
}

INSTANTIATE_TEST_SUITE_P(
    Document, OneMistake,
    testing::Values(
        Mistake{1, "name: x", "r.yml:1:1: version: 'version' is missing; begin the recipe with version: 1"},
        Mistake{1, "version: 2", "r.yml:1:10: version: '2' is no version of the recipe language; write version: 1"},
        Mistake{1, "version: 1\nstep: {}", "r.yml:2:1: step: unknown key 'step'; did you mean 'steps'?"},
        Mistake{1, "version: 1\ncolour: blue",
                "r.yml:2:1: colour: unknown key 'colour'; use version, name, parameters, grid, inputs, steps or outputs"},
        Mistake{1, "version: 1\nname: [a]", "r.yml:2:7: name: a list is not a line of text; give a line of text"},
        Mistake{3, "  dem: {path: }", "r.yml:3:9: inputs.dem.path: nothing is given; give a line of text"},
        Mistake{3, "  dem: dem.tif",
                "r.yml:3:8: inputs.dem: 'dem.tif' is not a map; use path, bands, band, variable, crs, unit, unit_as, select, resample, "
                "rasterize, on_error, scale, offset, nodata, bits or categorical"},
        Mistake{3, "  dem: {path: dem.tif}\n  2b: {path: b.tif}\ngrid: {like: dem}",
                "r.yml:4:3: inputs.2b: '2b' is not a name; use letters, digits and _, not beginning with a digit"},
        Mistake{3, "  dem: {path: dem.tif}\n  pi: {path: b.tif}\ngrid: {like: dem}",
                "r.yml:4:3: inputs.pi: 'pi' is a word of formulas; choose another name"},
        Mistake{3, "  dem: {path: dem.tif, bands: {not: 1}}",
                "r.yml:3:32: inputs.dem.bands.not: 'not' is a word of formulas; choose another name"},
        Mistake{3, "  dem: {path: dem.tif}\n  " + std::string(101, 'n') + ": {path: b.tif}\ngrid: {like: dem}",
                "r.yml:4:3: inputs." + std::string(101, 'n') + ": a name of 101 characters cannot become that of a file; use 100 at most"},
        Mistake{3, "  dem: {path: dem.tif, bands: {a: {band: 1, categorical: true, scale: 2, offset: 0}}}",
                "r.yml:3:71: inputs.dem.bands.a.scale: a class is no quantity and is taken as it is stored; remove it, or `categorical`"}));

INSTANTIATE_TEST_SUITE_P(
    Polygons, OneMistake,
    testing::Values(
        Mistake{3, "  dem: {path: dem.tif}\n  it: {path: it.gpkg, rasterize: coverage}\ngrid: {like: dem}",
                "r.yml:4:34: inputs.it.rasterize: 'coverage' is not a map; use layer, method, attribute, value, classes or where"},
        Mistake{3, "  dem: {path: dem.tif}\n  it: {path: it.gpkg, resample: cubic, rasterize: {}}\ngrid: {like: dem}",
                "r.yml:4:33: inputs.it.resample: 'resample' is of files of pixels, and polygons have none; remove it"},
        Mistake{3, "  dem: {path: dem.tif}\n  it: {path: it.gpkg, rasterize: {where: {crop: []}}}\ngrid: {like: dem}",
                "r.yml:4:49: inputs.it.rasterize.where.crop: the list is empty; give values, or remove it"},
        Mistake{3, "  dem: {path: it.gpkg, rasterize: {}}",
                "r.yml:1:1: grid: 'grid' is missing, and polygons have none; give grid: {crs: EPSG:CODE, resolution: SIZE, "
                "bounds: [XMIN, YMIN, XMAX, YMAX]}"},
        Mistake{3, "  dem: {path: it.gpkg, rasterize: {}}\ngrid: {like: dem}",
                "r.yml:4:14: grid.like: 'dem' holds polygons, which have no grid; name another input, or give crs, resolution and "
                "bounds"}));

INSTANTIATE_TEST_SUITE_P(
    Grid, OneMistake,
    testing::Values(Mistake{1, "version: 1\ngrid: {like: dam}", "r.yml:2:14: grid.like: there is no input 'dam'; did you mean 'dem'?"},
                    Mistake{1, "version: 1\ngrid: {like: slope}",
                            "r.yml:2:14: grid.like: 'slope' is a step, and `like` takes the grid of an input; use dem"},
                    Mistake{1, "version: 1\ngrid: {like: dem, crs: EPSG:32632}",
                            "r.yml:2:24: grid.crs: 'crs' does not go with 'like'; remove one of them"},
                    Mistake{1, "version: 1\ngrid: {global: 0.25, bounds: [0, 0, 1, 1]}",
                            "r.yml:2:30: grid.bounds: 'bounds' does not go with 'global'; remove one of them"},
                    Mistake{1, "version: 1\ngrid: {global: 0.7}",
                            "r.yml:2:16: grid.global: 0.7 degrees do not divide 180; give a size such as 0.25 or 1"},
                    Mistake{1, "version: 1\ngrid: {crs: EPSG:32632, resolution: 30}",
                            "r.yml:2:7: grid: 'bounds' is missing; give bounds: [xmin, ymin, xmax, ymax]"},
                    Mistake{
                        1, "version: 1\ngrid: {like: dem, bounds: [5, 0, 1, 1]}",
                        "r.yml:2:27: grid.bounds: the bounds hold no area; give [xmin, ymin, xmax, ymax] with xmin < xmax and ymin < ymax"},
                    Mistake{1, "version: 1\ngrid: {like: dem, bounds: [0, 0, 1]}",
                            "r.yml:2:27: grid.bounds: this list is not [xmin, ymin, xmax, ymax]; give [xmin, ymin, xmax, ymax]"},
                    Mistake{1, "version: 1\ngrid: {crs: EPSG:32632, resolution: -3, bounds: [0, 0, 1, 1]}",
                            "r.yml:2:37: grid.resolution: a pixel has no size; give a number above 0, in units of the CRS"},
                    Mistake{1, "version: 1\ngrid: {crs: EPSG:32632, resolution: 30, bounds: [0, 0, 1, 1], anchor: centre}",
                            "r.yml:2:71: grid.anchor: 'centre' is not a choice; did you mean 'center'? Choices: edge or center"}));

INSTANTIATE_TEST_SUITE_P(
    Inputs, OneMistake,
    testing::Values(
        Mistake{3, "  dem: {pth: dem.tif, path: dem.tif}", "r.yml:3:9: inputs.dem.pth: unknown key 'pth'; did you mean 'path'?"},
        Mistake{3, "  dem: {unit: m}",
                "r.yml:3:3: inputs.dem: 'path' is missing; give path: a file, a glob, or a pattern with {time:%Y%m%d} and {band}"},
        Mistake{3, "  dem: {path: dem.tif, band: 0}",
                "r.yml:3:30: inputs.dem.band: '0' is out of range; give a whole number from 1 to 65535"},
        Mistake{3, "  dem: {path: dem.tif, band: 1, bands: {a: 1}}",
                "r.yml:3:30: inputs.dem.band: 'band' does not go with 'bands'; remove one of them"},
        Mistake{
            3, "  dem: {path: dem.tif, bands: {a: {scale: 2}}}",
            "r.yml:3:32: inputs.dem.bands.a: 'band' is missing; give band: the {band} text of the path, or the band's number (from 1) or "
            "description"},
        Mistake{3, "  dem: {path: dem.tif, scale: 0}",
                "r.yml:3:31: inputs.dem.scale: a scale of 0 makes every pixel the same; give another number"},
        Mistake{3, "  dem: {path: dem.tif, bits: [0, 30]}", "r.yml:3:30: inputs.dem.bits: a pixel holds 24 bits at most; name fewer bits"},
        Mistake{3, "  dem: {path: dem.tif, resample: cubical}",
                "r.yml:3:34: inputs.dem.resample: 'cubical' is not a choice; did you mean 'cubic'? Choices: nearest, bilinear, cubic, "
                "lanczos, average, mode, min, max, median, q1, q3, sum, rms or conservative"},
        Mistake{3, "  dem: {path: dem.tif, select: {season: jjb}}",
                "r.yml:3:41: inputs.dem.select.season: 'jjb' is not a choice; did you mean 'jja'? Choices: djf, mam, jja or son"},
        Mistake{3, "  dem: {path: dem.tif, select: {month: [6, 13]}}",
                "r.yml:3:44: inputs.dem.select.month: '13' is not a month; give numbers from 1 to 12"},
        Mistake{3, "  dem: {path: dem.tif, select: {time: [2024-13, 2025]}}",
                "r.yml:3:39: inputs.dem.select.time: this is no time from and to; give [from, to] as dates or their beginnings, as "
                "[1991, 2020] or [2024-06, 2024-08]"},
        Mistake{3, "  dem: {path: dem.tif, select: {time: [2024-02-30, 2024-04-31]}}",
                "r.yml:3:39: inputs.dem.select.time: this is no time from and to; give [from, to] as dates or their beginnings, as "
                "[1991, 2020] or [2024-06, 2024-08]"},
        Mistake{3, "  dem: {path: dem.tif, select: {time: [2025, 2024-06]}}",
                "r.yml:3:39: inputs.dem.select.time: the time ends before it begins; swap the two dates"},
        Mistake{3, "  dem: {path: dem.tif, categorical: 3}",
                "r.yml:3:37: inputs.dem.categorical: '3' is not true or false; give true or false"}));

INSTANTIATE_TEST_SUITE_P(
    Steps, OneMistake,
    testing::Values(
        Mistake{5, "  slope: {process: slop, data: dem}",
                "r.yml:5:20: steps.slope.process: there is no process 'slop'; did you mean 'slope'?"},
        Mistake{5, "  slope: {process: zzzzzz, data: dem}",
                "r.yml:5:20: steps.slope.process: there is no process 'zzzzzz'; `terroir processes` lists them"},
        Mistake{5, "  slope: {data: dem}",
                "r.yml:5:3: steps.slope: 'process' is missing; give the name of a process; `terroir processes` lists them"},
        Mistake{5, "  slope: {process: slope, data: dam}",
                "r.yml:5:33: steps.slope.data: there is no input or step 'dam'; did you mean 'dem'?"},
        Mistake{5, "  slope: {process: slope, data: dem, unit: degrees}",
                "r.yml:5:44: steps.slope.unit: 'degrees' is not a choice; did you mean 'degree'? Choices: degree, percent or radian"},
        Mistake{5, "  slope: {process: slope, data: dem, units: degree}",
                "r.yml:5:38: steps.slope.units: unknown parameter 'units'; did you mean 'unit'?"},
        Mistake{5, "  slope: {process: slope, data: dem, z_factor: steep}",
                "r.yml:5:48: steps.slope.z_factor: 'steep' is not a number; give a number"},
        Mistake{5, "  slope: {process: slope, data: dem.b.c}",
                "r.yml:5:33: steps.slope.data: 'dem.b.c' is no reference; name an input or a step, or one layer as NAME.LAYER"},
        Mistake{5, "  slope: {process: slope, data: []}", "r.yml:5:33: steps.slope.data: the list is empty; name an input or a step"},
        Mistake{5, "  slope: {process: slope, data: [dem, dem]}", "r.yml:5:39: steps.slope.data: 'dem' is named twice; name it once"},
        Mistake{5, "  clear: {process: mask_values, data: dem, mask: dem}",
                "r.yml:5:3: steps.clear.values: parameter 'values' is missing; give values: values of the mask that make a pixel nodata"},
        Mistake{5, "  clear: {process: mask_values, data: dem, mask: [dem], values: 1}",
                "r.yml:5:50: steps.clear.mask: 'mask' takes one layer, not a list; give mask: INPUT, STEP or STEP.LAYER"},
        Mistake{5, "  dem: {process: slope, data: dem}", "r.yml:5:3: steps.dem: an input has the same name; give the step another name"},
        Mistake{5, "  a: {process: slope, data: dem}\n  a: {process: tpi, data: dem}",
                "r.yml:6:3: 'a' is given twice, first in line 5; keep one"}));

INSTANTIATE_TEST_SUITE_P(
    Outputs, OneMistake,
    testing::Values(
        Mistake{7, "  out: {layers: [slope]}",
                "r.yml:7:3: outputs.out: 'path' is missing; give path: FOLDER, as ${{outputs.out}}/out.zarr"},
        Mistake{7, "  out: {path: o.zarr, layers: [slop]}",
                "r.yml:7:32: outputs.out.layers: there is no input or step 'slop'; did you mean 'slope'?"},
        Mistake{7, "  out: {path: o.nc, format: netcdf, codec: blosc}",
                "r.yml:7:44: outputs.out.codec: readers of netcdf do not have 'blosc'; use deflate or none"},
        Mistake{7, "  out: {path: o.tif, format: geotiff, codec: {name: gzip}}",
                "r.yml:7:53: outputs.out.codec.name: readers of geotiff do not have 'gzip'; use deflate, zstd or none"},
        Mistake{7, "  out: {path: o.tif, format: geotiff, codec: {shuffle: byte}}",
                "r.yml:7:56: outputs.out.codec.shuffle: 'shuffle' does not go with this codec; remove it"},
        Mistake{7, "  out: {path: o.zarr, codec: deflate}",
                "r.yml:7:30: outputs.out.codec: readers of zarr do not have 'deflate'; use blosc, zstd, gzip or none"},
        Mistake{7, "  out: {path: o.nc, format: netcdf, codec: {shuffle: bit}}",
                "r.yml:7:54: outputs.out.codec.shuffle: 'bit' is not a choice; use none or byte"},
        Mistake{7, "  out: {path: o.nc, format: netcdf, zarr_format: 3}",
                "r.yml:7:50: outputs.out.zarr_format: 'zarr_format' goes with format: zarr only; remove it"},
        Mistake{7, "  out: {path: o.zarr, format: zar}",
                "r.yml:7:31: outputs.out.format: 'zar' is not a choice; did you mean 'zarr'? Choices: zarr, netcdf or geotiff"},
        Mistake{7, "  out: {path: o.zarr, zarr_format: 4}",
                "r.yml:7:36: outputs.out.zarr_format: '4' is out of range; give a whole number from 2 to 3"},
        Mistake{
            7, "  out: {path: o.zarr, chunk: 100, shard: {y: 200, x: 250}}",
            "r.yml:7:42: outputs.out.shard: 250 pixels along x are no multiple of the chunk's 100; give a multiple of the chunk's size, as "
            "twice or eight times it"},
        Mistake{7, "  out: {path: o.zarr, chunk: 1000000}",
                "r.yml:7:30: outputs.out.chunk: '1000000' is out of range; give a whole number from 1 to 65536"},
        Mistake{7, "  out: {path: o.zarr, chunk: 1.5}",
                "r.yml:7:30: outputs.out.chunk: '1.5' is not a whole number; give a whole number from 1 to 65536"},
        Mistake{7, "  out: {path: o.zarr, shard: {time: 3}}", "r.yml:7:31: outputs.out.shard.time: unknown key 'time'; use y or x"},
        Mistake{7, "  out: {path: o.zarr, codec: {name: gzip, shuffle: byte}}",
                "r.yml:7:52: outputs.out.codec.shuffle: 'shuffle' goes with blosc only; remove it, or use name: blosc"},
        Mistake{7, "  out: {path: o.zarr, codec: {level: 12}}",
                "r.yml:7:38: outputs.out.codec.level: '12' is out of range; give a whole number from 0 to 9"},
        Mistake{7, "  out: {path: o.zarr, encoding: {slope: {dtype: int16, nodata: 99999}}}",
                "r.yml:7:64: outputs.out.encoding.slope.nodata: 99999 is no int16; give a whole number from -32768 to 32767"},
        Mistake{
            7, "  out: {path: o.zarr, encoding: {slope: {dtype: float32, scale_factor: 2}}}",
            "r.yml:7:72: outputs.out.encoding.slope.scale_factor: 'scale_factor' goes with integer types: floats are stored as they are, "
            "missing pixels as NaN; remove it, or use an integer dtype"},
        Mistake{
            7, "  out: {path: o.zarr, layers: [slope], encoding: {slop: {dtype: int8}}}",
            "r.yml:7:51: outputs.out.encoding.slop: the output has no variable 'slop'; use the names of its layers, as STEP or STEP_LAYER"},
        Mistake{7, "  out: {path: o.zarr}\n  two: {path: o.zarr/}",
                "r.yml:8:15: outputs.two.path: output 'out' has the same path; give each its own folder"},
        Mistake{7, "  out: {path: o.zarr/in/it}\n  two: {path: o.zarr}",
                "r.yml:7:15: outputs.out.path: it lies in the folder of output 'two'; give each its own folder"}));

TEST(Mistakes, CircleIsNamedOnce) {
  EXPECT_THAT(
      messages(skeleton(5, "  a: {process: slope, data: c}\n  b: {process: slope, data: a}\n  c: {process: slope, data: [dem, b]}")),
      ElementsAre("r.yml:5:3: steps.a: steps form a circle: a uses c uses b uses a; break it: a step works on earlier ones"));
  EXPECT_THAT(messages(skeleton(5, "  a: {process: slope, data: a}\n  b: {process: slope, data: dem}")),
              ElementsAre("r.yml:5:3: steps.a: the step uses itself; name what it works on"));
}

TEST(Mistakes, WhatIsNotUsedIsAWarning) {
  const auto parsed = parse_text(
      "version: 1\nparameters: {year: {type: integer, default: 3}}\ngrid: {like: dem}\ninputs: {dem: {path: d}, lake: {path: l}}\n"
      "steps:\n  a: {process: slope, data: dem}\n  b: {process: tpi, data: dem}\noutputs: {o: {path: p, layers: [a]}}\n",
      {{{"yaer", "1"}}, {{"x", "1"}}});
  ASSERT_TRUE(parsed.recipe);
  std::vector<std::string> lines;
  for (const auto& d : parsed.diagnostics) lines.push_back(to_text(d, "r.yml"));
  EXPECT_THAT(
      lines,
      ElementsAre("r.yml:2:14: warning: parameters.year: the parameter is not used; remove it",
                  "r.yml:4:26: warning: inputs.lake: the input is not used; remove it",
                  "r.yml:7:3: warning: steps.b: the step is neither used nor written; name it in the layers of an output, or remove it",
                  "r.yml: warning: --input yaer: the recipe has no ${{inputs.yaer}}; did you mean 'year'?",
                  "r.yml: warning: --output x: the recipe has no ${{outputs.x}}; remove it"));
}

TEST(Mistakes, TenFaultsAreToldAtOnce) {
  const std::string text = R"(version: 1
grid: {like: dam}
inputs:
  dem: {path: dem.tif, scale: big}
  s2: {path: "${{inputs.scenes}}/{band}.tif", bands: {B: B02}, on_eror: nodata}
steps:
  slope: {process: slope, data: dem, unit: deg}
  clear: {process: mask_value, data: s2}
  mean: {process: reduce_time, data: cleer, reducer: median}
  rough: {process: focal_statistics, data: dem, reducer: sd, size: 4}
outputs:
  o: {path: p, layers: [slope, roug], codec: {name: lzma}}
)";
  EXPECT_THAT(messages(text), ElementsAre("r.yml:2:14: grid.like: there is no input 'dam'; did you mean 'dem'?",
                                          "r.yml:4:31: inputs.dem.scale: 'big' is not a number; give a number",
                                          "r.yml:5:14: inputs.s2.path: nothing is given for ${{inputs.scenes}}; give --input scenes=PATH",
                                          "r.yml:5:64: inputs.s2.on_eror: unknown key 'on_eror'; did you mean 'on_error'?",
                                          "r.yml:7:44: steps.slope.unit: 'deg' is not a choice; use degree, percent or radian",
                                          "r.yml:8:20: steps.clear.process: there is no process 'mask_value'; did you mean 'mask_values'?",
                                          "r.yml:9:38: steps.mean.data: there is no input or step 'cleer'; did you mean 'clear'?",
                                          testing::StartsWith("r.yml:10:68: steps.rough.size: "),
                                          "r.yml:12:32: outputs.o.layers: there is no input or step 'roug'; did you mean 'rough'?",
                                          "r.yml:12:53: outputs.o.codec.name: 'lzma' is not a choice; use blosc, zstd, gzip or none"));
}

// What is wrong with one value does not hide what is wrong with another one of the step.
TEST(Mistakes, OfOneStepAreToldTogether) {
  EXPECT_THAT(messages(skeleton(5, "  slope: {process: focal_statistics, data: dem, reducers: sd, size: 4, boundary: none, ddof: -1}")),
              ElementsAre("r.yml:5:49: steps.slope.reducers: unknown parameter 'reducers'; did you mean 'reducer'?",
                          testing::StartsWith("r.yml:5:69: steps.slope.size: 4 is even"),
                          testing::StartsWith("r.yml:5:82: steps.slope.boundary: 'none' is not a choice"),
                          "r.yml:5:94: steps.slope.ddof: -1 is too small; give at least 0"));
  EXPECT_THAT(messages(skeleton(5, "  slope: {process: expression, dta: dem, formula: 1 +}")),
              testing::Contains(testing::StartsWith("r.yml:5:51: steps.slope.formula: column 4 of the formula")));
  EXPECT_THAT(messages(skeleton(5, "  slope: {process: reduce_time, data: dem, reducer: qantiles, probabilities: [0.5, 0.500]}")),
              testing::Contains(testing::HasSubstr("two probabilities are called q50")));
}

TEST(Mistakes, NumbersThatNoPixelHolds) {
  EXPECT_THAT(messages(skeleton(5, "  slope: {process: clip, data: dem, min: -3.4028235e38, max: 1e39}")),
              ElementsAre("r.yml:5:62: steps.slope.max: 1e39 is more than a pixel can hold; give a number between -3.4e38 and 3.4e38"));
}

TEST(Mistakes, TextThatIsNoRecipe) {
  EXPECT_THAT(messages(""),
              ElementsAre("r.yml:1:1: this is no recipe; a recipe is a map of version, name, parameters, grid, inputs, steps and "
                          "outputs"));
  EXPECT_THAT(messages("- 1"), ElementsAre(testing::HasSubstr("this is no recipe")));
  EXPECT_THAT(messages("version: 1"), ElementsAre("r.yml:1:1: 'inputs' is missing; give inputs: {NAME: {path: FILE}}",
                                                  "r.yml:1:1: 'outputs' is missing; give outputs: {NAME: {path: FOLDER}}"));
}

TEST(Mistakes, SeveralInputsNeedAGrid) {
  EXPECT_THAT(messages(skeleton(3, "  dem: {path: dem.tif}\n  b: {path: b.tif}")),
              testing::Contains("r.yml:1:1: grid: 'grid' is missing, and there is more than one input; give grid: {like: INPUT}"));
}

TEST(Mistakes, MessagesStayShort) {
  const std::string word(5000, 'x');
  for (const auto& line : messages(skeleton(5, "  " + word + ": {process: " + word + ", data: " + word + "}")))
    EXPECT_LE(line.size(), 1000u);
}

}  // namespace
}  // namespace terroir
