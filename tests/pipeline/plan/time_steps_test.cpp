#include "tests/pipeline/run/support/whole_run.h"

#include <gtest/gtest.h>

namespace terroir::testing {
namespace {

constexpr std::int64_t day_seconds = 86400;

/// A raster of a variable with these days since 1970; its pixels count from `first`.
std::shared_ptr<MemoryRaster> stack(const std::vector<std::int64_t>& days, float first, Calendar calendar = Calendar::noleap) {
  auto made = raster({4, 4}, {4, 4}, [&](Index, Index) { return first; });
  made->times.calendar = calendar;
  for (const auto d : days) made->times.seconds.push_back(d * day_seconds);
  std::vector<float> pixels;
  for (std::size_t t = 0; t < days.size(); ++t) pixels.insert(pixels.end(), 16, first + static_cast<float>(t));
  made->bands[0].pixels = pixels;
  return made;
}

const std::string recipe_start = "version: 1\ninputs:\n  x: {path: ";
const std::string recipe_end = "}\nsteps:\n  s: {process: linear_scale, data: x, factor: 1, offset: 0}\noutputs: {out: {path: o}}\n";

std::string times_recipe(const std::string& input) { return recipe_start + input + recipe_end; }

using Texts = std::vector<std::string>;

std::vector<std::string> warnings(const std::string& text, SourceOpener& opener) {
  std::vector<std::string> found;
  for (const auto& d : compile_text(text, opener, {std::size_t{1} << 32, 1, 1, std::nullopt}).diagnostics) found.push_back(d.problem);
  return found;
}

TEST(TimeSteps, FilesAreJoinedInTheOrderOfTheirTimes) {
  MemoryOpener opener;
  opener.add("b.nc", "t", stack({0, 1, 2}, 0));
  opener.add("a.nc", "t", stack({3, 4}, 10));
  const WholeRun run = whole_run(times_recipe("\"?.nc\""), opener);
  ASSERT_EQ(run.plan.axes.size(), 1u);
  EXPECT_EQ(run.plan.axes[0].calendar, Calendar::noleap);
  EXPECT_EQ(run.plan.axes[0].seconds, (std::vector<std::int64_t>{0, day_seconds, 2 * day_seconds, 3 * day_seconds, 4 * day_seconds}));
  const Stored& out = run.arrays.at("out/s");
  EXPECT_EQ(out.at(1, 1, 2), 2);
  EXPECT_EQ(out.at(1, 1, 3), 10);
}

/// The same, each step the mean of the `length` days that begin with it.
std::shared_ptr<MemoryRaster> means(const std::vector<std::int64_t>& days, std::int64_t length = 1) {
  auto made = stack(days, 0);
  for (const auto d : days) made->times.bounds.push_back({d * day_seconds, (d + length) * day_seconds});
  return made;
}

using Bounds = std::vector<TimeBounds>;

TEST(TimeSteps, BoundsAreThoseOfTheSelectedSteps) {
  MemoryOpener opener;
  opener.add("b.nc", "t", means({0, 31}));
  opener.add("a.nc", "t", means({58, 59}));
  EXPECT_EQ(compiled(times_recipe("\"?.nc\", select: {month: 2}"), opener).axes[0].bounds,
            (Bounds{{31 * day_seconds, 32 * day_seconds}, {58 * day_seconds, 59 * day_seconds}}));
}

TEST(TimeSteps, AnAxisHasBoundsOnlyWhereAllItsFilesHaveTheSame) {
  MemoryOpener opener;
  opener.add("a.nc", "t", means({0, 1}));
  opener.add("b.nc", "t", stack({2, 3}, 0));
  EXPECT_EQ(compiled(times_recipe("\"?.nc\""), opener).axes[0].bounds, Bounds{});
  const auto beside = [&](std::int64_t length) {
    auto other = means({0, 1}, length);
    other->grid = raster({4, 4}, {4, 4}, hills, {600120, 5200000})->grid;
    opener = {};
    opener.add("a.nc", "t", means({0, 1}));
    opener.add("b.nc", "t", other);
    return compiled(times_recipe("\"?.nc\""), opener).axes[0].bounds;
  };
  EXPECT_EQ(beside(1), (Bounds{{0, day_seconds}, {day_seconds, 2 * day_seconds}}));
  EXPECT_EQ(beside(2), Bounds{});
}

TEST(TimeSteps, InputsOfEqualTimesShareTheirBoundsOnlyWhereTheyAgree) {
  MemoryOpener opener;
  const std::string text =
      "version: 1\ngrid: {like: a}\ninputs: {a: {path: a.nc}, b: {path: b.nc}, bnds: {path: c.nc}}\nsteps:\n"
      "  s: {process: linear_scale, data: [a, b], factor: 1, offset: 0}\n  u: {process: linear_scale, data: bnds, factor: 1, offset: 0}\n"
      "outputs: {o: {path: o}}\n";
  const auto axes = [&](std::int64_t length) {
    opener = {};
    opener.add("a.nc", "t", means({0, 1}));
    opener.add("b.nc", "t", length == 0 ? stack({0, 1}, 0) : means({0, 1}, length));
    opener.add("c.nc", "t", means({5, 6}));
    return compiled(text, opener).axes;
  };
  EXPECT_EQ(axes(1)[0].bounds, (Bounds{{0, day_seconds}, {day_seconds, 2 * day_seconds}}));
  EXPECT_EQ(axes(2)[0].bounds, Bounds{});
  EXPECT_EQ(axes(0)[0].bounds, Bounds{});
  EXPECT_EQ(axes(1)[0].bounds_name(), "time_bnds");
  EXPECT_EQ(axes(1)[1].name, "time_bnds_") << "an axis of its own name beside the bounds of the first";
}

TEST(TimeSteps, NoVariableHasTheNameOfTheBounds) {
  MemoryOpener opener;
  opener.add("a.nc", "t", means({0, 1}));
  const std::string text =
      "version: 1\ninputs: {x: {path: a.nc}}\nsteps: {time_bnds: {process: linear_scale, data: x, factor: 1, offset: 0}}\n"
      "outputs: {o: {path: o}}\n";
  EXPECT_EQ(faults(text, opener), (Texts{"outputs.o.layers: a variable cannot be named 'time_bnds', which is a coordinate; "
                                         "give it another name, as {value: time_bnds}"}));
  opener = {};
  opener.add("a.nc", "t", stack({0, 1}, 0));
  EXPECT_EQ(faults(text, opener), Texts{});
}

TEST(TimeSteps, TimesAndMonthsAreSelectedByTheAxis) {
  MemoryOpener opener;
  opener.add("1970.nc", "t", stack({0, 31, 58, 59}, 0));  // 1 January, 1 and 28 February, 1 March
  EXPECT_EQ(compiled(times_recipe("\"{time:%Y}.nc\", select: {month: 2}"), opener).axes[0].seconds,
            (std::vector<std::int64_t>{31 * day_seconds, 58 * day_seconds}));
  EXPECT_EQ(compiled(times_recipe("1970.nc, select: {time: [\"1970-02-28\", ~]}"), opener).axes[0].seconds,
            (std::vector<std::int64_t>{58 * day_seconds, 59 * day_seconds}));
  EXPECT_EQ(faults(times_recipe("1970.nc, select: {time: 1980}"), opener),
            (Texts{"inputs.x.select: it selects none of the times, which go from 1970-01-01 to 1970-03-01; widen it"}));
}

TEST(TimeSteps, WhatIsNotOneAxisIsRefusedByName) {
  MemoryOpener opener;
  opener.add("a.nc", "t", stack({0, 1}, 0));
  opener.add("b.nc", "t", stack({1, 2}, 0));
  EXPECT_EQ(faults(times_recipe("\"?.nc\""), opener),
            (Texts{"inputs.x.path: a.nc and b.nc both have 1970-01-02; remove one of them, or narrow the path"}));
  opener = {};
  opener.add("a.nc", "t", stack({0, 1}, 0));
  opener.add("b.nc", "t", stack({2, 3}, 0, Calendar::day360));
  EXPECT_EQ(faults(times_recipe("\"?.nc\""), opener),
            (Texts{"inputs.x.path: a.nc counts in the calendar 365_day and b.nc in 360_day; give them inputs "
                   "of their own, or convert one: cdo setcalendar"}));
  opener = {};
  opener.add("a.nc", "t", stack({0, 1}, 0));
  opener.add("b.nc", "t", raster({4, 4}, {4, 4}, hills));
  EXPECT_EQ(faults(times_recipe("\"?.nc\""), opener),
            (Texts{"inputs.x.path: a.nc has times and b.nc has none; give them inputs of their own"}));
  opener = {};
  opener.add("a.nc", "t", stack({0, 1}, 0));
  auto kelvin = stack({2, 3}, 0);
  kelvin->bands[0].unit = "K";
  opener.add("b.nc", "t", kelvin);
  EXPECT_EQ(faults(times_recipe("\"?.nc\""), opener),
            (Texts{"inputs.x.path: b.nc is in 'K' and a.nc in ''; give each an input of its own, or say what "
                   "all are with unit_as"}));
}

// Day -141427 is 15 October 1582, the first of the Gregorian calendar.
TEST(TimeSteps, TheGregorianCalendarsAreOneSinceTheyBegan) {
  MemoryOpener opener;
  opener.add("a.nc", "t", stack({0, 1}, 0, Calendar::standard));
  opener.add("b.nc", "t", stack({-141427, 3}, 10, Calendar::proleptic_gregorian));
  const WholeRun run = whole_run(times_recipe("\"?.nc\""), opener);
  EXPECT_EQ(run.plan.axes.at(0).size(), 4);
  EXPECT_EQ(run.arrays.at("out/s").at(1, 1, 0), 10);
  opener.add("c.nc", "t", stack({-141428}, 20, Calendar::proleptic_gregorian));
  EXPECT_EQ(faults(times_recipe("\"?.nc\""), opener),
            (Texts{"inputs.x.path: a.nc counts in the calendar standard and c.nc in proleptic_gregorian; give them inputs of their own, or "
                   "convert one: cdo setcalendar"}));
}

TEST(TimeSteps, LayersOfOneStepCountAlike) {
  MemoryOpener opener;
  opener.add("a.nc", "t", stack({0, 1}, 5, Calendar::standard));
  opener.add("same.nc", "t", stack({0, 1}, 3, Calendar::proleptic_gregorian));
  opener.add("noleap.nc", "t", stack({0, 1}, 3, Calendar::noleap));
  opener.add("later.nc", "t", stack({0, 2}, 3, Calendar::standard));
  const auto recipe = [](const std::string& other) {
    return "version: 1\ninputs: {x: {path: a.nc}, y: {path: " + other +
           "}}\ngrid: {like: x}\nsteps: {d: {process: expression, data: [x, y], formula: \"x - y\"}}\noutputs: {out: {path: o}}\n";
  };
  EXPECT_EQ(whole_run(recipe("same.nc"), opener).arrays.at("out/d").at(0, 0, 1), 2);
  EXPECT_EQ(
      faults(recipe("noleap.nc"), opener),
      (Texts{"steps.d: 'x' counts in the calendar standard and 'y' in 365_day; reduce one over time, or convert one: cdo setcalendar"}));
  EXPECT_EQ(faults(recipe("later.nc"), opener),
            (Texts{"steps.d: 'x' and 'y' have different times; reduce one over time, or select the same times"}));
}

TEST(TimeSteps, FilesOfOneInputCoverOnePlaceOrLieSideBySide) {
  const auto at = [](double x, const std::vector<std::int64_t>& days) {
    auto made = stack(days, 0);
    made->grid = raster({4, 4}, {4, 4}, hills, {x, 5200000})->grid;
    return made;
  };
  MemoryOpener opener;
  opener.add("a.nc", "t", at(600000, {0, 1}));
  opener.add("b.nc", "t", at(600120, {0, 1}));
  EXPECT_EQ(faults(times_recipe("\"?.nc\""), opener), Texts{});
  opener.add("c.nc", "t", at(600030, {2, 3}));
  EXPECT_EQ(faults(times_recipe("\"?.nc\""), opener),
            (Texts{"inputs.x.path: c.nc covers another part of the grid than a.nc; give them inputs of their own, or bring "
                   "them onto one grid first"}));
  EXPECT_EQ(faults(times_recipe("\"?.nc\", select: {time: [1970-01-01, 1970-01-02]}"), opener), Texts{});
}

TEST(TimeSteps, AGapIsAWarningUnlessMonthsAreSelected) {
  MemoryOpener opener;
  opener.add("a.nc", "t", stack({0, 1, 2, 5, 6, 9}, 0));
  EXPECT_EQ(warnings(times_recipe("a.nc"), opener), (Texts{"its times jump from 1970-01-03 to 1970-01-06, and 1 more times"}));
  EXPECT_EQ(warnings(times_recipe("a.nc, select: {month: 1}"), opener), Texts{});
}

TEST(Variables, AreNamedByTheRecipeWhereThereAreSeveral) {
  MemoryOpener opener;
  opener.add("a.nc", "t", stack({0, 1}, 1));
  opener.add("a.nc", "p", stack({0, 1}, 5));
  EXPECT_EQ(faults(times_recipe("a.nc"), opener), (Texts{"inputs.x.variable: a.nc has several variables; give variable: t or p"}));
  EXPECT_EQ(faults(times_recipe("a.nc, variable: q"), opener), (Texts{"inputs.x.variable: a.nc has no variable 'q'; use t or p"}));
  EXPECT_EQ(faults(times_recipe("a.nc, band: 2"), opener),
            (Texts{"inputs.x.band: a.nc has variables and no numbered bands; give variable: t or p"}));
  EXPECT_EQ(faults(times_recipe("a.nc, bands: {B: q}"), opener), (Texts{"inputs.x.bands.B: a.nc has no variable 'q'; use t or p"}));
  EXPECT_EQ(whole_run(times_recipe("a.nc, variable: p"), opener).arrays.at("out/s").at(0, 0, 1), 6);
  const WholeRun both = whole_run(times_recipe("a.nc, bands: {B: t, A: p}"), opener);
  EXPECT_EQ(both.arrays.at("out/s_A").at(0, 0), 5);
  EXPECT_EQ(both.arrays.at("out/s_B").at(0, 0), 1);
}

TEST(Variables, PackedDifferentlyAreEachDecodedAsTheirFileSays) {
  MemoryOpener opener;
  auto first = stack({0}, 4), second = stack({1}, 4);
  first->bands[0].scale = 0.5;
  second->bands[0].scale = 0.25;
  opener.add("a.nc", "t", first);
  opener.add("b.nc", "t", second);
  const WholeRun run = whole_run(times_recipe("\"?.nc\""), opener);
  EXPECT_EQ(run.arrays.at("out/s").at(0, 0, 0), 2);
  EXPECT_EQ(run.arrays.at("out/s").at(0, 0, 1), 1);
}

}  // namespace
}  // namespace terroir::testing
