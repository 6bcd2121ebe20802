#include "pipeline/run/parts.h"

#include "pipeline/error.h"
#include "support/fake_job.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <thread>
#include <utility>

namespace terroir {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using namespace terroir::testing;

JobOptions attempt_options(const std::string& attempt, bool verify = false) {
  JobOptions out;
  out.prepare.attempt = attempt;
  out.prepare.verify = verify;
  return out;
}

std::vector<std::string> parts_of(FakeWorld& world) { return world.stores[0]->list(parts_prefix); }

// Nine tiles, the seventh of nodata.
const std::string nine = "tile 0\ntile 1\ntile 2\ntile 3\ntile 4\ntile 5\n\ntile 7\ntile 8\n";

TEST(Parts, BecomeOneFileInTheOrderOfTiles) {
  for (const bool hidden : {false, true})
    for (const int ranks : {1, 2, 3, 5}) {
      FakeWorld world(fake_plan({3, 3}), true);
      world.hides_parts = hidden;
      EXPECT_THAT(run_fake(world, {.ranks = ranks, .options = attempt_options("1")}).codes, Each(0));
      EXPECT_THAT(world.objects(), ElementsAre(Pair("out0/zarr.json", nine))) << ranks << hidden;
      EXPECT_THAT(parts_of(world), IsEmpty());
    }
}

TEST(Parts, AreToldOfWhileTheFileIsMade) {
  FakeWorld world(fake_plan({3, 3}), true);
  std::promise<PublishProgress> told;
  std::shared_future<PublishProgress> first = told.get_future();
  bool all_read = false;
  world.on_publishing = [&](const PublishProgress& now) {
    if (now.bytes_done == now.bytes_total && !std::exchange(all_read, true)) told.set_value(now);
  };
  // The file has been given all parts, and is not closed before the observer was told.
  world.stores[0]->before_close = [&](const std::string& key) {
    if (key == "zarr.json") first.wait_for(std::chrono::seconds(20));
  };
  const auto outcome = run_fake(world, {.options = attempt_options("1")});
  EXPECT_THAT(outcome.codes, Each(0));
  ASSERT_TRUE(all_read);
  EXPECT_EQ(first.get().bytes_total, 8u * 6u);  // eight times "tile 0"
  EXPECT_EQ(outcome.summary.file_bytes, nine.size());
}

TEST(Parts, OfEarlierRunsCountInTheSummaryOfTheFileOnly) {
  FakeWorld world(fake_plan({3, 3}), true);
  bool full = true;
  world.stores[0]->before_close = [&](const std::string& key) {
    if (key == "zarr.json" && full) throw Error(Fault::system, "No space left on device");
  };
  EXPECT_THAT(run_fake(world, {.options = attempt_options("1")}).codes, Each(4));
  full = false;
  const auto outcome = run_fake(world, {.options = attempt_options("2")});
  EXPECT_EQ(outcome.summary.progress.work.tiles, 0u);
  EXPECT_EQ(outcome.summary.file_bytes, nine.size());
}

// Along Hilbert's curve 4 x 4 tiles are 0 1 5 4, 8 12 13 9, 10 14 15 11, 7 6 2 3: four stretches, of which each gives one in turn. Tiles 6
// and 13 have no pixels.
const std::vector<std::string> in_turn = {"tile 0", "tile 8", "tile 10", "tile 7", "tile 1", "tile 12", "tile 14", "",
                                          "tile 5", "",       "tile 15", "tile 2", "tile 4", "tile 9",  "tile 11", "tile 3"};

TEST(Parts, AreTakenInOneOrderWhileOthersAreComputed) {
  for (const bool hidden : {false, true})
    for (const int ranks : {1, 2, 3, 5}) {
      FakeWorld world(fake_plan({4, 4}), true);
      world.hides_parts = hidden;
      std::vector<std::string> taken;
      std::atomic<int> computed_at_first = 16;
      world.on_take = [&](Index tile, const std::string& part) {
        if (tile == 0) computed_at_first = world.tiles_computed.load();
        taken.push_back(part);
      };
      // The last tile waits for the first one to be taken.
      world.on_tile = [&](int, std::size_t, Index) {
        for (int i = 0; i < 1000 && world.tiles_computed == 15 && computed_at_first == 16; ++i)
          std::this_thread::sleep_for(std::chrono::milliseconds(1));
      };
      EXPECT_THAT(run_fake(world, {.ranks = ranks, .options = attempt_options("1")}).codes, Each(0));
      EXPECT_EQ(taken, in_turn) << ranks << hidden;
      EXPECT_LT(computed_at_first, 16);
    }
}

TEST(Parts, ThatASinkCannotTakeEndTheJob) {
  FakeWorld world(fake_plan({3, 3}), true);
  world.on_take = [](Index tile, const std::string&) {
    if (tile == 4) throw Error(Fault::system, "the disk is full");
  };
  const auto outcome = run_fake(world, {.ranks = 2, .options = attempt_options("1")});
  EXPECT_THAT(outcome.codes, Each(static_cast<int>(Fault::system)));
  EXPECT_THAT(outcome.failures, ElementsAre(HasSubstr("the disk is full")));
  EXPECT_THAT(world.objects(), IsEmpty());
}

TEST(Parts, OfAnEarlierRunAreReadFromTheStore) {
  FakeWorld world(fake_plan({3, 3}), true);
  world.on_tile = [](int, std::size_t, Index tile) {
    if (tile == 4) throw Error(Fault::data, "broken");
  };
  EXPECT_EQ(run_fake(world, {.options = attempt_options("1")}).codes[0], static_cast<int>(Fault::data));
  EXPECT_THAT(world.objects(), IsEmpty());
  const int before = world.tiles_computed;
  world.on_tile = nullptr;
  std::vector<std::string> taken;
  world.on_take = [&](Index, const std::string& part) { taken.push_back(part); };
  EXPECT_THAT(run_fake(world, {.ranks = 2, .options = attempt_options("2")}).codes, Each(0));
  EXPECT_EQ(world.tiles_computed, 9);
  EXPECT_GT(before, 0);
  EXPECT_THAT(taken, ElementsAre("tile 0", "tile 4", "", "tile 8", "tile 1", "tile 3", "tile 7", "tile 5", "tile 2"));
  EXPECT_THAT(world.objects(), ElementsAre(Pair("out0/zarr.json", nine)));
}

TEST(Parts, ThatAreDamagedEndTheJobWithTheirName) {
  FakeWorld world(fake_plan({3, 3}), true);
  world.on_tile = [&](int, std::size_t, Index tile) {
    if (tile == 0) return;
    const std::string other = "tile X";
    for (const auto& key : parts_of(world)) world.stores[0]->put(key, std::as_bytes(std::span(other)));
  };
  const auto outcome = run_fake(world, {.options = attempt_options("1")});
  EXPECT_THAT(outcome.codes, ElementsAre(static_cast<int>(Fault::system)));
  EXPECT_THAT(outcome.failures, ElementsAre(HasSubstr("is not what was written there; run the same command with --verify")));
  EXPECT_THAT(world.objects(), IsEmpty());
  world.on_tile = nullptr;
  EXPECT_THAT(run_fake(world, {.options = attempt_options("2", true)}).codes, Each(0));
  EXPECT_THAT(world.objects(), ElementsAre(Pair("out0/zarr.json", nine)));
}

TEST(Parts, AreNotNeededOnceTheFileIsPublished) {
  FakeWorld world(fake_plan({3, 3}), true);
  EXPECT_THAT(run_fake(world, {.options = attempt_options("1")}).codes, Each(0));
  for (const bool verify : {false, true}) {
    const auto again = run_fake(world, {.options = attempt_options("2", verify)});
    EXPECT_TRUE(again.summary.nothing_to_do);
    EXPECT_EQ(world.tiles_computed, 9);
  }
  const std::string damaged = nine.substr(1);
  world.stores[0]->put("zarr.json", std::as_bytes(std::span(damaged)));
  const auto mended = run_fake(world, {.options = attempt_options("3", true)});
  EXPECT_THAT(mended.notes, ::testing::Contains(HasSubstr("1 objects verified, 1 damaged")));
  EXPECT_EQ(world.tiles_computed, 17);  // all but the one without pixels
  EXPECT_THAT(world.objects(), ElementsAre(Pair("out0/zarr.json", nine)));
  world.stores[0]->put("zarr.json", std::as_bytes(std::span(damaged)));  // shorter: seen without reading it
  EXPECT_THAT(run_fake(world, {.options = attempt_options("4")}).codes, Each(0));
  EXPECT_THAT(world.objects(), ElementsAre(Pair("out0/zarr.json", nine)));
}

TEST(Parts, StayUntilAllOutputsAreComplete) {
  FakeWorld world(fake_plan({3, 3}, 2), true);
  world.stores[1]->before_close = [](const std::string& key) {
    if (key == "zarr.json") throw Error(Fault::system, "No space left on device");
  };
  EXPECT_EQ(run_fake(world, {.options = attempt_options("1")}).codes[0], static_cast<int>(Fault::system));
  world.stores[1]->before_close = nullptr;
  const auto outcome = run_fake(world, {.ranks = 2, .options = attempt_options("2")});
  EXPECT_THAT(outcome.codes, Each(0));
  EXPECT_EQ(world.tiles_computed, 18);  // none was computed again
  EXPECT_THAT(world.objects(), ElementsAre(Pair("out0/zarr.json", nine), Pair("out1/zarr.json", nine)));
}

// Whatever each of a node's ranks sees when it looks.
TEST(Parts, AreRemovedByTheRanksOfANodeTogether) {
  FakeWorld world(fake_plan({3, 3}), true);
  const std::string content = "part";
  for (int i = 0; i < 100; ++i)
    world.stores[0]->put(std::string(parts_prefix) + "v/" + std::to_string(i), std::as_bytes(std::span(content)));
  remove_parts(world.destinations(), 10, {0, 3});
  const std::size_t left = parts_of(world).size();
  EXPECT_TRUE(left > 50 && left < 80) << left;
  remove_parts(world.destinations(), 10, {2, 3});
  remove_parts(world.destinations(), 10, {1, 3});
  EXPECT_THAT(parts_of(world), IsEmpty());
}

TEST(Parts, TravelInPiecesWithAnEmptyOneAtTheEnd) {
  MemoryStore store;
  const std::vector<std::byte> bytes((std::size_t{5} << 19) + 1, std::byte{7});
  store.put("k", bytes);
  std::vector<std::size_t> sizes;
  const auto count = [&](const PartPiece& piece) { sizes.push_back(piece.bytes.size()); };
  send_part(store, {0, "k"}, count);
  EXPECT_THAT(sizes, ElementsAre(1u << 20, 1u << 20, (1u << 19) + 1, 0));
  sizes.clear();
  send_part(store, {0, "gone"}, count);
  EXPECT_THAT(sizes, ElementsAre(0));
}

TEST(Parts, AreNotWaitedForWhenTheJobHasFailed) {
  FakeWorld world(fake_plan({1, 1}), true);
  Mailbox mailbox;
  const auto destinations = world.destinations();
  PartCollector parts(world.plan, destinations, mailbox);
  parts.note(0, 1, {0, {{"__terroir/parts/v/c/0/0", 6, 0}}, {}});
  BackgroundThread thread;
  std::vector<std::byte> bytes;
  thread.start([&] { EXPECT_THROW(parts.read({0, 0, 0}, {}, bytes), Error); });
  mailbox.wait(10);
  EXPECT_TRUE(mailbox.run_all());
  const auto asked = parts.outgoing();
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].to, 1);
  EXPECT_EQ(std::get<GetPart>(asked[0].message).key, "__terroir/parts/v/c/0/0");
  parts.cancel();
  EXPECT_TRUE(thread.wait_idle(10));
}

}  // namespace
}  // namespace terroir
