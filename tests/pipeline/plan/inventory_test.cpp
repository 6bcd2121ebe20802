#include "tests/pipeline/run/support/whole_run.h"

#include <gtest/gtest.h>

namespace terroir::testing {
namespace {

using Texts = std::vector<std::string>;

std::string recipe_of(const std::string& input) {
  return "version: 1\ninputs:\n  x: {" + input +
         "}\nsteps:\n  s: {process: linear_scale, data: x, factor: 1, offset: 0}\noutputs: {out: {path: o}}\n";
}

std::shared_ptr<MemoryRaster> of_type(const std::string& dtype) {
  auto made = raster({4, 4}, {4, 4}, hills);
  made->bands[0].dtype = dtype;
  return made;
}

MemoryOpener scenes(const Texts& names) {
  MemoryOpener opener;
  for (const auto& name : names) opener.add("s/" + name + ".tif", raster({4, 4}, {4, 4}, hills));
  return opener;
}

Texts said(const std::string& input, SourceOpener& opener) { return faults(recipe_of(input), opener); }

TEST(Inventory, DatesWithoutABandAreOneLine) {
  MemoryOpener opener = scenes({"20240101_B02", "20240101_B04", "20240102_B02", "20240103_B02"});
  const std::string path = "path: \"s/{time:%Y%m%d}_{band}.tif\"";
  EXPECT_EQ(said(path + ", bands: {R: B04}", opener),
            (Texts{"inputs.x.bands.R: 2 of 3 dates, the first 2024-01-02, have no file for band 'B04'; add the files, narrow `select`, or "
                   "set on_error: nodata"}));
  EXPECT_EQ(said(path, opener),
            (Texts{"inputs.x.path: 2 of 3 dates, the first 2024-01-02, have no file for band 'B04'; add the files, narrow `select`, or set "
                   "on_error: nodata"}));
  EXPECT_EQ(said(path + ", bands: {R: B05}", opener), (Texts{"inputs.x.bands.R: no file has the band 'B05'; use B02 or B04"}));
}

TEST(Inventory, FilesOfOtherNumbersOfBandsNeedNames) {
  MemoryOpener opener = scenes({"a"});
  const auto two = raster({4, 4}, {4, 4}, hills);
  two->bands.push_back(two->bands[0]);
  opener.add("s/b.tif", two);
  EXPECT_EQ(
      said("path: \"s/*.tif\"", opener),
      (Texts{"inputs.x.path: a.tif and b.tif have 1 and 2 bands; name those that are meant: bands: {LAYER: NUMBER}, or give the files "
             "inputs of their own"}));
  EXPECT_EQ(said("path: \"s/*.tif\", band: 1", opener), Texts{});
  EXPECT_EQ(said("path: \"s/*.tif\", bands: {B: 1}", opener), Texts{});
}

TEST(Inventory, TimesThatSelectNothingAreToldAtSelect) {
  MemoryOpener opener = scenes({"20240301", "20240101", "20240201"});
  EXPECT_EQ(said("path: \"s/{time:%Y%m%d}.tif\", select: {time: [2025, 2026]}", opener),
            (Texts{"inputs.x.select: it selects none of the times, which go from 2024-01-01 to 2024-03-01; widen it"}));
}

TEST(Inventory, TimesOfAFileWithoutAnyAreRefused) {
  MemoryOpener opener = scenes({"20240301"});
  const auto told = [&](const std::string& select) { return said("path: s/20240301.tif, select: {" + select + "}", opener); };
  const std::string rest = ": 20240301.tif has no time; leave it out, or give the path a {time:...} field";
  EXPECT_EQ(told("month: [6]"), (Texts{"inputs.x.select.month" + rest}));
  EXPECT_EQ(told("season: jja"), (Texts{"inputs.x.select.season" + rest}));
  EXPECT_EQ(told("time: 2024"), (Texts{"inputs.x.select.time" + rest}));
}

TEST(Inventory, AFileOfNoDateIsNamed) {
  MemoryOpener opener = scenes({"20240101", "20240230", "20240231"});
  const std::string path = "path: \"s/{time:%Y%m%d}.tif\"";
  Texts warnings;
  for (const auto& d : compile_text(recipe_of(path), opener, {}).diagnostics)
    warnings.push_back(d.where + ": " + d.problem + "; " + d.remedy);
  EXPECT_EQ(warnings, (Texts{"inputs.x.path: 20240230.tif has the form of the pattern, but its digits are no date, or tell two, so it is not read, nor "
                             "are others: 1; correct its name, or remove it"}));
  MemoryOpener wrong = scenes({"20240230", "20240231"});
  EXPECT_EQ(said(path, wrong), (Texts{"inputs.x.path: 20240230.tif has the form of the pattern, but its digits are no date, or tell two, so it is not "
                                      "read, nor are others: 1; correct its name"}));
}

TEST(Inventory, BitsAreThoseThatTheTypeHas) {
  MemoryOpener opener;
  opener.add("byte.tif", of_type("uint8"));
  opener.add("real.tif", of_type("float32"));
  EXPECT_EQ(said("path: byte.tif, bits: [10, 12]", opener),
            (Texts{"inputs.x.bits: byte.tif is of uint8, which has no bit 12; name bits from 0 to 7"}));
  EXPECT_EQ(said("path: byte.tif, bits: [10, 12], bands: {B: 1, C: 1}", opener).size(), 1U) << "of both bands";
  EXPECT_EQ(said("path: real.tif, bands: {B: {band: 1, bits: [0, 1]}}", opener),
            (Texts{"inputs.x.bands.B.bits: real.tif is of float32, and only integers have bits; leave `bits` out, or name a band of "
                   "integers"}));
  EXPECT_EQ(said("path: byte.tif, bits: [0, 7]", opener), Texts{});
}

TEST(Inventory, ADescriptionOfSeveralBandsIsRefused) {
  MemoryOpener opener;
  auto made = raster({4, 4}, {4, 4}, hills);
  made->bands.resize(3, made->bands[0]);
  for (std::size_t b = 0; b < 3; ++b) made->bands[b].description = b == 0 ? "red" : "nir";
  opener.add("m.tif", made);
  EXPECT_EQ(said("path: m.tif, bands: {N: nir}", opener),
            (Texts{"inputs.x.bands.N: m.tif has 2 bands 'nir'; give the number of one: 2 or 3"}));
  EXPECT_EQ(said("path: m.tif, bands: {R: red, N: 3}", opener), Texts{});
}

TEST(Inventory, ANumberOfNoBandIsToldAtItsKey) {
  MemoryOpener opener = scenes({"a"});
  EXPECT_EQ(said("path: s/a.tif, band: 5", opener), (Texts{"inputs.x.band: a.tif has no band '5'; use 1"}));
}

}  // namespace
}  // namespace terroir::testing
