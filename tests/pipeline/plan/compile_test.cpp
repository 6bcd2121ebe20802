#include "pipeline/error.h"
#include "tests/pipeline/run/support/whole_run.h"

#include <gtest/gtest.h>

namespace terroir::testing {
namespace {

MemoryOpener dem_and_scenes() {
  MemoryOpener opener;
  opener.add("in/dem.tif", raster({100, 100}, {32, 32}, hills));
  opener.add("in/far.tif", raster({10, 10}, {32, 32}, hills, {900000, 5900000}));
  opener.add("in/half.tif", raster({100, 100}, {32, 32}, hills, {600015, 5200000}));
  auto nowhere = raster({10, 10}, {32, 32}, hills);
  nowhere->grid = Grid({}, nowhere->grid.affine(), nowhere->grid.shape());
  opener.add("in/nowhere.tif", nowhere);
  auto kelvin = raster({100, 100}, {32, 32}, hills);
  kelvin->bands[0].unit = "K";
  opener.add("in/kelvin.tif", kelvin);
  for (const std::string date : {"20240101", "20240108"})
    for (const std::string band : {"B04", "B08"})
      if (date != "20240108" || band != "B08") opener.add("s/" + date + "_" + band + ".tif", raster({100, 100}, {32, 32}, hills));
  return opener;
}

std::vector<std::string> faults_of(const std::string& inputs, const std::string& steps, const std::string& output = "path: o") {
  MemoryOpener opener = dem_and_scenes();
  return faults("version: 1\ngrid: {like: dem}\ninputs:\n  dem: {path: in/dem.tif}\n" + inputs + "steps:\n" + steps + "outputs: {out: {" +
                    output + "}}\n",
                opener);
}

using Texts = std::vector<std::string>;

TEST(Compile, AMissingFile) {
  EXPECT_EQ(faults_of("  x: {path: \"in/*.nothing\"}\n", "  s: {process: clip, data: x, min: 0}\n"),
            (Texts{"inputs.x.path: no file matches 'in/*.nothing'; check the path, or bind it with --input NAME=PATH"}));
}

TEST(Compile, AFileWithoutCrs) {
  EXPECT_EQ(faults_of("  x: {path: in/nowhere.tif}\n", "  s: {process: clip, data: x, min: 0}\n"),
            (Texts{"inputs.x.path: in/nowhere.tif has no CRS; give inputs.x.crs, as 'EPSG:32632'"}));
  EXPECT_EQ(faults_of("  x: {path: in/nowhere.tif, crs: \"EPSG:32632\"}\n", "  s: {process: clip, data: x, min: 0}\n"), Texts{});
}

TEST(Compile, GridsThatDoNotMeet) {
  EXPECT_EQ(
      faults_of("  half: {path: in/half.tif}\n", "  s: {process: expression, data: [dem, half], formula: dem - half}\n"),
      (Texts{"steps.s: 'dem' and 'half' are on different grids; bring one onto the recipe's grid: inputs.NAME.resample, or a step with "
             "process: resample"}));
}

TEST(Compile, FilesOfOneLayerOnTwoGrids) {
  EXPECT_EQ(faults_of("  mix: {path: \"in/[dh]*.tif\"}\n", "  s: {process: clip, data: mix, min: 0}\n").size(), 1u)
      << "brackets are no wildcard";
  EXPECT_EQ(faults_of("  mix: {path: \"in/?a*.tif\"}\n", "  s: {process: clip, data: mix, min: 0}\n"),
            (Texts{"inputs.mix.path: half.tif is not on the same grid as the other files of 'mix'; give it an input of its own and "
                   "resample it"}));
}

TEST(Compile, FilesOfOneLayerOnTwoGridsAreToldOnceWhereTheGridIsTheirs) {
  MemoryOpener opener;
  opener.add("a.tif", raster({4, 4}, {4, 4}, hills, {600000, 5200000}));
  opener.add("b.tif", raster({4, 4}, {4, 4}, hills, {600007, 5200000}));
  EXPECT_EQ(
      faults("version: 1\ninputs: {x: {path: \"?.tif\"}}\nsteps: {s: {process: clip, data: x, min: 0}}\noutputs: {o: {path: o}}\n", opener),
      (Texts{"inputs.x.path: b.tif is not on the same grid as the other files of 'x'; give it an input of its own and resample it"}));
}

TEST(Compile, ABandThatIsNotThere) {
  EXPECT_EQ(faults_of("  x: {path: in/dem.tif, bands: {N: 4}}\n", "  s: {process: clip, data: x, min: 0}\n"),
            (Texts{"inputs.x.bands.N: dem.tif has no band '4'; use 1"}));
}

TEST(Compile, ADateWithoutABand) {
  const std::string scenes = "  s2: {path: \"s/{time:%Y%m%d}_{band}.tif\", bands: {R: B04, N: B08}";
  const std::string step = "  m: {process: reduce_time, data: s2, reducer: mean}\n";
  EXPECT_EQ(faults_of(scenes + "}\n", step),
            (Texts{"inputs.s2.bands.N: 2024-01-08 has no file for band 'B08'; add the file, narrow `select`, or set on_error: nodata"}));
  EXPECT_EQ(faults_of(scenes + ", on_error: nodata}\n", step), Texts{});
}

TEST(Compile, AnIndexWithoutItsBands) {
  EXPECT_EQ(faults_of("  s2: {path: \"s/20240101_{band}.tif\", bands: {R: B04, N: B08}}\n",
                      "  i: {process: spectral_index, data: s2, index: NDMI}\n"),
            (Texts{"steps.i.data: 'spectral_index' needs a layer 'S1', which data has not; data has R and N; use these names, or name the "
                   "bands accordingly in the input"}));
}

TEST(Compile, AFormulaWithClassesThatItsDataLeavesOut) {
  const std::string scenes = "  s2: {path: \"s/20240101_{band}.tif\", bands: {R: B04, C: {band: B08, categorical: true}}}\n";
  EXPECT_EQ(faults_of(scenes, "  e: {process: expression, data: s2, formula: \"where(C == 4, R, 0)\"}\n"),
            (Texts{"steps.e.data: 'expression' needs a layer 'C', which holds classes and is taken only by its name; name each layer, as "
                   "data: [..., s2.C], where it is called s2_C"}));
  EXPECT_EQ(faults_of(scenes, "  e: {process: expression, data: [s2, s2.C], formula: \"where(s2_C == 4, s2_R, 0)\"}\n"), Texts{});
}

TEST(Compile, BandsAreFoundByTheNamesOfVariablesToo) {
  for (const std::string data : {"rough", "[rough]"})
    EXPECT_EQ(
        faults_of("", "  rough: {process: roughness, data: dem}\n  s: {process: expression, data: " + data + ", formula: rough > 3}\n"),
        Texts{});
}

TEST(Compile, TimeWhereThereIsNone) {
  EXPECT_EQ(faults_of("", "  m: {process: reduce_time, data: dem, reducer: mean}\n"),
            (Texts{"steps.m.data: 'dem' has no time to reduce; give its input a {time:...} pattern"}));
}

TEST(Compile, ParametersThatLeaveNothingOfSoFewTimes) {
  const auto said = [](const std::string& settings) {
    return faults_of("  s2: {path: \"s/{time:%Y%m%d}_B04.tif\"}\n", "  s: {process: reduce_time, data: s2, " + settings + "}\n");
  };
  EXPECT_EQ(said("reducer: [mean, sd], min_valid: 3"),
            (Texts{"steps.s.min_valid: there are only 2 times, so that no pixel would have a value; give at most 2"}));
  EXPECT_EQ(said("reducer: [mean, sd], ddof: 2"),
            (Texts{"steps.s.ddof: there are only 2 times, so that no pixel would have an sd; give less than that, or leave out sd"}));
  EXPECT_EQ(said("reducer: [median, sd], min_valid: 2"), Texts{});
  EXPECT_EQ(said("reducer: count, min_valid: 3"), Texts{});
  EXPECT_EQ(said("reducer: mean, ddof: 2"), Texts{});
}

TEST(Compile, LayersAreLookedForWithoutAGrid) {
  MemoryOpener opener = dem_and_scenes();
  EXPECT_EQ(
      faults("version: 1\ngrid: {like: x}\ninputs:\n  x: {path: in/none.tif}\n  dem: {path: in/dem.tif}\n"
             "  half: {path: in/half.tif, resample: nearest}\nsteps:\n  s: {process: slope, data: dem.q}\n"
             "  u: {process: slope, data: half, boundary: wrap}\n  v: {process: expression, data: [u, dem], formula: u + dme}\n"
             "outputs: {out: {path: o}}\n",
             opener),
      (Texts{"inputs.x.path: in/none.tif: there is no such data set; check the path", "steps.s.data: 'dem' has no layer 'q'; Layers: dem",
             "steps.v.data: 'expression' needs a layer 'dme', which data has not; data has u and dem; use these names, or name the "
             "bands accordingly in the input"}));
}

TEST(Compile, VariablesAndLevelsOfAFileOfBands) {
  const std::string step = "  s: {process: clip, data: x, min: 0}\n";
  EXPECT_EQ(faults_of("  x: {path: in/dem.tif, variable: tas}\n", step),
            (Texts{"inputs.x.variable: dem.tif has bands and no variables; leave out variable, or name bands"}));
  EXPECT_EQ(faults_of("  x: {path: in/dem.tif, select: {level: 850}}\n", step),
            (Texts{"inputs.x.select.level: dem.tif has no levels; leave it out"}));
}

TEST(Compile, UnitsThatDoNotMeet) {
  const std::string step = "  s: {process: clip, data: x, min: 0}\n";
  EXPECT_EQ(faults_of("  x: {path: in/kelvin.tif, unit: degC}\n", step), Texts{});
  EXPECT_EQ(faults_of("  x: {path: in/kelvin.tif, unit: m}\n", step),
            (Texts{"inputs.x.unit: 'K' cannot become 'm'; name a unit of the same kind, or correct the file's with unit_as"}));
  EXPECT_EQ(faults_of("  x: {path: in/kelvin.tif, unit: m, unit_as: m}\n", step), Texts{});
}

TEST(Compile, OutputsThatDoNotFit) {
  const std::string step = "  s: {process: clip, data: dem, min: 0}\n";
  EXPECT_EQ(faults_of("", step, "path: o, layers: {x: s}"),
            (Texts{"outputs.out.layers: a variable cannot be named 'x', which is a coordinate; give it another name, as {value: s}"}));
  EXPECT_EQ(
      faults_of("", step, "path: o, layers: {__terroir: s}"),
      (Texts{"outputs.out.layers: a variable cannot be named '__terroir', which is the folder of the journal; give it another name, as "
             "{value: s}"}));
  EXPECT_EQ(faults_of("", step, "path: o, shard: 40"),
            (Texts{"outputs.out.shard: the shard (40 x 40) is no multiple of the chunk (32 x 32); make it a multiple of the chunk"}));
  EXPECT_EQ(faults_of("", step, "path: o, encoding: {s_x: {dtype: int16, nodata: -1}}"),
            (Texts{"outputs.out.encoding.s_x: the output has no variable 's_x'; use s"}));
}

TEST(Compile, ALayerOfSeveralTakenNamesIsToldOnce) {
  const std::string step = "  feature: {process: focal_statistics, data: dem, size: 3, reducer: [mean, sd]}\n";
  EXPECT_EQ(faults_of("", step),
            (Texts{"outputs.out.layers: a variable cannot be named 'feature_mean', which is a coordinate; give it another name, as {value: "
                   "feature}"}));
}

TEST(Compile, AStackedOutputThatHasTheNameOfACoordinate) {
  MemoryOpener opener = dem_and_scenes();
  EXPECT_EQ(faults("version: 1\ninputs: {dem: {path: in/dem.tif}}\nsteps: {s: {process: slope, data: dem}}\n"
                   "outputs: {x: {path: o, layout: stacked}}\n",
                   opener),
            (Texts{"outputs.x.layout: a variable cannot be named 'x', which is a coordinate; give the output another name"}));
}

TEST(Compile, SeveralFaultsComeTogether) {
  EXPECT_EQ(faults_of("  x: {path: \"in/*.nothing\"}\n  w: {path: in/nowhere.tif}\n  b: {path: in/dem.tif, bands: {N: 9}}\n",
                      "  s: {process: clip, data: x, min: 0}\n  m: {process: reduce_time, data: dem, reducer: mean}\n")
                .size(),
            4u);
}

std::vector<std::string> kept_by(const std::string& further) {
  MemoryOpener opener;
  for (const std::string band : {"R", "N"})
    for (const std::string year : {"2001", "2002"}) opener.add("s/" + year + "_" + band + ".tif", raster({100, 100}, {32, 32}, hills));
  const Plan plan = compiled(
      "version: 1\ninputs: {s: {path: \"s/{time:%Y}_{band}.tif\"}}\nsteps:\n"
      "  med: {process: reduce_time, data: s, reducer: median}\n"
      "  ix: {process: spectral_index, data: med, index: [NDVI, NIRv, kNDVI]}\n"
      "  z: {process: standardize, data: ix}\n" +
          further + "outputs: {o: {path: o, layers: [z" + (further.empty() ? "" : ", f") + "], chunk: 32, shard: 32}}\n",
      opener);
  std::vector<std::string> names;
  for (const LayerId id : plan.passes.at(1).kept) names.push_back(plan.layers[id].variable);
  EXPECT_EQ(plan.passes[0].keeps, plan.passes[1].kept);
  return names;
}

// Two medians make three indices; where their neighbours are needed as well, which are not kept, the indices are kept.
TEST(Compile, TheFewestLayersAreKeptFromWhichALaterPassCanStart) {
  EXPECT_EQ(kept_by(""), (Texts{"med_N", "med_R"}));
  EXPECT_EQ(kept_by("  f: {process: clip, data: med.N, min: 0}\n"), (Texts{"med_N", "med_R"}));
  EXPECT_EQ(kept_by("  f: {process: focal_statistics, data: med.N, size: 3, reducer: mean}\n"), (Texts{"ix_NDVI", "ix_NIRv", "ix_kNDVI"}));
  EXPECT_EQ(kept_by("  f: {process: standardize, data: s.N}\n"), (Texts{"med_N", "med_R"})) << "s.N has time, and is an input";
}

TEST(Compile, TooLittleMemoryIsRefused) {
  MemoryOpener opener = dem_and_scenes();
  Resources little;
  little.memory = std::size_t{1} << 20;
  const auto texts = faults(
      "version: 1\ngrid: {like: dem}\ninputs: {dem: {path: in/dem.tif}}\nsteps: {s: {process: slope, data: dem}}\noutputs: {out: {path: "
      "o}}\n",
      opener, little);
  ASSERT_EQ(texts.size(), 1u);
  EXPECT_NE(texts[0].find("may take 1.0 MiB"), std::string::npos) << texts[0];
}

TEST(Compile, GdalTakesMemoryWhereItIsNeeded) {
  const auto gdal = [](bool reads, const std::string& output) {
    const auto hill = raster({100, 100}, {32, 32}, hills);
    hill->by_gdal = reads;
    MemoryOpener opener;
    opener.add("in/dem.tif", hill);
    const Plan plan = compiled(
        "version: 1\ninputs:\n  dem: {path: in/dem.tif}\nsteps:\n  s: {process: slope, data: dem}\noutputs: {out: {" + output + "}}\n",
        opener);
    const auto found = std::find_if(plan.memory.begin(), plan.memory.end(), [](const auto& t) { return t.name == "GDAL and its cache"; });
    return found == plan.memory.end() ? 0 : found->bytes;
  };
  EXPECT_EQ(gdal(false, "path: o"), 0u);
  EXPECT_EQ(gdal(true, "path: o"), std::size_t{48} << 20);
  EXPECT_EQ(gdal(false, "path: o.tif, format: geotiff"), std::size_t{48} << 20);
  EXPECT_EQ(gdal(false, "path: o.nc, format: netcdf"), 0u);
}

// Neighbouring tiles may go to different ranks only if no input chunk is decoded twice for that.
TEST(Compile, TilesThatShareNoChunksAreDealt) {
  const auto deals = [](Shape chunk, const std::string& step, const std::string& output = "path: o, chunk: 64, shard: 64") {
    MemoryOpener opener;
    opener.add("in/dem.tif", raster({512, 512}, chunk, hills));
    return compiled(
               "version: 1\ninputs:\n  dem: {path: in/dem.tif}\nsteps:\n  s: {data: dem, " + step + "}\noutputs: {out: {" + output + "}}\n",
               opener)
        .deals;
  };
  const std::string local = "process: linear_scale, factor: 2";
  EXPECT_TRUE(deals({64, 64}, local));
  EXPECT_TRUE(deals({32, 64}, local)) << "two chunks under a tile";
  EXPECT_FALSE(deals({64, 128}, local)) << "a chunk under two tiles";
  EXPECT_FALSE(deals({48, 64}, local)) << "every fourth edge of chunks is one of tiles";
  EXPECT_FALSE(deals({64, 64}, "process: slope")) << "a neighbour's pixels";
  EXPECT_FALSE(deals({64, 64}, local, "path: o.nc, format: netcdf")) << "a file takes tiles along the curve";
}

TEST(Compile, RemoteInputsTakeMemory) {
  MemoryOpener opener;
  opener.add("in/dem.tif", raster({100, 100}, {32, 32}, hills));
  opener.add("/vsiaz/in/dem.tif", raster({100, 100}, {32, 32}, hills));
  const auto plan = [&](const std::string& path) {
    return compiled("version: 1\ngrid: {like: dem}\ninputs:\n  dem: {path: " + path +
                        "}\nsteps:\n  s: {process: slope, data: dem}\noutputs: {out: {path: o}}\n",
                    opener);
  };
  const Plan local = plan("in/dem.tif"), remote = plan("/vsiaz/in/dem.tif");
  EXPECT_EQ(remote.projected_memory() - local.projected_memory(), std::size_t{24} << 20);
}

/// A storage that does not answer.
class SilentStorage final : public SourceOpener {
 public:
  std::vector<std::string> variables(const std::string&) override { return {}; }
  std::unique_ptr<Source> open(const std::string& path, const SourcePart&) override {
    throw Error(Fault::system, path + ": no answer; try later");
  }
  std::vector<std::string> glob(const std::string& pattern) override { throw Error(Fault::system, pattern + ": no answer; try later"); }
};

TEST(Compile, WhatTheSystemRefusesIsNoMistakeOfTheRecipe) {
  for (const std::string path : {"dem.tif", "*.tif"}) {
    SilentStorage storage;
    try {
      (void)faults("version: 1\ngrid: {like: dem}\ninputs:\n  dem: {path: \"" + path +
                       "\"}\nsteps:\n  s: {process: slope, data: dem}\noutputs: {out: {path: o}}\n",
                   storage);
      ADD_FAILURE() << "nothing was thrown";
    } catch (const Error& error) {
      EXPECT_EQ(error.fault(), Fault::system);
      EXPECT_EQ(std::string(error.what()), "inputs.dem: " + path + ": no answer; try later");
    }
  }
}

TEST(Compile, TheHashKnowsRecipeAndInputsButNotResources) {
  const std::string recipe =
      "version: 1\ngrid: {like: dem}\ninputs: {dem: {path: in/dem.tif}}\nsteps: {s: {process: slope, data: dem}}\noutputs: {out: {path: "
      "o}}\n";
  MemoryOpener opener = dem_and_scenes();
  Resources other;
  other.memory = std::size_t{1} << 33;
  other.threads = 4;
  other.ranks = 7;
  const std::string hash = compiled(recipe, opener).hash;
  EXPECT_EQ(hash, compiled(recipe, opener, other).hash);
  std::string percent = recipe;
  percent.replace(percent.find("data: dem"), 9, "data: dem, unit: percent");
  EXPECT_NE(hash, compiled(percent, opener).hash);
  MemoryOpener changed;
  changed.add("in/dem.tif", raster({100, 100}, {32, 32}, [](Index r, Index c) { return hills(r, c) + 1; }));
  EXPECT_NE(hash, compiled(recipe, changed).hash);
}

}  // namespace
}  // namespace terroir::testing
