#include "pipeline/run/scheduler.h"

#include "pipeline/error.h"

#include <algorithm>
#include <utility>

namespace terroir {
namespace {

std::size_t at(Index i) { return static_cast<std::size_t>(i); }
std::size_t at(int i) { return static_cast<std::size_t>(i); }

constexpr Index first_batch = 2;  // until it is known how long a tile takes
constexpr Index few_tiles = 8;    // of a rank in a pass
constexpr double wary_seconds = 3;

}  // namespace

PassTiles tiles_of(const Pass& pass) {
  PassTiles tiles{pass.tiles.hilbert_order(), {}};
  tiles.cost.reserve(tiles.order.size());
  for (const Index tile : tiles.order) tiles.cost.push_back(static_cast<double>(pass.tiles[tile].shape().area()));
  return tiles;
}

PassTiles dealt(const PassTiles& tiles, int ranks) {
  PassTiles out;
  const auto step = static_cast<std::size_t>(ranks);
  for (std::size_t rank = 0; rank < step; ++rank)
    for (std::size_t i = rank; i < tiles.order.size(); i += step) {
      out.order.push_back(tiles.order[i]);
      out.cost.push_back(tiles.cost[i]);
    }
  return out;
}

Scheduler::Scheduler(std::vector<PassTiles> passes, std::string plan_hash, SchedulerOptions options, Fold fold)
    : plan_hash_(std::move(plan_hash)), options_(options), fold_(std::move(fold)), ranks_(at(options.ranks)), facts_(at(options.ranks)) {
  for (std::size_t r = 0; r < facts_.size() && r < options_.hosts.size(); ++r) facts_[r].host = options_.hosts[r];
  for (auto& tiles : passes) {
    const std::size_t count = tiles.order.size();
    tiles_total_ += static_cast<Index>(count);
    passes_.push_back({std::move(tiles), std::vector<std::vector<double>>(count), std::vector<bool>(count), static_cast<Index>(count)});
  }
}

void Scheduler::begin(double now) {
  for (auto& rank : ranks_) rank.heard = now;
  ticked_ = beat_ = now;
}

void Scheduler::receive(int from, const AnyMessage& message, double now) {
  ranks_[at(from)].heard = now;
  if (const auto* hello = std::get_if<Hello>(&message)) greet(from, *hello, now);
  if (const auto* want = std::get_if<WantTiles>(&message)) hand_out(from, want->pass, want->idle != 0);
  if (const auto* done = std::get_if<TileDone>(&message)) take_result(from, *done, now);
  if (const auto* alive = std::get_if<Alive>(&message)) {
    facts_[at(from)].work = alive->work;
    facts_[at(from)].peak_memory = alive->peak_memory;
  }
  if (std::holds_alternative<JournalWritten>(message) && !std::exchange(ranks_[at(from)].journaled, true)) ++journaled_;
  if (const auto* bye = std::get_if<Bye>(&message)) say_goodbye(from, *bye);
  if (const auto* failed = std::get_if<Failed>(&message)) take_failure(from, *failed, now);
}

void Scheduler::take_failure(int from, const Failed& failed, double now) {
  ranks_[at(from)].greeted = true;  // its hello will not come
  const bool own_words = options_.ranks == 1 || failed.text.empty() || failed.code == static_cast<int>(Fault::interrupted);
  fail(failed.code, own_words ? failed.text : name_of(from) + ": " + failed.text, now);
}

std::string Scheduler::name_of(int rank) const {
  const std::string& host = facts_[at(rank)].host;
  return "rank " + std::to_string(rank) + (host.empty() ? "" : " on " + host);
}

void Scheduler::grow_wary(double now) {
  wary_ = now;
  beat_ = now + wary_seconds - options_.liveness.beat;
}

std::vector<std::string> Scheduler::missing(double now) const {
  // A rank that is gone may be heard once more: by what it had sent before.
  const double last_words = wary_ + options_.liveness.sign / 2;
  std::vector<std::string> names;
  for (int r = 1; r < options_.ranks; ++r) {
    const auto& rank = ranks_[at(r)];
    if (!rank.left && rank.heard < last_words && now - rank.heard > 2 * options_.liveness.sign) names.push_back(name_of(r));
  }
  return names;
}

void Scheduler::greet(int from, const Hello& hello, double now) {
  auto& rank = ranks_[at(from)];
  if (std::exchange(rank.greeted, true)) return;
  ++greeted_;
  if (hello.plan_hash != plan_hash_)
    fail(static_cast<int>(Fault::mistake),
         name_of(from) +
             " compiled another plan than rank 0; all ranks must run the same program and see the same recipe and inputs: compare "
             "versions and mounts",
         now);
  if (greeted_ == options_.ranks && phase_ == Phase::greeting) phase_ = Phase::preparing;
}

void Scheduler::restore(std::size_t pass, Index tile, std::vector<double> state) {
  if (pass >= passes_.size() || tile < 0 || at(tile) >= passes_[pass].done.size()) return;
  auto& progress = passes_[pass];
  if (progress.done[at(tile)]) return;
  progress.done[at(tile)] = true;
  progress.states[at(tile)] = std::move(state);
  --progress.left;
  ++tiles_done_;
  ++tiles_restored_;
}

void Scheduler::prepared(const std::string& attempt, double) {
  if (phase_ != Phase::preparing) return;
  attempt_ = attempt;
  phase_ = Phase::running;
  finish_passes();
}

void Scheduler::finish_passes() {
  while (pass_ < passes_.size() && passes_[pass_].left == 0) {
    states_.push_back(fold_(pass_, passes_[pass_].states));
    for (const auto& [fit, state] : states_.back().fits) fitted_[fit] = state;
    passes_[pass_] = {};
    ++pass_;
  }
  if (pass_ == passes_.size()) {
    phase_ = Phase::publishing;
    send_all(WriteJournal{});
  } else {
    start_pass(pass_);
  }
}

void Scheduler::start_pass(std::size_t pass) {
  const auto& progress = passes_[pass];
  std::vector<Index> order;
  std::vector<double> cost;
  cost_of_.assign(progress.done.size(), 0.0);
  for (std::size_t i = 0; i < progress.tiles.order.size(); ++i) {
    const Index tile = progress.tiles.order[i];
    if (progress.done[at(tile)]) continue;
    order.push_back(tile);
    cost.push_back(progress.tiles.cost[i]);
    cost_of_[at(tile)] = progress.tiles.cost[i];
  }
  tiles_of_pass_ = static_cast<Index>(order.size());
  queue_ = TileQueue(std::move(order), cost, options_.ranks);
  cost_seen_ = seconds_seen_ = 0;
  send_all(StartPass{static_cast<std::uint32_t>(pass), attempt_, fitted_});
}

/// The last tiles go to ranks that have nothing else: one that waited behind another tile would be the last of all. Where ranks have few
/// tiles, that they read ahead counts for more.
bool Scheduler::keeps_for_idle() const noexcept {
  return options_.ranks > 1 && queue_.left() <= options_.ranks && tiles_of_pass_ >= few_tiles * options_.ranks;
}

void Scheduler::hand_out(int to, std::uint32_t pass, bool idle) {
  if (phase_ != Phase::running || pass != pass_) return;
  if (options_.schedule == Schedule::fixed) return send(to, Tiles{pass, queue_.take_span(to)});
  if (!idle && keeps_for_idle()) return send(to, Tiles{pass, {}});
  const double average = queue_.empty() ? 0 : queue_.average_cost();
  const double most = seconds_seen_ > 0 ? cost_seen_ / seconds_seen_ * options_.batch_seconds : first_batch * average;
  send(to, Tiles{pass, queue_.take(to, most, idle)});
}

void Scheduler::take_result(int from, const TileDone& done, double now) {
  if (phase_ != Phase::running || done.pass != pass_) return;
  auto& progress = passes_[pass_];
  const Index tile = done.result.tile;
  if (tile < 0 || at(tile) >= progress.done.size() || progress.done[at(tile)])
    return fail(static_cast<int>(Fault::bug), "rank " + std::to_string(from) + " finished tile " + std::to_string(tile) + " unasked", now);
  progress.done[at(tile)] = true;
  progress.states[at(tile)] = done.result.state;
  cost_seen_ += cost_of_[at(tile)];
  seconds_seen_ += done.seconds;
  ++tiles_done_;
  if (--progress.left == 0) finish_passes();
}

void Scheduler::say_goodbye(int from, const Bye& bye) {
  auto& rank = ranks_[at(from)];
  if (std::exchange(rank.left, true)) return;
  facts_[at(from)].work = bye.work;
  facts_[at(from)].peak_memory = bye.peak_memory;
  ++left_;
  if (all_left() && phase_ == Phase::leaving) phase_ = Phase::ended;
}

void Scheduler::nothing_to_do(double now) {
  if (phase_ == Phase::preparing) quit(0, now);
}

void Scheduler::published(double now) {
  if (phase_ == Phase::publishing) quit(0, now);
}

void Scheduler::fail(int code, std::string text, double now) {
  if (phase_ == Phase::leaving || phase_ == Phase::ended) return;
  failure_ = {code, std::move(text)};
  quit(code, now);
}

void Scheduler::quit(int code, double now) {
  phase_ = Phase::leaving;
  deadline_ = now + options_.liveness.farewell;
  send_all(Quit{code});
  if (all_left()) phase_ = Phase::ended;
}

/// What the others said meanwhile, if they ran, has not been read yet.
void Scheduler::allow_for_pause(double now) {
  const double gap = now - std::exchange(ticked_, now);
  if (gap <= options_.liveness.pause) return;
  for (auto& rank : ranks_) rank.heard = now;
  deadline_ += gap;
}

void Scheduler::tick(double now) {
  if (phase_ == Phase::ended) return;
  allow_for_pause(now);
  if (now >= deadline_) {
    phase_ = Phase::ended;
    return;
  }
  if (now - beat_ < options_.liveness.beat) return;
  beat_ = now;
  send_all(Alive{});
  look_for_silence(now);
}

void Scheduler::look_for_silence(double now) {
  for (int r = 1; r < options_.ranks; ++r) {
    const auto& rank = ranks_[at(r)];
    const double patience = rank.greeted ? options_.liveness.silence : options_.liveness.greeting;
    if (rank.left || now - rank.heard <= patience) continue;
    fail(static_cast<int>(Fault::system),
         name_of(r) + " has been silent for " + std::to_string(static_cast<int>(now - rank.heard)) +
             " s; the job ends, run the same command again to resume",
         now);
    phase_ = Phase::ended;  // nobody waits for the goodbye of a lost rank
    return;
  }
}

std::vector<Outgoing> Scheduler::outgoing() { return std::exchange(outgoing_, {}); }

void Scheduler::send_all(const AnyMessage& message) {
  for (int r = 0; r < options_.ranks; ++r) send(r, message);
}

}  // namespace terroir
