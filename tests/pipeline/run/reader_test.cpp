#include "pipeline/run/reader.h"

#include "pipeline/error.h"
#include "tests/pipeline/adapters/memory/packed_source.h"
#include "tests/pipeline/run/support/whole_run.h"

#include <gtest/gtest.h>

namespace terroir::testing {
namespace {

class PackedOpener final : public MemoryOpener {
 public:
  PackedOpener(std::shared_ptr<MemoryRaster> raster, PackedSource::Story& story) : raster_(std::move(raster)), story_(story) {
    add("maps.nc", raster_);
  }
  std::unique_ptr<Source> open(const std::string&, const SourcePart&) override { return std::make_unique<PackedSource>(raster_, story_); }

 private:
  std::shared_ptr<MemoryRaster> raster_;
  PackedSource::Story& story_;
};

constexpr Index days = 6, side = 64;

float value(Index day, Index row, Index col) { return static_cast<float>(day * 10000 + row * 100 + col); }

std::shared_ptr<MemoryRaster> maps(ChunkShape chunk) {
  auto made = std::make_shared<MemoryRaster>();
  made->grid = Grid(utm32(), {600000, 30, 5200000, -30}, {side, side});
  made->chunk = chunk;
  MemoryRaster::Band band;
  for (Index t = 0; t < days; ++t) {
    made->times.seconds.push_back(t * 86400);
    for (Index r = 0; r < side; ++r)
      for (Index c = 0; c < side; ++c) band.pixels.push_back(value(t, r, c));
  }
  made->bands.push_back(std::move(band));
  return made;
}

const std::string sum = R"(
version: 1
inputs: {maps: {path: maps.nc}}
steps: {s: {process: reduce_time, data: maps, reducer: sum}}
outputs: {out: {path: o, chunk: 64, shard: 64}}
)";

void expect_sums(const WholeRun& run) {
  const Stored& out = run.arrays.at("out/s");
  for (Index r = 0; r < side; ++r)
    for (Index c = 0; c < side; ++c) {
      float wanted = 0;
      for (Index t = 0; t < days; ++t) wanted += value(t, r, c);
      ASSERT_EQ(out.at(r, c), wanted) << r << " " << c;
    }
}

TEST(Reader, ReadsTheChunksOfAStepTwoByTwo) {
  PackedSource::Story story;
  PackedOpener opener(maps({1, {16, 64}}), story);  // four a day
  expect_sums(whole_run(sum, opener));
  EXPECT_EQ(story.finished, 4 * days);
  EXPECT_EQ(story.fetched, 4 * days) << "each once";
}

TEST(Reader, ReadsTheOnlyChunkOfAStepBesideThatOfALaterOne) {
  PackedSource::Story story;
  PackedOpener opener(maps({2, {64, 64}}), story);  // one for two days, three in all
  expect_sums(whole_run(sum, opener));
  EXPECT_EQ(story.finished, 2) << "the third one has none beside it";
}

TEST(Reader, ReadsAnewWhatWasDamagedOnItsWay) {
  PackedSource::Story story;
  story.torn = {{1, 2}, {3, 0}};
  PackedOpener opener(maps({1, {16, 64}}), story);
  expect_sums(whole_run(sum, opener));
  EXPECT_EQ(story.finished, 4 * days - 2) << "the one beside it is good";
}

TEST(Reader, TellsOfAChunkThatCannotBeReadAlsoWhereItIsOneOfTwo) {
  PackedSource::Story story;
  const auto raster = maps({1, {16, 64}});
  raster->failing = ChunkPlace{2, 1, 0};
  PackedOpener opener(raster, story);
  EXPECT_THROW((void)whole_run(sum, opener), Error);
  std::string tolerant = sum;
  tolerant.replace(tolerant.find("maps.nc"), 7, "maps.nc, on_error: nodata");
  const WholeRun run = whole_run(tolerant, opener);
  float wanted = 0;
  for (Index t = 0; t < days; ++t) wanted += t == 2 ? 0 : value(t, 20, 5);
  EXPECT_EQ(run.arrays.at("out/s").at(20, 5), wanted);
}

}  // namespace
}  // namespace terroir::testing
