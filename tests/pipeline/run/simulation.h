#pragma once

#include "pipeline/run/scheduler.h"
#include "pipeline/run/worker.h"

#include <functional>
#include <map>
#include <optional>
#include <queue>
#include <random>
#include <set>
#include <utility>
#include <vector>

namespace terroir::testing {

/// A job of many ranks in virtual time: the real scheduler and the real workers, messages that take a while, tiles that take as
/// long as `tile_seconds` says. One seed, one course of events.
class Simulation {
 public:
  struct Set {
    int ranks = 4;
    std::vector<Index> tiles_of_pass = {100};
    Schedule schedule = Schedule::dynamic;
    std::function<double(int rank, Index tile)> tile_seconds = [](int, Index) { return 1.0; };
    double latency = 1e-3;  ///< of a message, up to twice as long by chance
    unsigned seed = 1;
    std::map<int, double> dies{};                  ///< when a rank falls silent
    std::map<int, std::string> other_plan{};       ///< ranks that compiled another plan
    std::map<std::pair<int, Index>, int> fails{};  ///< (rank, tile) that end with an exit code
    std::vector<std::pair<std::size_t, Index>> restored{};
  };

  explicit Simulation(Set set)
      : set_(std::move(set)),
        random_(set_.seed),
        scheduler_(passes(), "plan", {set_.ranks, set_.schedule, 10, liveness(), hosts()},
                   [this](std::size_t pass, const std::vector<std::vector<double>>& states) { return fold(pass, states); }) {
    for (int r = 0; r < set_.ranks; ++r) workers_.emplace_back(r, set_.other_plan.contains(r) ? set_.other_plan[r] : "plan", liveness());
    arrival_.resize(static_cast<std::size_t>(2 * set_.ranks));
    by_rank.resize(static_cast<std::size_t>(set_.ranks));
    for (const Index count : set_.tiles_of_pass) computed.emplace_back(static_cast<std::size_t>(count));
  }

  /// Goes on until the job has ended, but not beyond `limit` seconds, and returns the time.
  double run(double limit = 1e6) {
    if (!std::exchange(begun_, true)) begin();
    while (!events_.empty() && events_.top().time <= limit && scheduler_.phase() != Scheduler::Phase::ended) {
      now_ = events_.top().time;
      const auto action = std::move(const_cast<Event&>(events_.top()).action);
      events_.pop();
      action();
    }
    return now_;
  }

  [[nodiscard]] const Scheduler& scheduler() const { return scheduler_; }
  [[nodiscard]] const std::vector<Worker>& workers() const { return workers_; }
  std::vector<std::vector<int>> computed;   ///< how often, by pass and tile
  std::vector<std::vector<Index>> by_rank;  ///< tiles in the order in which a rank computed them
  std::vector<double> sums;                 ///< of each pass: the sum of its tiles' states

 private:
  struct Event {
    double time;
    std::uint64_t number;
    std::function<void()> action;
    bool operator<(const Event& b) const { return std::pair(time, number) > std::pair(b.time, b.number); }
  };

  void begin() {
    scheduler_.begin(now_);
    at(0, [this] { tick_scheduler(); });
    for (int r = 0; r < set_.ranks; ++r) {
      if (dead(r)) continue;
      workers_[static_cast<std::size_t>(r)].greet(now_);
      at(0, [this, r] { tick_worker(r); });
      settle(r);
    }
  }

  void at(double delay, std::function<void()> action) { events_.push({now_ + delay, number_++, std::move(action)}); }
  [[nodiscard]] bool dead(int rank) const {
    const auto found = set_.dies.find(rank);
    return found != set_.dies.end() && now_ >= found->second;
  }
  double latency() { return set_.latency * std::uniform_real_distribution(1.0, 2.0)(random_); }

  [[nodiscard]] Liveness liveness() const {
    Liveness out;
    out.sign = sign_seconds(set_.ranks);
    return out;
  }

  [[nodiscard]] std::vector<std::string> hosts() const {
    std::vector<std::string> names;
    for (int r = 0; r < set_.ranks; ++r) names.push_back("host" + std::to_string(r));
    return names;
  }

  std::vector<PassTiles> passes() {
    std::vector<PassTiles> all;
    for (const Index count : set_.tiles_of_pass) {
      PassTiles tiles;
      for (Index i = 0; i < count; ++i) tiles.order.push_back(i);
      tiles.cost.assign(static_cast<std::size_t>(count), 1.0);
      all.push_back(std::move(tiles));
    }
    return all;
  }

  PassState fold(std::size_t pass, const std::vector<std::vector<double>>& states) {
    double sum = 0;
    for (const auto& state : states) sum += state.at(0);
    sums.push_back(sum);
    PassState folded;
    folded.fits[pass] = {sum};
    return folded;
  }

  void tick_scheduler() {
    if (dead(0)) return;
    scheduler_.tick(now_);
    settle_scheduler();
    at(0.5, [this] { tick_scheduler(); });
  }

  void tick_worker(int rank) {
    if (dead(rank)) return;
    auto& worker = workers_[static_cast<std::size_t>(rank)];
    worker.look(now_);
    if (worker.sign_due(now_)) worker.sign({}, 0, now_);
    settle(rank);
    at(1, [this, rank] { tick_worker(rank); });
  }

  void settle_scheduler() {
    if (scheduler_.phase() == Scheduler::Phase::preparing) {
      for (const auto& [pass, tile] : set_.restored) scheduler_.restore(pass, tile, {static_cast<double>(tile)});
      scheduler_.prepared("attempt", now_);
    }
    if (scheduler_.all_journaled()) scheduler_.published(now_);
    for (auto& out : scheduler_.outgoing()) {
      // Encoded and decoded on its way, as every message is.
      auto bytes = encode_message(std::move(out.message));
      at(latency_in_order(0, out.to), [this, to = out.to, bytes = std::move(bytes)] {
        if (dead(to)) return;
        workers_[static_cast<std::size_t>(to)].receive(*decode_message(bytes), now_);
        settle(to);
      });
    }
  }

  void settle(int rank) {
    auto& worker = workers_[static_cast<std::size_t>(rank)];
    if (worker.must_journal()) worker.tell_journal_written(now_);
    if (worker.quit_code() && !left_.contains(rank)) {
      left_.insert(rank);
      worker.leave({}, 1, now_);
    }
    if (auto task = worker.start_tile()) {
      at(set_.tile_seconds(rank, task->tile), [this, rank, task = *task] { finish(rank, task); });
    }
    for (auto& out : worker.outgoing()) {
      auto bytes = encode_message(std::move(out.message));
      at(latency_in_order(rank, 0), [this, rank, bytes = std::move(bytes)] {
        if (dead(0)) return;
        scheduler_.receive(rank, *decode_message(bytes), now_);
        settle_scheduler();
      });
    }
  }

  void finish(int rank, const TileTask& task) {
    if (dead(rank)) return;
    auto& worker = workers_[static_cast<std::size_t>(rank)];
    if (const auto fault = set_.fails.find({rank, task.tile}); fault != set_.fails.end()) {
      worker.fail(fault->second, "tile " + std::to_string(task.tile), now_);
    } else {
      ++computed[task.pass][static_cast<std::size_t>(task.tile)];
      by_rank[static_cast<std::size_t>(rank)].push_back(task.tile);
      worker.finish_tile({task.tile, {}, {static_cast<double>(task.tile)}}, set_.tile_seconds(rank, task.tile), now_);
    }
    settle(rank);
  }

  /// Messages between two ranks do not overtake each other.
  double latency_in_order(int from, int to) {
    double& last = arrival_[static_cast<std::size_t>(from == 0 ? to : set_.ranks + from)];
    last = std::max(last, now_ + latency());
    return last - now_;
  }

  Set set_;
  std::mt19937 random_;
  Scheduler scheduler_;
  std::vector<Worker> workers_;
  std::set<int> left_;
  std::vector<double> arrival_;  ///< of the last message from rank 0 to each, then from each to rank 0
  std::priority_queue<Event> events_;
  std::uint64_t number_ = 0;
  double now_ = 0;
  bool begun_ = false;
};

}  // namespace terroir::testing
