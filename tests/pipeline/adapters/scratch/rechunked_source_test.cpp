#include "pipeline/adapters/scratch/rechunked_source.h"

#include "pipeline/adapters/memory/memory_source.h"
#include "pipeline/error.h"
#include "tests/pipeline/adapters/gdal/raster_file.h"
#include "tests/pipeline/adapters/memory/packed_source.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <numeric>
#include <thread>

namespace terroir {
namespace {

constexpr Index times = 10, rows = 7, cols = 9;

/// Two bands, each number telling its time, row and column; stored by maps of two times.
std::shared_ptr<MemoryRaster> maps(ChunkShape chunk = {2, {7, 9}}) {
  auto raster = std::make_shared<MemoryRaster>();
  raster->grid = Grid({}, {}, {rows, cols});
  for (Index t = 0; t < times; ++t) raster->times.seconds.push_back(t * 3600);
  raster->chunk = chunk;
  for (const float band : {0.F, 0.5F}) {
    MemoryRaster::Band b;
    for (Index i = 0; i < times * rows * cols; ++i)
      b.pixels.push_back(static_cast<float>(i / (rows * cols) * 10000 + i / cols % rows * 100 + i % cols) + band);
    raster->bands.push_back(std::move(b));
  }
  return raster;
}

struct Rechunked {
  std::shared_ptr<ScratchFile> scratch;
  std::unique_ptr<RechunkedSource> source;
};

Rechunk all_of(const MemoryRaster& raster) {
  return {raster.chunk, {0, 0, rows, cols}, std::vector<bool>(static_cast<std::size_t>(ceil_div(times, raster.chunk.times)), true)};
}

Rechunked rechunked(const test::TempFolder& folder, const std::shared_ptr<Source>& inner, const ChunkShape& chunk, const Rechunk& use,
                    std::uint32_t owners = 1) {
  const auto room = RechunkedSource::room(*inner, chunk);
  Rechunked made{std::make_shared<ScratchFile>(ScratchFile::Place{folder / "", "test", owners}, room.bytes, room.parts), nullptr};
  made.source = std::make_unique<RechunkedSource>(inner, chunk, use, made.scratch, RechunkedSource::Room{});
  return made;
}
Rechunked rechunked(const test::TempFolder& folder, const std::shared_ptr<MemoryRaster>& raster, const ChunkShape& chunk,
                    const Rechunk& use, std::uint32_t owners = 1) {
  return rechunked(folder, std::make_shared<MemorySource>("maps", raster), chunk, use, owners);
}
Rechunked rechunked(const test::TempFolder& folder, const std::shared_ptr<MemoryRaster>& raster, const ChunkShape& chunk,
                    std::uint32_t owners = 1) {
  return rechunked(folder, raster, chunk, all_of(*raster), owners);
}

void expect_chunk(Source& source, int band, const ChunkPlace& place) {
  const ChunkShape chunk = source.chunk();
  std::vector<float> numbers(static_cast<std::size_t>(chunk.area()), -1);
  auto* const out = reinterpret_cast<std::byte*>(numbers.data());
  source.read_chunk(std::span(&band, 1), place, std::span(&out, 1));
  for (Index t = 0; t < chunk.times && place.time * chunk.times + t < times; ++t)
    for (Index r = 0; r < chunk.shape.rows && place.row * chunk.shape.rows + r < rows; ++r)
      for (Index c = 0; c < chunk.shape.cols && place.col * chunk.shape.cols + c < cols; ++c) {
        const Index time = place.time * chunk.times + t, row = place.row * chunk.shape.rows + r, col = place.col * chunk.shape.cols + c;
        ASSERT_EQ(numbers[static_cast<std::size_t>((t * chunk.shape.rows + r) * chunk.shape.cols + c)],
                  static_cast<float>(time * 10000 + row * 100 + col) + 0.5F * static_cast<float>(band))
            << time << " " << row << " " << col;
      }
}

void expect_all(Source& source) {
  const ChunkShape chunk = source.chunk();
  for (int band = 0; band < 2; ++band)
    for (Index t = 0; t * chunk.times < times; ++t)
      for (Index r = 0; r * chunk.shape.rows < rows; ++r)
        for (Index c = 0; c * chunk.shape.cols < cols; ++c) expect_chunk(source, band, {t, r, c});
}

TEST(RechunkedSource, ReadsEachInnerChunkOnce) {
  for (const ChunkShape inner : {ChunkShape{2, {7, 9}}, ChunkShape{1, {7, 9}}, ChunkShape{3, {4, 5}}, ChunkShape{10, {2, 2}}})
    for (const ChunkShape chunk : {ChunkShape{10, {3, 4}}, ChunkShape{4, {7, 9}}, ChunkShape{10, {64, 64}}, ChunkShape{1, {2, 3}}}) {
      const test::TempFolder folder;
      const auto raster = maps(inner);
      const Rechunked made = rechunked(folder, raster, chunk);
      expect_all(*made.source);
      const Index count = ceil_div(times, inner.times) * ceil_div(rows, inner.shape.rows) * ceil_div(cols, inner.shape.cols);
      EXPECT_EQ(raster->chunks_read, static_cast<std::size_t>(2 * count));
    }
}

TEST(RechunkedSource, OwnersOfOneFileShareTheWork) {
  const test::TempFolder folder;
  const auto raster = maps({1, {7, 9}});
  const ChunkShape chunk{10, {3, 3}};
  std::vector<Rechunked> ranks;
  for (int i = 0; i < 4; ++i) ranks.push_back(rechunked(folder, raster, chunk, 4));
  EXPECT_FALSE(std::filesystem::exists(folder / "terroir-scratch-test")) << "all have it open";
  {
    std::vector<std::jthread> threads;
    for (auto& rank : ranks) threads.emplace_back([&] { expect_all(*rank.source); });
  }
  EXPECT_EQ(raster->chunks_read, 2u * times);
}

TEST(RechunkedSource, TellsOfTheChunksThatWereDecoded) {
  const test::TempFolder folder;
  const auto raster = maps({2, {7, 9}});
  const Rechunked made = rechunked(folder, raster, {4, {7, 9}});
  std::vector<float> numbers(4 * rows * cols);
  auto* const out = reinterpret_cast<std::byte*>(numbers.data());
  const int band = 1;
  const auto read = [&] { return made.source->read_counted(std::span(&band, 1), {1, 0, 0}, std::span(&out, 1)); };
  const ReadCost first = read(), again = read();
  EXPECT_EQ(first.chunks, 2u);
  EXPECT_EQ(first.decoded, 4u * rows * cols * sizeof(float));
  EXPECT_EQ(first.bytes, first.decoded) << "the memory's chunks are not compressed";
  EXPECT_EQ(again.chunks + again.decoded + again.bytes, 0u);
}

// Of ten times 4 and 5 are used, and of nine columns the last two.
TEST(RechunkedSource, LeavesAloneWhatIsNotUsed) {
  const test::TempFolder folder;
  const auto raster = maps({2, {7, 9}});
  const ChunkShape chunk{10, {7, 3}};
  const Rechunked made = rechunked(folder, raster, chunk, {raster->chunk, {0, 7, 7, 2}, {false, false, true}});
  std::vector<float> numbers(static_cast<std::size_t>(chunk.area()), -1);
  auto* const out = reinterpret_cast<std::byte*>(numbers.data());
  const int band = 0;
  made.source->read_chunk(std::span(&band, 1), {0, 0, 2}, std::span(&out, 1));
  EXPECT_EQ(raster->chunks_read, 1u);
  EXPECT_EQ(numbers[5 * 21 + 4], 50107) << "time 5, row 1, column 7";
  EXPECT_EQ(numbers[2 * 21 + 4], 0);
  made.source->read_chunk(std::span(&band, 1), {0, 0, 0}, std::span(&out, 1));
  EXPECT_EQ(numbers[5 * 21 + 4], 0) << "columns that are not used";
}

TEST(RechunkedSource, AChunkThatFailsIsTriedAgain) {
  const test::TempFolder folder;
  const auto raster = maps({1, {7, 9}});
  raster->failing = ChunkPlace{4, 0, 0};
  const Rechunked made = rechunked(folder, raster, {10, {3, 3}});
  EXPECT_THROW(expect_chunk(*made.source, 0, {0, 0, 0}), Error);
  raster->failing.reset();
  expect_chunk(*made.source, 0, {0, 0, 0});
}

// Ten maps of each of two bands; of the first band two streams are damaged, and read again the other way.
TEST(RechunkedSource, InflatesInnerChunksTwoByTwo) {
  const test::TempFolder folder;
  const auto raster = maps({1, {7, 9}});
  testing::PackedSource::Story story;
  const auto inner = std::make_shared<testing::PackedSource>(raster, story);
  story.torn = {{3, 0}, {6, 0}};
  const Rechunked made = rechunked(folder, inner, {10, {3, 4}}, all_of(*raster));
  for (Index c = 0; c < 3; ++c) expect_chunk(*made.source, 0, {0, 0, c});
  EXPECT_EQ(story.fetched, 10);
  EXPECT_EQ(story.finished, 8);
  EXPECT_EQ(raster->chunks_read, 12u) << "two of them twice";
  story.torn.clear();
  expect_all(*made.source);
  EXPECT_EQ(story.finished, 18);
  EXPECT_EQ(raster->chunks_read, 22u);
}

// What a process leaves half done when it is killed is done by others.
TEST(ScratchFile, APartOfADeadProcessIsTakenOver) {
  const test::TempFolder folder;
  ScratchFile file({folder / "", "test", 1}, 10, 2);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    file.try_part(0, [] {});
    file.try_part(1, [] { _exit(0); });
  }
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  EXPECT_TRUE(file.done(0));
  EXPECT_FALSE(file.done(1));
  bool worked = false;
  EXPECT_TRUE(file.try_part(1, [&] { worked = true; }));
  EXPECT_TRUE(worked);
}

TEST(ScratchFile, HasNoNameOnceAllOwnersHaveItOpen) {
  const test::TempFolder folder;
  const std::string path = folder / "terroir-scratch-test";
  const ScratchFile first({folder / "", "test", 2}, 10, 1);
  EXPECT_TRUE(std::filesystem::exists(path));
  const ScratchFile second({folder / "", "test", 2}, 10, 1);
  EXPECT_FALSE(std::filesystem::exists(path));
  { const ScratchFile alone({folder / "", "test", 2}, 10, 1); }
  EXPECT_FALSE(std::filesystem::exists(path)) << "an owner whose fellow never came";
}

TEST(ScratchFile, IsRemovedWhenItsOwnersWereKilledAndNotBefore) {
  const test::TempFolder folder;
  const std::string abandoned = folder / "terroir-scratch-dead", held = folder / "terroir-scratch-held";
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const ScratchFile file({folder / "", "dead", 2}, 10, 1);
    _exit(0);
  }
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  const ScratchFile file({folder / "", "held", 2}, 10, 1);
  ASSERT_TRUE(std::filesystem::exists(abandoned));
  remove_abandoned(folder / "");
  EXPECT_FALSE(std::filesystem::exists(abandoned));
  EXPECT_TRUE(std::filesystem::exists(held));
}

/// Lets files of this process grow no further than some bytes, as a disk that is full; before, it would have been ended by a signal.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit now{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &now);
  }
  ~FullDisk() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, SIG_DFL);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit before_{};
};

TEST(RechunkedSource, ADiskThatIsFullEndsTheReadingUntilThereIsRoom) {
  const test::TempFolder folder;
  const auto raster = maps({1, {7, 9}});
  const Rechunked made = rechunked(folder, raster, {10, {3, 3}});
  try {
    const FullDisk full(4096);
    expect_chunk(*made.source, 0, {0, 0, 0});
    ADD_FAILURE() << "nothing was missed";
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::system);
    EXPECT_NE(std::string(error.what()).find("cannot write the scratch file"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("name another folder by TMPDIR"), std::string::npos) << error.what();
  }
  expect_chunk(*made.source, 0, {0, 0, 0});
}

TEST(ScratchFile, SaysWhatItLacks) {
  const test::TempFolder folder;
  try {
    const ScratchFile file({folder / "absent", "test", 1}, 10, 1);
    ADD_FAILURE() << "a file was made in no folder";
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::system);
    EXPECT_NE(std::string(error.what()).find("absent/terroir-scratch-test"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace terroir
