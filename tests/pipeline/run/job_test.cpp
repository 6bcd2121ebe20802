#include "pipeline/run/job.h"

#include "pipeline/error.h"
#include "pipeline/run/journal.h"
#include "support/fake_job.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <mutex>
#include <new>
#include <set>
#include <thread>

namespace terroir {
namespace {

using ::testing::AnyOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using namespace terroir::testing;

constexpr int interrupted = static_cast<int>(Fault::interrupted);

JobOptions options(const std::string& attempt = "1") {
  JobOptions out;
  out.prepare.attempt = attempt;
  return out;
}

void nap(int milliseconds) { std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds)); }

/// What an undisturbed job of one rank leaves.
std::map<std::string, std::string> expected_objects(const Plan& plan) {
  FakeWorld world(plan);
  EXPECT_THAT(run_fake(world, {.options = options()}).codes, ElementsAre(0));
  return world.objects();
}

TEST(Job, WritesTheSameObjectsForAnyNumberOfRanks) {
  const Plan plan = fake_plan({5, 8}, 2);
  const auto expected = expected_objects(plan);
  // 40 tiles but each seventh, two documents, two outputs.
  EXPECT_EQ(expected.size(), 2u * (40 - 5 + 2));
  EXPECT_EQ(expected.at("out0/v/zarr.json"), "mean 19.500000");
  for (const int ranks : {2, 3, 5}) {
    for (const auto schedule : {Schedule::dynamic, Schedule::fixed}) {
      FakeWorld world(plan);
      auto how = options();
      how.schedule = schedule;
      const auto outcome = run_fake(world, {.ranks = ranks, .options = how});
      EXPECT_THAT(outcome.codes, Each(0));
      EXPECT_EQ(world.objects(), expected);
      EXPECT_EQ(world.tiles_computed, 80);
      EXPECT_EQ(outcome.summary.progress.tiles_done, 80);
      EXPECT_EQ(outcome.summary.progress.work.tiles, 80u);
      EXPECT_EQ(outcome.summary.ranks.at(1).peak_memory, 1000u);
      EXPECT_EQ(outcome.summary.progress.peak_memory, 1000u);
      EXPECT_EQ(outcome.summary.ranks.at(1).host, "host1");
    }
  }
}

TEST(Job, FindsNothingToDoInAFinishedFolder) {
  FakeWorld world(fake_plan({3, 3}));
  EXPECT_THAT(run_fake(world, {.ranks = 2, .options = options()}).codes, Each(0));
  const auto again = run_fake(world, {.ranks = 2, .options = options("2")});
  EXPECT_THAT(again.codes, Each(0));
  EXPECT_TRUE(again.summary.nothing_to_do);
  EXPECT_EQ(world.tiles_computed, 9);
}

TEST(Job, EndsWhenALaterJobWritesTheSameOutputs) {
  for (const bool at_the_end : {false, true}) {
    FakeWorld world(fake_plan({3, 3}));
    world.on_tile = [&](int, std::size_t, Index tile) {
      if (tile == 0) world.stores[0]->put("__terroir/plan-2.json", {});
      if (!at_the_end) nap(20);
    };
    auto how = options();
    how.rival_seconds = at_the_end ? 1000 : 0.01;
    const auto outcome = run_fake(world, {.ranks = 2, .options = how});
    EXPECT_THAT(outcome.codes, Each(static_cast<int>(Fault::system)));
    EXPECT_THAT(outcome.failures, ElementsAre(HasSubstr("another job has begun to write out0 meanwhile")));
    EXPECT_EQ(world.tiles_computed == 9, at_the_end);
    EXPECT_FALSE(world.stores[0]->get("zarr.json"));
  }
}

TEST(Job, ResumesAfterAFailureAndEndsWithTheSameObjects) {
  const Plan plan = fake_plan({6, 6}, 2);
  for (const int ranks : {1, 3}) {
    FakeWorld world(plan);
    std::set<std::pair<std::size_t, Index>> failed;
    std::mutex mutex;
    // Each tile that is divisible by 10 fails once, over and over: four or more attempts are needed.
    world.on_tile = [&](int, std::size_t pass, Index tile) {
      const std::lock_guard lock(mutex);
      if (tile % 10 == 9 && failed.insert({pass, tile}).second) throw Error(Fault::data, "reading dem.tif: broken");
    };
    int attempts = 0;
    FakeOutcome outcome;
    do {
      outcome = run_fake(world, {.ranks = ranks, .options = options(std::to_string(++attempts))});
      if (outcome.codes[0] == 0) break;
      EXPECT_THAT(outcome.codes, Each(static_cast<int>(Fault::data)));
      ASSERT_EQ(outcome.failures.size(), 1u);
      EXPECT_THAT(outcome.failures[0], HasSubstr("reading dem.tif: broken"));
      EXPECT_EQ(world.objects().count("out0/zarr.json"), 0u);
    } while (attempts < 20);
    EXPECT_EQ(world.objects(), expected_objects(plan));
    EXPECT_GT(attempts, 2);
    EXPECT_EQ(world.tiles_computed, 72);  // none was computed again
    EXPECT_GT(outcome.summary.progress.tiles_restored, 0);
  }
}

TEST(Job, StopsAllRanksWhenOneIsAskedTo) {
  const Plan plan = fake_plan({10, 10});
  FakeWorld world(plan);
  world.on_tile = [&](int, std::size_t, Index) { nap(2); };
  std::atomic<bool> sent = false;
  FakeRun how{.ranks = 3, .options = options()};
  how.signal = [&](int rank) { return rank == 1 && world.tiles_computed > 20 && !sent.exchange(true) ? Signal::stop : Signal::nothing; };
  const auto outcome = run_fake(world, how);
  EXPECT_THAT(outcome.codes, Each(interrupted));
  EXPECT_THAT(outcome.failures, ElementsAre("interrupted; run the same command again to resume"));
  const int before = world.tiles_computed;
  EXPECT_LT(before, 100);
  const auto again = run_fake(world, {.ranks = 2, .options = options("2")});
  EXPECT_THAT(again.codes, Each(0));
  EXPECT_EQ(world.tiles_computed, 100);
  EXPECT_EQ(again.summary.progress.tiles_restored, before);
  EXPECT_EQ(world.objects(), expected_objects(plan));
}

TEST(Job, FlushesTheJournalWhenKilledOrToldTo) {
  FakeWorld world(fake_plan({10, 10}));
  world.on_tile = [&](int, std::size_t, Index) { nap(2); };
  std::atomic<bool> flushed = false;
  FakeRun how{.options = options()};
  std::size_t entries_after_flush = 0;
  how.signal = [&](int) {
    if (world.tiles_computed > 10 && !flushed.exchange(true)) return Signal::flush;
    if (world.tiles_computed <= 40) return Signal::nothing;
    entries_after_flush = read_journal(*world.stores[0], "hash").size();
    return Signal::kill;
  };
  const auto outcome = run_fake(world, how);
  EXPECT_THAT(outcome.codes, ElementsAre(-1 - interrupted));
  EXPECT_THAT(outcome.failures, ElementsAre("interrupted; run the same command again to resume"));
  EXPECT_GT(entries_after_flush, 8u);
  EXPECT_LT(entries_after_flush, 40u);
  EXPECT_EQ(static_cast<int>(read_journal(*world.stores[0], "hash").size()), world.tiles_computed);
}

TEST(Job, EndsWhenTheDiskIsFull) {
  for (const char* full : {"v/c/3/3", "__terroir/plan-1.json", "v/zarr.json", "zarr.json"}) {
    FakeWorld world(fake_plan({5, 5}));
    world.stores[0]->before_close = [&](const std::string& key) {
      if (key == full) throw Error(Fault::system, "writing " + key + ": No space left on device");
    };
    const auto outcome = run_fake(world, {.ranks = 2, .options = options()});
    EXPECT_THAT(outcome.codes, Each(static_cast<int>(Fault::system)));
    ASSERT_EQ(outcome.failures.size(), 1u);
    EXPECT_THAT(outcome.failures[0], HasSubstr(" No space left"));
    EXPECT_EQ(world.objects().count("out0/zarr.json"), 0u);
    world.stores[0]->before_close = nullptr;
    EXPECT_THAT(run_fake(world, {.ranks = 2, .options = options("2")}).codes, Each(0));
    EXPECT_EQ(world.objects(), expected_objects(world.plan));
  }
}

TEST(Job, EndsWhenTheJournalCannotBeWritten) {
  FakeWorld world(fake_plan({20, 20}));
  world.on_tile = [&](int, std::size_t, Index) { nap(20); };
  world.stores[0]->before_close = [](const std::string& key) {
    if (key.starts_with("__terroir/journal")) throw Error(Fault::system, "Input/output error");
  };
  const auto outcome = run_fake(world, {.ranks = 2, .options = options()});
  EXPECT_THAT(outcome.codes, Each(static_cast<int>(Fault::system)));
}

// A rank that is killed while rank 0 publishes would leave a result whose objects nobody can vouch for.
TEST(Job, PublishesNothingBeforeAllJournalsStand) {
  FakeWorld world(fake_plan({6, 6}));
  std::size_t journaled = 0;
  world.stores[0]->before_close = [&](const std::string& key) {
    if (key.starts_with("__terroir/journal")) nap(100);
    if (key == "v/zarr.json") journaled = read_journal(*world.stores[0], "hash").size();
  };
  EXPECT_THAT(run_fake(world, {.ranks = 3, .options = options()}).codes, Each(0));
  EXPECT_EQ(journaled, 36U);
}

TEST(Job, EndsOnBothSidesOfACut) {
  FakeWorld world(fake_plan({50, 50}));
  world.on_tile = [&](int rank, std::size_t, Index) {
    if (rank == 1 && world.tiles_computed > 50) world.cut(1);
    nap(2);
  };
  auto how = options();
  how.liveness = {0.1, 1.5, 20, 20};
  const auto outcome = run_fake(world, {.ranks = 3, .options = how});
  // Aborted, or gone by itself; a rank that still hears rank 0 may have been told before the abort.
  EXPECT_THAT(outcome.codes, Each(AnyOf(-1 - static_cast<int>(Fault::system), static_cast<int>(Fault::system))));
  ASSERT_EQ(outcome.failures.size(), 1u);
  EXPECT_THAT(outcome.failures[0], HasSubstr("rank 1 on host1 has been silent"));
  EXPECT_LT(world.tiles_computed, 2500);
  EXPECT_THAT(run_fake(world, {.options = options("2")}).codes, ElementsAre(0));
  EXPECT_EQ(world.objects(), expected_objects(world.plan));
}

TEST(Job, TellsOnceWhyRanksHaveNoPlan) {
  FakeWorld world(fake_plan({5, 5}));
  FakeRun how{.ranks = 3, .options = options()};
  how.stillborn = {{0, {2, "dem.tif is missing"}}, {1, {2, "dem.tif is missing"}}, {2, {2, "dem.tif is missing"}}};
  auto outcome = run_fake(world, how);
  EXPECT_THAT(outcome.codes, Each(2));
  EXPECT_THAT(outcome.failures, ElementsAre("rank 0 on host0: dem.tif is missing"));
  how.stillborn.erase(0);
  how.stillborn.erase(1);
  outcome = run_fake(world, how);
  EXPECT_THAT(outcome.codes, Each(2));
  EXPECT_THAT(outcome.failures, ElementsAre("rank 2 on host2: dem.tif is missing"));
  EXPECT_THAT(world.stores[0]->list(""), IsEmpty());
}

TEST(Job, NamesTheRankWhoseMainThreadFails) {
  for (const int culprit : {0, 2}) {
    FakeWorld world(fake_plan({20, 20}));
    world.on_tile = [&](int, std::size_t, Index) { nap(2); };
    FakeRun how{.ranks = 3, .options = options()};
    how.signal = [&](int rank) {
      if (rank == culprit && world.tiles_computed > 20) throw std::bad_alloc();
      return Signal::nothing;
    };
    const auto outcome = run_fake(world, how);
    EXPECT_EQ(outcome.codes[static_cast<std::size_t>(culprit)], -1 - static_cast<int>(Fault::memory));
    if (culprit == 2) {
      EXPECT_EQ(outcome.codes[0], static_cast<int>(Fault::memory));
    }
    ASSERT_EQ(outcome.failures.size(), 1u);
    EXPECT_THAT(outcome.failures[0], HasSubstr("memory is exhausted"));
    EXPECT_EQ(outcome.failures[0].starts_with("rank 2 on host2: "), culprit == 2) << outcome.failures[0];
    EXPECT_EQ(world.objects().count("out0/zarr.json"), 0u);
  }
}

TEST(Job, NamesTheRankThatIsGoneWhenItIsEnded) {
  // As mpirun ends a job whose rank was killed: SIGCONT, and SIGTERM a second later.
  FakeWorld world(fake_plan({50, 50}));
  world.on_tile = [&](int, std::size_t, Index) { nap(2); };
  std::atomic<int> step = 0;
  std::chrono::steady_clock::time_point called;
  FakeRun how{.ranks = 3, .options = options()};
  how.signal = [&](int rank) {
    if (rank != 0 || world.tiles_computed < 20) return Signal::nothing;
    if (step == 0) {
      world.cut(1);
      called = std::chrono::steady_clock::now();
      step = 1;
      return Signal::flush;
    }
    if (step == 1 && std::chrono::steady_clock::now() - called > std::chrono::seconds(1)) {
      step = 2;
      return Signal::kill;
    }
    return Signal::nothing;
  };
  how.options.liveness.silence = 3;  // the others end by themselves
  const auto outcome = run_fake(world, how);
  EXPECT_EQ(outcome.codes[0], -1 - static_cast<int>(Fault::system));
  EXPECT_THAT(outcome.failures, ElementsAre(HasSubstr("rank 1 on host1 is lost, perhaps killed")));
}

TEST(Job, RefusesRanksWithAnotherPlan) {
  FakeWorld world(fake_plan({5, 5}));
  FakeRun how{.ranks = 3, .options = options()};
  how.other_hash = {{2, "another"}};
  const auto outcome = run_fake(world, how);
  EXPECT_THAT(outcome.codes, Each(2));
  ASSERT_EQ(outcome.failures.size(), 1u);
  EXPECT_THAT(outcome.failures[0], HasSubstr("rank 2 on host2 compiled another plan"));
  EXPECT_THAT(world.stores[0]->list(""), IsEmpty());
}

}  // namespace
}  // namespace terroir
