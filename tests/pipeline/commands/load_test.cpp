#include "pipeline/commands/load.h"

#include "tests/pipeline/adapters/gdal/raster_file.h"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <filesystem>
#include <fstream>

namespace terroir {
namespace {

using Lines = std::vector<std::string>;

/// What is said of a recipe that lies beside two rasters, `dem.tif` and one without a CRS, `nowhere.tif`.
class LoadPlan : public ::testing::Test {
 protected:
  LoadPlan() {
    test::RasterSpec spec;
    test::RasterFile(folder_ / "dem.tif", spec).write(1, test::terrain(spec, 1));
    spec.epsg = 0;
    test::RasterFile(folder_ / "nowhere.tif", spec).write(1, test::terrain(spec, 1));
  }

  Lines said(const std::string& text, std::map<std::string, std::string> inputs = {}) {
    const std::string path = folder_ / "r.yml";
    std::ofstream(path) << text;
    RecipeOptions options;
    options.recipe = path;
    inputs["here"] = folder_ / "";
    options.bindings = {inputs, {{"out", folder_ / "out"}}};
    const LoadedPlan loaded = load_plan(options, {});
    Lines lines;
    for (const auto& d : loaded.compiled.diagnostics) {
      lines.push_back(to_text(d, "r.yml"));
      for (std::size_t at; (at = lines.back().find(inputs["here"])) != std::string::npos;) lines.back().erase(at, inputs["here"].size());
    }
    plan_ = loaded.good() ? explain(*loaded.compiled.plan) : "";
    return lines;
  }

  test::TempFolder folder_;
  std::string plan_;  ///< of the last recipe, where it is right
};

const std::string outputs = "outputs: {o: {path: \"${{outputs.out}}\"}}\n";

TEST_F(LoadPlan, TellsOfDoubledKeysAndOfAllThatIsWrongBesides) {
  EXPECT_EQ(said("version: 1\ngrid: {like: dem}\ninputs:\n  dem: {path: \"${{inputs.here}}dem.tif\", unit: m, unit: km}\n"
                 "  far: {path: \"${{inputs.here}}far.tif\"}\nsteps:\n  a: {process: slope, data: dem, unit: deg}\n"
                 "  b: {process: slope, process: focal_statistics, data: dem, size: 3}\n" +
                 outputs),
            (Lines{"r.yml:4:51: 'unit' is given twice, first in line 4; keep one",
                   "r.yml:5:15: inputs.far.path: 'far.tif': there is no such file; check the path and the folder that it is bound to",
                   "r.yml:7:40: steps.a.unit: 'deg' is not a choice; use degree, percent or radian",
                   "r.yml:8:23: 'process' is given twice, first in line 8; keep one"}));
}

TEST_F(LoadPlan, TakesNothingForACircleOrATakenPathThatIsOneByADoubledKeyOnly) {
  EXPECT_EQ(said("version: 1\ninputs: {dem: {path: \"${{inputs.here}}dem.tif\"}}\nsteps:\n  a: {process: slope, data: b, data: dem}\n"
                 "  b: {process: slope, data: a}\n  c: {process: slope, data: d}\n  d: {process: slope, data: c}\n"
                 "outputs:\n  o: {path: \"${{outputs.out}}\", path: \"${{inputs.here}}p\", layers: [a]}\n"
                 "  p: {path: \"${{outputs.out}}\", layers: [b]}\n  q: {path: \"${{outputs.out}}\", layers: [c]}\n"),
            (Lines{"r.yml:4:32: 'data' is given twice, first in line 4; keep one",
                   "r.yml:6:3: steps.c: steps form a circle: c uses d uses c; break it: a step works on earlier ones",
                   "r.yml:9:33: 'path' is given twice, first in line 9; keep one",
                   "r.yml:11:13: outputs.q.path: output 'p' has the same path; give each its own folder"}));
}

TEST_F(LoadPlan, TellsNothingElseWhereASectionIsGivenTwice) {
  EXPECT_EQ(said("version: 1\ninputs: {dem: {path: \"${{inputs.here}}dem.tif\"}}\nsteps: {a: {process: slope, data: dem}}\n"
                 "steps: {b: {process: slope, data: dem}}\n" +
                 std::string("outputs: {o: {path: \"${{outputs.out}}\", layers: [a, b]}}\n")),
            (Lines{"r.yml:4:1: 'steps' is given twice, first in line 3; keep one"}));
}

TEST_F(LoadPlan, TellsNothingElseWhereAParameterHasTwoValues) {
  EXPECT_EQ(said("version: 1\nparameters: {file: {type: string, default: gone, default: dem}}\n"
                 "inputs: {dem: {path: \"${{inputs.here}}${{inputs.file}}.tif\"}}\nsteps: {a: {process: slope, data: dem}}\n" +
                 outputs),
            (Lines{"r.yml:2:50: 'default' is given twice, first in line 2; keep one"}));
}

TEST_F(LoadPlan, ShowsWhereTimesAreSelectedThatAFileDoesNotHave) {
  EXPECT_EQ(said("version: 1\ninputs:\n  dem:\n    path: \"${{inputs.here}}dem.tif\"\n    select: {month: 6}\n"
                 "steps: {a: {process: slope, data: dem}}\n" +
                 outputs),
            (Lines{"r.yml:5:13: inputs.dem.select.month: dem.tif has no time; leave it out, or give the path a {time:...} field"}));
}

TEST_F(LoadPlan, TellsFaultsOfTheTextAndOfRightlyNamedInputsTogether) {
  EXPECT_EQ(said("version: 1\ngrid: {like: dem}\ninputs:\n  dem: {path: \"${{inputs.here}}dem.tif\", bands: {N: 4}}\n"
                 "  x: {path: \"${{inputs.here}}x*.tif\"}\n  nowhere: {path: \"${{inputs.here}}nowhere.tif\"}\nsteps:\n"
                 "  a: {process: slop, data: dem}\n" +
                 outputs),
            (Lines{"r.yml:4:50: inputs.dem.bands.N: dem.tif has no band '4'; use 1",
                   "r.yml:5:13: inputs.x.path: no file matches 'x*.tif'; check the path, or bind it with --input NAME=PATH",
                   "r.yml:6:19: inputs.nowhere.path: nowhere.tif has no CRS; give inputs.nowhere.crs, as 'EPSG:32632'",
                   "r.yml:8:16: steps.a.process: there is no process 'slop'; did you mean 'slope'?"}));
}

TEST_F(LoadPlan, LooksForNoFilesOfInputsThatAreWrongThemselves) {
  EXPECT_EQ(said("version: 1\nparameters: {crs: {type: string}, part: {type: integer}}\ngrid: {like: a}\ninputs:\n"
                 "  a: {path: \"${{inputs.here}}gone.tif\", scal: 2}\n  b: {path: \"${{inputs.there}}gone.tif\"}\n"
                 "  c: {path: \"${{inputs.here}}nowhere.tif\", crs: \"${{inputs.crs}}\"}\n"
                 "  d: {path: \"${{inputs.there}}gone.tif\"}\n  e: {path: \"${{inputs.here}}${{inputs.part}}.tif\"}\n"
                 "steps: {s: {process: slope, data: [a, b, c, d, e]}}\n" +
                     outputs,
                 {{"part", "first"}}),
            (Lines{"r.yml:2:14: parameters.crs: nothing is given for it; give --input crs=VALUE or a default",
                   "r.yml:2:35: parameters.part: --input part='first' is not a whole number; give a whole number",
                   "r.yml:5:41: inputs.a.scal: unknown key 'scal'; did you mean 'scale'?",
                   "r.yml:6:13: inputs.b.path: nothing is given for ${{inputs.there}}; give --input there=PATH"}));
}

TEST_F(LoadPlan, PointsAtLayersInTheOrderOfTheFile) {
  EXPECT_EQ(said("version: 1\ninputs: {dem: {path: \"${{inputs.here}}dem.tif\"}}\nsteps:\n"
                 "  a: {process: expression, data: [b, c], formula: b + c}\n  c: {process: reduce_time, data: dem, reducer: sd}\n"
                 "  b: {process: reduce_time, data: dem, reducer: mean}\n" +
                 outputs),
            (Lines{"r.yml:5:35: steps.c.data: 'dem' has no time to reduce; give its input a {time:...} pattern",
                   "r.yml:6:35: steps.b.data: 'dem' has no time to reduce; give its input a {time:...} pattern"}));
  EXPECT_EQ(
      said("version: 1\ninputs: {dem: {path: \"${{inputs.here}}dem.tif\"}}\nsteps: {a: {process: slope, data: dem}}\n"
           "outputs: {o: {path: \"${{outputs.out}}\", layers: {v: a, x: a}}}\n"),
      (Lines{"r.yml:4:59: outputs.o.layers: a variable cannot be named 'x', which is a coordinate; give it another name, as {value: a}"}));
}

TEST_F(LoadPlan, FilesThatCannotBeInputs) {
  std::ofstream(folder_ / "empty.tif").close();
  ASSERT_EQ(::mkfifo((folder_ / "pipe.tif").c_str(), 0600), 0);
  std::filesystem::copy(folder_ / "dem.tif", folder_ / "cut.tif");
  std::filesystem::resize_file(folder_ / "cut.tif", 300);  // the directory is whole, what its tags point to is not
  const auto told = [&](const std::string& name) {
    return said("version: 1\ninputs: {d: {path: \"${{inputs.here}}" + name + "\"}}\nsteps: {s: {process: slope, data: d}}\n" + outputs);
  };
  const std::string start = "r.yml:2:20: inputs.d.path: ";
  EXPECT_EQ(told("empty.tif"), (Lines{start + "empty.tif: it is empty; get a fresh copy of it"}));
  EXPECT_EQ(told("pipe.tif"), (Lines{start + "pipe.tif: it is a pipe or a device and no file; write its bytes to a file first"}));
  EXPECT_EQ(told("cut.tif"),
            (Lines{start + "cut.tif: its header goes on beyond its end, so the file was cut off; get a fresh copy of it"}));
}

TEST(LoadRecipe, OfADeviceThatGoesOnForEverEndsAtTheLimit) {
  RecipeOptions options;
  options.recipe = "/dev/zero";
  const auto found = load_recipe(options).parsed.diagnostics;
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(to_text(found[0], "zero"), "zero: the file is larger than 1048576 bytes; make it smaller");
}

TEST_F(LoadPlan, OfNumbersWithMoreDigitsThanPixelsSaysThatTheyAreRounded) {
  test::RasterSpec spec;
  spec.type = GDT_Float64;
  test::RasterFile(folder_ / "fine.tif", spec).write(1, test::terrain(spec, 1));
  EXPECT_EQ(said("version: 1\ngrid: {like: dem}\ninputs: {dem: {path: \"${{inputs.here}}dem.tif\"}, fine: {path: "
                 "\"${{inputs.here}}fine.tif\"}}\nsteps: {s: {process: slope, data: [dem, fine]}}\n" +
                 outputs),
            Lines{});
  EXPECT_NE(plan_.find("  fine: 1 file, 70 x 100 pixels of 30 x 30, EPSG:32632, float64 rounded to float32\n"), std::string::npos) << plan_;
  EXPECT_NE(plan_.find("  dem: 1 file, 70 x 100 pixels of 30 x 30, EPSG:32632\n"), std::string::npos) << plan_;
}

TEST_F(LoadPlan, TheWarningOfAGridThatNobodyUsesStandsAtTheOutput) {
  EXPECT_EQ(
      said("version: 1\ngrid: {crs: \"EPSG:32632\", resolution: 45, bounds: [600000, 5198000, 602000, 5199000]}\n"
           "inputs: {dem: {path: \"${{inputs.here}}dem.tif\"}}\nsteps: {s: {process: slope, data: dem}}\n" +
           outputs),
      (Lines{"r.yml:5:11: warning: outputs.o: its layers are not on the recipe's grid, so it is written on theirs; resample them if the "
             "recipe's grid is meant"}));
  EXPECT_NE(plan_, "");
}

}  // namespace
}  // namespace terroir
