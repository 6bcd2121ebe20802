#include "simulation.h"

#include "pipeline/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace terroir {
namespace {

using terroir::testing::Simulation;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::SizeIs;

/// How many tiles were computed; none more than once.
Index tiles_computed_once(const Simulation& job) {
  Index count = 0;
  for (const auto& pass : job.computed) {
    EXPECT_LE(*std::max_element(pass.begin(), pass.end()), 1);
    count += std::accumulate(pass.begin(), pass.end(), Index{0});
  }
  return count;
}

TEST(Scheduler, ComputesEveryTileOnceWhateverTheRanksSpeed) {
  for (const int ranks : {1, 2, 3, 5, 17}) {
    for (unsigned seed = 1; seed <= 20; ++seed) {
      std::mt19937 random(seed);
      std::vector<double> speed;
      for (int r = 0; r < ranks; ++r) speed.push_back(std::uniform_real_distribution(0.01, 1.0)(random));
      Simulation job(
          {.ranks = ranks,
           .tiles_of_pass = {static_cast<Index>(random() % 200), 1, 37},
           .schedule = seed % 2 == 0 ? Schedule::dynamic : Schedule::fixed,
           .tile_seconds = [&](int rank, Index tile) { return speed[static_cast<std::size_t>(rank)] * static_cast<double>(1 + tile % 7); },
           .seed = seed});
      const Index all = job.scheduler().tiles_total();
      job.run();
      EXPECT_EQ(job.scheduler().phase(), Scheduler::Phase::ended);
      EXPECT_FALSE(job.scheduler().failure());
      EXPECT_TRUE(job.scheduler().all_left());
      EXPECT_EQ(tiles_computed_once(job), all);
      EXPECT_EQ(job.scheduler().tiles_done(), all);
      EXPECT_EQ(job.sums.at(2), 36 * 37 / 2);
      for (const auto& worker : job.workers()) EXPECT_EQ(worker.quit_code(), 0);
    }
  }
}

TEST(Scheduler, GivesEachRankNeighbouringTilesAndLetsIdleOnesSteal) {
  Simulation even({.ranks = 4, .tiles_of_pass = {64}});
  even.run();
  for (int r = 0; r < 4; ++r) {
    std::vector<Index> own(16);
    std::iota(own.begin(), own.end(), r * 16);
    EXPECT_EQ(even.by_rank[static_cast<std::size_t>(r)], own);
  }
  // Rank 3 computes ten times as slowly: it keeps the front of its span, the others share the rest.
  Simulation uneven({.ranks = 4, .tiles_of_pass = {64}, .tile_seconds = [](int rank, Index) { return rank == 3 ? 10.0 : 1.0; }});
  const double seconds = uneven.run();
  EXPECT_LT(uneven.by_rank[3].size(), 5u);
  EXPECT_EQ(uneven.by_rank[3].front(), 48);
  EXPECT_LT(seconds, 45);  // 160 s if each had kept its span, 20.6 s at best
}

// Of two ranks of about one speed the job ends within a tile of the earliest moment, as where tiles are given out one by one. A rank that
// takes twice as long may still have a tile behind another then.
TEST(Scheduler, KeepsTheLastTilesForIdleRanks) {
  for (double slow = 1; slow < 1.51; slow += 0.05) {
    Simulation job({.ranks = 2, .tiles_of_pass = {40}, .tile_seconds = [=](int rank, Index) { return rank == 0 ? 1.0 : slow; }});
    EXPECT_LT(job.run(), 40 / (1 + 1 / slow) + slow + 0.1) << slow;
  }
}

// Of seven tiles along a curve each of three ranks has every third.
TEST(Scheduler, DealsNeighboursToRanksInTurn) {
  const PassTiles tiles = dealt({{10, 11, 12, 13, 14, 15, 16}, {1, 2, 3, 4, 5, 6, 7}}, 3);
  EXPECT_EQ(tiles.order, (std::vector<Index>{10, 13, 16, 11, 14, 12, 15}));
  EXPECT_EQ(tiles.cost, (std::vector<double>{1, 4, 7, 2, 5, 3, 6}));
  EXPECT_EQ(dealt(tiles, 1).order, tiles.order);
}

TEST(Scheduler, GivesEachRankItsSpanWhenFixed) {
  Simulation job({.ranks = 3, .tiles_of_pass = {30}, .schedule = Schedule::fixed, .tile_seconds = [](int rank, Index) {
                    return rank == 0 ? 5.0 : 0.1;
                  }});
  EXPECT_GT(job.run(), 50);
  for (int r = 0; r < 3; ++r) {
    std::vector<Index> own(10);
    std::iota(own.begin(), own.end(), r * 10);
    EXPECT_EQ(job.by_rank[static_cast<std::size_t>(r)], own);
  }
}

TEST(Scheduler, SkipsRestoredTilesButFoldsTheirStates) {
  std::vector<std::pair<std::size_t, Index>> restored;
  for (Index tile = 0; tile < 20; tile += 2) restored.emplace_back(0, tile);
  for (Index tile = 0; tile < 10; ++tile) restored.emplace_back(1, tile);
  restored.emplace_back(0, 4);   // told twice
  restored.emplace_back(0, 99);  // no such tile
  restored.emplace_back(7, 0);   // no such pass
  Simulation job({.ranks = 2, .tiles_of_pass = {20, 10, 5}, .restored = restored});
  job.run();
  EXPECT_EQ(tiles_computed_once(job), 10 + 0 + 5);
  EXPECT_EQ(job.scheduler().tiles_restored(), 20);
  EXPECT_EQ(job.scheduler().tiles_done(), 35);
  EXPECT_EQ(job.sums, (std::vector<double>{190, 45, 10}));
}

TEST(Scheduler, HandsFittedStatesToLaterPasses) {
  Simulation job({.ranks = 2, .tiles_of_pass = {5, 4, 3}});
  job.run();
  const std::map<std::size_t, std::vector<double>> fitted = {{0, {10}}, {1, {6}}};
  for (const auto& worker : job.workers()) EXPECT_EQ(worker.pass()->fitted, fitted);
}

TEST(Scheduler, EndsTheJobWhenARankFallsSilent) {
  Simulation job({.ranks = 4, .tiles_of_pass = {1000}, .dies = {{2, 20.0}}});
  const double end = job.run();
  EXPECT_GT(end, 28);
  EXPECT_LT(end, 34);
  ASSERT_TRUE(job.scheduler().failure());
  EXPECT_EQ(job.scheduler().failure()->code, static_cast<int>(Fault::system));
  EXPECT_THAT(job.scheduler().failure()->text, HasSubstr("rank 2 on host2 has been silent"));
  EXPECT_FALSE(job.scheduler().all_left());
  EXPECT_EQ(job.scheduler().phase(), Scheduler::Phase::ended);
}

TEST(Scheduler, LetsRanksNoticeThatRankZeroIsGone) {
  Simulation job({.ranks = 3, .tiles_of_pass = {1000}, .dies = {{0, 20.0}}});
  job.run(27);
  for (const auto& worker : job.workers()) EXPECT_FALSE(worker.lost(27));
  job.run(31);
  EXPECT_FALSE(job.workers()[0].lost(31));  // it cannot be out of its own reach
  EXPECT_TRUE(job.workers()[1].lost(31));
  EXPECT_TRUE(job.workers()[2].lost(31));
}

TEST(Scheduler, DoesNotTakeItsOwnPauseForSilenceOfOthers) {
  Scheduler scheduler({}, "plan", {2, Schedule::dynamic, 10, {}}, [](std::size_t, const auto&) { return PassState{}; });
  scheduler.begin(0);
  scheduler.receive(1, Hello{"plan"}, 1);
  scheduler.tick(2);
  for (double now = 40; now <= 50; now += 0.5) scheduler.tick(now);  // the machine was frozen for 38 s
  EXPECT_FALSE(scheduler.failure());
  for (double now = 50.5; now <= 53; now += 0.5) scheduler.tick(now);
  ASSERT_TRUE(scheduler.failure()) << "rank 1 has not been heard of since";
  EXPECT_THAT(scheduler.failure()->text, HasSubstr("rank 1 has been silent for 1"));
}

TEST(Scheduler, WaitsForGoodbyesAsLongAfterAPause) {
  Scheduler scheduler({}, "plan", {2, Schedule::dynamic, 10, {}}, [](std::size_t, const auto&) { return PassState{}; });
  scheduler.begin(0);
  scheduler.fail(3, "broken", 1);  // goodbyes until 21
  scheduler.tick(2);
  scheduler.tick(40);
  EXPECT_EQ(scheduler.phase(), Scheduler::Phase::leaving);
  for (double now = 40; now <= 58.5; now += 0.5) scheduler.tick(now);
  EXPECT_EQ(scheduler.phase(), Scheduler::Phase::leaving);
  scheduler.tick(59);
  EXPECT_EQ(scheduler.phase(), Scheduler::Phase::ended);
}

TEST(Scheduler, AsksForTheJournalsBeforeItPublishes) {
  Scheduler scheduler({}, "plan", {2, Schedule::dynamic, 10, {}}, [](std::size_t, const auto&) { return PassState{}; });
  scheduler.begin(0);
  scheduler.receive(0, Hello{"plan"}, 0);
  scheduler.receive(1, Hello{"plan"}, 0);
  scheduler.prepared("attempt", 1);
  ASSERT_EQ(scheduler.phase(), Scheduler::Phase::publishing);
  std::vector<int> asked;
  for (const auto& out : scheduler.outgoing())
    if (std::holds_alternative<WriteJournal>(out.message)) asked.push_back(out.to);
  EXPECT_THAT(asked, ElementsAre(0, 1));
  scheduler.receive(1, JournalWritten{}, 2);
  scheduler.receive(1, JournalWritten{}, 2);
  EXPECT_FALSE(scheduler.all_journaled());
  scheduler.receive(0, JournalWritten{}, 3);
  EXPECT_TRUE(scheduler.all_journaled());
}

TEST(Worker, DoesNotTakeItsOwnPauseForSilenceOfRankZero) {
  Worker worker(1, "plan");
  worker.greet(0);
  worker.receive(Alive{}, 1);
  worker.look(1);
  for (double now = 40; now <= 50; now += 0.5) {  // the machine was frozen for 39 s
    worker.look(now);
    EXPECT_FALSE(worker.lost(now)) << now;
  }
  worker.look(50.5);
  EXPECT_TRUE(worker.lost(50.5));
}

TEST(Scheduler, IsPatientWithRanksThatHaveNotSaidHello) {
  Simulation job({.ranks = 3, .tiles_of_pass = {10}, .dies = {{1, 0.0}}});
  const double end = job.run();
  EXPECT_NEAR(end, 300, 10);
  EXPECT_THAT(job.scheduler().failure()->text, HasSubstr("rank 1 on host1 has been silent"));
  EXPECT_EQ(tiles_computed_once(job), 0);
}

TEST(Scheduler, KnowsWhoIsMissingWhenItIsWary) {
  Liveness liveness;
  liveness.sign = 0.4;
  Scheduler scheduler({}, "plan", {5, Schedule::dynamic, 10, liveness, {"a", "b", "c", "d", "e"}},
                      [](std::size_t, const auto&) { return PassState{}; });
  scheduler.begin(0);
  for (const int rank : {1, 2, 3, 4}) scheduler.receive(rank, Hello{"plan"}, 1);
  EXPECT_THAT(scheduler.missing(5), IsEmpty()) << "nothing has made it wary";
  scheduler.receive(1, Alive{}, 9.9);
  scheduler.receive(2, Alive{}, 9.9);
  scheduler.receive(3, Alive{}, 9.9);
  scheduler.receive(4, Alive{}, 9.9);
  scheduler.grow_wary(10);
  scheduler.receive(4, Alive{}, 10.1);
  scheduler.receive(1, Alive{}, 10.3);
  scheduler.receive(3, Bye{}, 10.3);
  EXPECT_THAT(scheduler.missing(10.6), IsEmpty()) << "rank 2 may still be on time";
  EXPECT_THAT(scheduler.missing(11), ElementsAre("rank 2 on c", "rank 4 on e")) << "what rank 4 said last was on its way";
}

TEST(Scheduler, SendsNothingWithoutNeedWhileItIsWary) {
  Scheduler scheduler({}, "plan", {2, Schedule::dynamic, 10, {}}, [](std::size_t, const auto&) { return PassState{}; });
  scheduler.begin(0);
  scheduler.grow_wary(1.9);
  scheduler.tick(2.1);
  scheduler.tick(4.8);
  EXPECT_THAT(scheduler.outgoing(), IsEmpty());
  scheduler.tick(5);
  EXPECT_THAT(scheduler.outgoing(), SizeIs(2)) << "long before the others worry";
}

TEST(Scheduler, EndsTheJobWithTheCodeOfTheRankThatFailed) {
  Simulation job({.ranks = 4, .tiles_of_pass = {100}, .fails = {{{1, 30}, 3}}});
  job.run();
  ASSERT_TRUE(job.scheduler().failure());
  EXPECT_EQ(job.scheduler().failure()->code, 3);
  EXPECT_EQ(job.scheduler().failure()->text, "rank 1 on host1: tile 30");
  EXPECT_TRUE(job.scheduler().all_left());  // without an abort
  for (const auto& worker : job.workers()) EXPECT_EQ(worker.quit_code(), 3);
}

TEST(Scheduler, RefusesRanksThatCompiledAnotherPlan) {
  Simulation job({.ranks = 4, .tiles_of_pass = {100}, .other_plan = {{2, "another"}}});
  job.run();
  ASSERT_TRUE(job.scheduler().failure());
  EXPECT_EQ(job.scheduler().failure()->code, static_cast<int>(Fault::mistake));
  EXPECT_THAT(job.scheduler().failure()->text, HasSubstr("rank 2 on host2 compiled another plan"));
  EXPECT_EQ(tiles_computed_once(job), 0);
  EXPECT_TRUE(job.scheduler().all_left());
}

void expect_balance(int ranks) {
  // A tenth of the ranks is three times as slow; tiles cost 0.5 to 1.5 s in long runs, as land and sea do.
  const auto seconds = [](int rank, Index tile) {
    const double cost = (tile / 500) % 3 == 0 ? 0.5 : (tile / 500) % 3 == 1 ? 1.0 : 1.5;
    return rank % 10 == 0 ? 3 * cost : cost;
  };
  const Index tiles = 100 * Index{ranks};
  Simulation job({.ranks = ranks, .tiles_of_pass = {tiles}, .tile_seconds = seconds});
  const double time = job.run();
  EXPECT_EQ(tiles_computed_once(job), tiles);
  const double best = static_cast<double>(tiles) / (0.9 * ranks + 0.1 * ranks / 3.0);
  EXPECT_LT(time, 1.25 * best);
}

TEST(Scheduler, BalancesAThousandRanks) { expect_balance(1000); }

TEST(SchedulerAtSize, BalancesTenThousandRanksOverAMillionTiles) { expect_balance(10000); }

}  // namespace
}  // namespace terroir
