#include "pipeline/run/header_openers.h"
#include "tests/pipeline/run/support/whole_run.h"
#include "tiling/cells.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace terroir::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Counts what it is asked; its rasters are those of a MemoryOpener.
class CountingOpener final : public SourceOpener {
 public:
  explicit CountingOpener(MemoryOpener& rasters) : rasters_(rasters) {}
  std::vector<std::string> variables(const std::string& path) override { return ++asked, rasters_.variables(path); }
  std::unique_ptr<Source> open(const std::string& path, const SourcePart& part) override { return ++opened, rasters_.open(path, part); }
  std::vector<std::string> glob(const std::string& pattern) override { return ++asked, rasters_.glob(pattern); }
  int asked = 0, opened = 0;

 private:
  MemoryOpener& rasters_;
};

/// A source that is made again from its facts, of a raster that may be another one here.
class FactsSource final : public MemorySource {
 public:
  using MemorySource::MemorySource;
  [[nodiscard]] bool reopens() const noexcept override { return true; }
};

/// Its sources reopen; asks nobody but for their pixels.
class FactsOpener final : public SourceOpener {
 public:
  explicit FactsOpener(std::map<std::string, std::shared_ptr<MemoryRaster>> rasters) : rasters_(std::move(rasters)) {}
  std::vector<std::string> variables(const std::string&) override { return {}; }
  std::unique_ptr<Source> open(const std::string& path, const SourcePart&) override {
    return ++opened, std::make_unique<FactsSource>(path, rasters_.at(path));
  }
  std::unique_ptr<Source> reopen(SourceFacts facts) override {
    told.push_back(facts);
    return std::make_unique<FactsSource>(facts.path, rasters_.at(facts.path));
  }
  std::vector<std::string> glob(const std::string&) override { return {"c/20240101.tif", "c/20240102.tif"}; }
  int opened = 0;
  std::vector<SourceFacts> told;

 private:
  std::map<std::string, std::shared_ptr<MemoryRaster>> rasters_;
};

const char* const recipe = R"(version: 1
grid: {like: t}
inputs:
  t: {path: "c/{time:%Y%m%d}.tif"}
steps:
  mean: {process: reduce_time, data: t, reducer: mean}
outputs:
  out: {path: o, layers: [mean]}
)";

/// Two maps, and what rank 0 was told of them while it made a plan.
struct Told {
  MemoryOpener rasters;
  std::shared_ptr<MemoryRaster> first = raster({40, 50}, {32, 32}, hills);
  std::shared_ptr<MemoryRaster> second = raster({40, 50}, {32, 32}, [](Index r, Index c) { return hills(r, c) + 2; });
  Headers headers;
  std::string hash;

  Told() {
    rasters.add("c/20240101.tif", first);
    rasters.add("c/20240102.tif", second);
    RecordingOpener recorder(std::make_unique<CountingOpener>(rasters), headers);
    hash = compiled(recipe, recorder).hash;
  }
  /// An opener of another rank, and what it asks of the storage.
  std::unique_ptr<ReplayingOpener> other_rank(CountingOpener*& storage) {
    auto counting = std::make_unique<CountingOpener>(rasters);
    storage = counting.get();
    return std::make_unique<ReplayingOpener>(decode_headers(encode_headers(headers)).value(), std::move(counting));
  }
};

TEST(Headers, GiveTheSamePlanFromOneFileOfAFolder) {
  Told told;
  CountingOpener* storage = nullptr;
  const auto opener = told.other_rank(storage);
  EXPECT_EQ(compiled(recipe, *opener).hash, told.hash);
  EXPECT_EQ(storage->asked, 0);
  EXPECT_EQ(storage->opened, 1);
}

TEST(Headers, SourcesAreOpenedWhenTheyAreRead) {
  Told told;
  CountingOpener* storage = nullptr;
  const auto opener = told.other_rank(storage);
  const WholeRun late = whole_run(recipe, *opener);
  EXPECT_EQ(storage->opened, 2);
  EXPECT_TRUE(same_bits(late.arrays.at("out/mean").pixels, whole_run(recipe, told.rasters).arrays.at("out/mean").pixels));
}

TEST(Headers, SourcesThatReopenAreMadeFromWhatRankZeroFound) {
  const auto first = raster({40, 50}, {32, 32}, hills), second = raster({40, 50}, {32, 32}, hills);
  const std::map<std::string, std::shared_ptr<MemoryRaster>> rasters = {{"c/20240101.tif", first}, {"c/20240102.tif", second}};
  Headers headers;
  RecordingOpener recorder(std::make_unique<FactsOpener>(rasters), headers);
  const WholeRun whole = whole_run(recipe, recorder);
  const auto told = decode_headers(encode_headers(headers)).value();
  auto behind = std::make_unique<FactsOpener>(rasters);
  FactsOpener& storage = *behind;
  ReplayingOpener other(told, std::move(behind));
  EXPECT_TRUE(same_bits(whole_run(recipe, other).arrays.at("out/mean").pixels, whole.arrays.at("out/mean").pixels));
  EXPECT_EQ(storage.opened, 0);
  ASSERT_EQ(storage.told.size(), 2U);
  for (const SourceFacts& facts : storage.told) {
    EXPECT_EQ(facts.grid, first->grid);
    EXPECT_EQ(facts.chunk, first->chunk);
    EXPECT_EQ(facts.bands, MemorySource("", first).bands());
    EXPECT_EQ(facts.types, std::vector{SampleType::float32});
  }
  second->bands[0].pixels[7] += 100;
  ReplayingOpener third(told, std::make_unique<FactsOpener>(rasters));
  try {
    (void)whole_run(recipe, third);
    ADD_FAILURE() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::data);
    EXPECT_THAT(error.what(), HasSubstr("c/20240102.tif is not the file that rank 0 has opened under this name"));
  }
  first->bands[0].pixels[7] += 100;
  ReplayingOpener fourth(told, std::make_unique<FactsOpener>(rasters));
  EXPECT_THAT(faults(recipe, fourth), ElementsAre(HasSubstr("c/20240101.tif is not the file that rank 0 has opened")));
}

TEST(Headers, AnotherFileUnderTheSameNameIsRefused) {
  Told told;
  CountingOpener* storage = nullptr;
  const auto opener = told.other_rank(storage);
  told.second->bands[0].pixels[7] += 100;
  try {
    (void)whole_run(recipe, *opener);
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::data);
    EXPECT_THAT(error.what(), HasSubstr("c/20240102.tif is not the file that rank 0 has opened under this name"));
  }
}

TEST(Headers, AnotherMountIsFoundBeforeTheRun) {
  Told told;
  CountingOpener* storage = nullptr;
  const auto opener = told.other_rank(storage);
  told.first->bands[0].pixels[7] += 100;
  EXPECT_THAT(faults(recipe, *opener), ElementsAre(HasSubstr("c/20240101.tif is not the file that rank 0 has opened")));
}

TEST(Headers, AFileThatOnlyRankZeroSeesIsAFaultOfTheSystem) {
  Told told;
  CountingOpener* storage = nullptr;
  const auto opener = told.other_rank(storage);
  told.rasters = MemoryOpener();
  told.rasters.add("c/20240101.tif", told.first);
  try {
    (void)whole_run(recipe, *opener);
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::system);
    EXPECT_THAT(error.what(), HasSubstr("rank 0 has opened it: compare the mounts of the nodes"));
  }
}

TEST(Headers, WhatWasRefusedIsRefusedAgain) {
  MemoryOpener rasters;
  Headers headers;
  RecordingOpener recorder(std::make_unique<CountingOpener>(rasters), headers);
  std::string first;
  try {
    (void)recorder.open("none.tif", {});
  } catch (const Error& error) {
    first = error.what();
  }
  rasters.add("none.tif", raster({4, 4}, {4, 4}, hills));
  ReplayingOpener other(headers, std::make_unique<CountingOpener>(rasters));
  try {
    (void)other.open("none.tif", {});
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.what(), first);
    EXPECT_EQ(error.fault(), Fault::mistake);
  }
  EXPECT_THAT(other.glob("x*"), IsEmpty()) << "what rank 0 was not asked the storage tells";
}

TEST(Headers, HaveWhatFilesHaveInCommonOnce) {
  Told told;
  EXPECT_EQ(told.headers.opened.size(), 2U);
  EXPECT_EQ(told.headers.systems.size(), 1U);
  EXPECT_EQ(told.headers.bands.size(), 1U);
}

TEST(Headers, OneFileOfEachGridOfCellsIsOpenedAtOnce) {
  const AxisCells rows{{80, 40, -20, -60}, {90, 60, 10, -40, -80}, false}, cols{{5, 15, 25}, {0, 10, 20, 30}, true};
  MemoryOpener rasters;
  for (const std::string name : {"c/20240101.tif", "c/20240102.tif", "c/20240103.tif"}) {
    const auto made = raster({4, 3}, {4, 3}, hills);
    made->grid = Grid({}, Affine{}, {4, 3}, rectilinear_cells(wgs84(), rows, cols));
    rasters.add(name, made);
  }
  std::string onto_degrees = recipe;
  onto_degrees.replace(onto_degrees.find("{like: t}"), 9, "{crs: \"EPSG:4326\", resolution: 5, bounds: [0, -60, 30, 80]}");
  onto_degrees.replace(onto_degrees.find(".tif\""), 5, ".tif\", resample: bilinear");
  Headers headers;
  RecordingOpener recorder(std::make_unique<CountingOpener>(rasters), headers);
  const WholeRun first = whole_run(onto_degrees, recorder);
  auto counting = std::make_unique<CountingOpener>(rasters);
  CountingOpener& storage = *counting;
  ReplayingOpener other(decode_headers(encode_headers(headers)).value(), std::move(counting));
  const Plan plan = compiled(onto_degrees, other);
  EXPECT_EQ(plan.hash, first.plan.hash);
  EXPECT_EQ(plan.projected_memory(), first.plan.projected_memory());
  EXPECT_EQ(storage.opened, 1);
  EXPECT_TRUE(same_bits(whole_run(onto_degrees, other).arrays.at("out/mean").pixels, first.arrays.at("out/mean").pixels));
}

TEST(Headers, HaveTheBoundsOfTimes) {
  Headers headers;
  headers.axes = {{"time", Calendar::noleap, {43200, 129600}, {{0, 86400}, {86400, 172800}}}};
  EXPECT_EQ(decode_headers(encode_headers(headers)).value().axes, headers.axes);
  headers.axes[0].bounds.pop_back();
  EXPECT_FALSE(decode_headers(encode_headers(headers))) << "bounds of one of two times";
}

TEST(Headers, AreRefusedWhenCut) {
  Told told;
  auto bytes = encode_headers(told.headers);
  for (std::size_t length = 0; length < bytes.size(); ++length) EXPECT_FALSE(decode_headers(std::span(bytes).first(length))) << length;
}

}  // namespace
}  // namespace terroir::testing
