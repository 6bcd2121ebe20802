#include "pipeline/run/root_part.h"

#include "kernels/value.h"
#include "pipeline/error.h"
#include "pipeline/run/rank_part.h"
#include "pipeline/run/tile_thread.h"
#include "tiling/large_memory.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace terroir {
namespace {

constexpr double progress_seconds = 0.2;

std::vector<PassTiles> tiles_of_passes(const Plan& plan, int ranks) {
  std::vector<PassTiles> tiles;
  for (const auto& pass : plan.passes) tiles.push_back(plan.deals ? dealt(tiles_of(pass), ranks) : tiles_of(pass));
  return tiles;
}

/// The order in which a file takes the tiles of a pass: of four stretches of the curve in turn. Each rank computes a stretch, and a file
/// that followed the curve would have most of them still to take when many ranks are done; the order may not depend on how many. Four
/// ranks leave nothing to the end; one rank takes most in its last quarter, eight have half of the tiles left.
std::vector<Index> order_of_taking(const std::vector<Index>& curve) {
  constexpr std::size_t stretches = 4;
  const std::size_t count = curve.size(), longest = (count + stretches - 1) / stretches;
  std::vector<Index> order;
  for (std::size_t i = 0; i < longest; ++i)
    for (std::size_t k = 0; k < stretches; ++k) {
      const std::size_t begin = k * count / stretches, end = (k + 1) * count / stretches;
      if (begin + i < end) order.push_back(curve[begin + i]);
    }
  return order;
}

SchedulerOptions scheduler_options(const JobWorld& world, const JobOptions& options) {
  return {world.communicator.size(), options.schedule, options.batch_seconds, options.liveness, world.communicator.hosts()};
}

}  // namespace

RootPart::RootPart(const Plan& plan, JobWorld& world, const JobOptions& options, Mailbox& mailbox)
    : plan_(plan),
      world_(world),
      options_(options),
      mailbox_(mailbox),
      scheduler_(tiles_of_passes(plan, world.communicator.size()), plan.hash, scheduler_options(world, options),
                 [this](std::size_t pass, const std::vector<std::vector<double>>& states) { return fold(plan_, pass, states); }),
      began_(steady_seconds()),
      parts_(plan, world.destinations, mailbox),
      rivals_(world.destinations, options.prepare.attempt) {
  for (const auto& pass : plan.passes)
    for (const std::size_t output : pass.outputs)
      if (world.destinations[output].sink->makes_files()) takers_.push_back({output, order_of_taking(tiles_of(pass).order)});
}

void RootPart::begin() { scheduler_.begin(steady_seconds()); }

void RootPart::receive(int from, const AnyMessage& message) {
  if (const auto* done = std::get_if<TileDone>(&message)) {
    parts_.note(done->pass, from, done->result);
    offer_tiles();
  }
  if (const auto* piece = std::get_if<PartPiece>(&message)) parts_.receive(*piece);
  scheduler_.receive(from, message, steady_seconds());
}

std::vector<Outgoing> RootPart::outgoing() {
  auto out = scheduler_.outgoing();
  for (auto& wanted : parts_.outgoing()) out.push_back(std::move(wanted));
  return out;
}

void RootPart::fail(const JobFailure& failure) { scheduler_.fail(failure.code, failure.text, steady_seconds()); }

void RootPart::grow_wary() { scheduler_.grow_wary(steady_seconds()); }

int RootPart::interrupted() {
  JobFailure failure{static_cast<int>(Fault::interrupted), "interrupted; run the same command again to resume"};
  if (const auto missing = scheduler_.missing(steady_seconds()); !missing.empty())
    failure = {static_cast<int>(Fault::system), list_words(missing, "and") + (missing.size() == 1 ? " is" : " are") +
                                                    " lost, perhaps killed for want of memory; run the same command again to resume"};
  if (!std::exchange(told_, true)) world_.observer.failed(failure);
  return failure.code;
}

void RootPart::step(const std::function<Work()>& own) {
  const double now = steady_seconds();
  scheduler_.tick(now);
  if (scheduler_.phase() == Scheduler::Phase::preparing && !std::exchange(preparing_, true)) prepare();
  if (scheduler_.all_journaled() && !std::exchange(publishing_, true)) publish();
  if (scheduler_.failure()) parts_.cancel();
  if (scheduler_.failure() && !std::exchange(told_, true)) world_.observer.failed(*scheduler_.failure());
  if (scheduler_.phase() == Scheduler::Phase::running) look_for_rivals(now);
  if (now - shown_ >= progress_seconds) show(now, own);
}

void RootPart::show(double now, const std::function<Work()>& own) {
  if (scheduler_.phase() == Scheduler::Phase::running) {
    shown_ = now;
    const Work mine = own();
    world_.observer.progress(progress(&mine));
  } else if (scheduler_.phase() == Scheduler::Phase::publishing) {
    shown_ = now;
    PublishProgress files{0, 0, now - began_};
    for (std::size_t output = 0; output < published_.size(); ++output) {
      if (published_[output]) continue;
      const PartCollector::Amount amount = parts_.amount(output);
      files.bytes_done += amount.read;
      files.bytes_total += amount.known;
    }
    world_.observer.publishing(files);
  }
}

void RootPart::prepare() {
  errands_.start([this] {
    try {
      rivals_.begin();
      auto preparation = std::make_shared<Preparation>(prepare_outputs(plan_, world_.destinations, options_.prepare));
      rivals_.join();
      mailbox_.post([this, preparation] { accept(*preparation); });
    } catch (...) {
      mailbox_.post([this, failure = failure_of_current_exception()] { fail(failure); });
    }
  });
}

void RootPart::accept(const Preparation& preparation) {
  for (const auto& note : preparation.notes) world_.observer.note(note);
  published_ = preparation.published;
  nothing_to_do_ = preparation.nothing_to_do;
  if (nothing_to_do_) return scheduler_.nothing_to_do(steady_seconds());
  for (const auto& entry : preparation.tiles) {
    parts_.note(entry.pass, 0, entry.result);
    scheduler_.restore(entry.pass, entry.result.tile, entry.result.state);
  }
  offer_tiles();
  scheduler_.prepared(options_.prepare.attempt, steady_seconds());
}

void RootPart::look_for_rivals(double now) {
  if (now - looked_ < options_.rival_seconds) return;
  looked_ = now;
  errands_.start([this] {
    try {
      rivals_.look_after(options_.rival_seconds);
    } catch (...) {
      mailbox_.post([this, failure = failure_of_current_exception()] { fail(failure); });
    }
  });
}

/// In one order, so that files do not depend on who was first.
void RootPart::offer_tiles() {
  for (auto& taker : takers_) {
    if (published_[taker.output]) continue;
    for (; taker.given < taker.order.size() && parts_.knows({taker.output, 0, taker.order[taker.given]}); ++taker.given) give(taker);
  }
}

void RootPart::give(const Taker& taker) {
  const std::size_t next = std::min(taker.given + 1, taker.order.size() - 1);
  errands_.start([this, output = taker.output, tile = taker.order[taker.given], next_tile = taker.order[next]] {
    if (refused_) return;
    try {
      rivals_.look_after(options_.rival_seconds);
      OutputParts parts(parts_, output, next_tile);
      world_.destinations[output].sink->take(tile, parts);
    } catch (...) {
      refused_ = true;
      mailbox_.post([this, failure = failure_of_current_exception()] { fail(failure); });
    }
  });
}

void RootPart::publish() {
  errands_.start([this] {
    if (refused_) return;
    try {
      for (std::size_t output = 0; output < world_.destinations.size(); ++output)
        if (!published_[output]) publish(output);
      rivals_.look();  // whose parts are removed next?
      mailbox_.post([this] { scheduler_.published(steady_seconds()); });
    } catch (...) {
      mailbox_.post([this, failure = failure_of_current_exception()] { fail(failure); });
    }
  });
}

void RootPart::publish(std::size_t output) {
  rivals_.look();
  OutputParts parts(parts_, output);
  for (const auto& state : scheduler_.states()) {
    const auto found = state.statistics.find(output);
    if (found == state.statistics.end()) continue;
    const auto files = world_.destinations[output].sink->publish(found->second, parts);
    if (world_.destinations[output].sink->makes_files())
      for (const auto& file : files) file_bytes_ += file.bytes;
    note_published(plan_, world_.destinations[output], options_.prepare.attempt, files);
    trim_memory();  // of libraries, for the next output
  }
}

JobProgress RootPart::progress(const Work* own) const {
  JobProgress out;
  out.pass = std::min(scheduler_.pass(), plan_.passes.empty() ? 0 : plan_.passes.size() - 1);
  out.passes = plan_.passes.size();
  out.tiles_done = scheduler_.tiles_done();
  out.tiles_total = scheduler_.tiles_total();
  out.tiles_restored = scheduler_.tiles_restored();
  if (own != nullptr) out.peak_memory = world_.peak_memory();
  for (std::size_t r = 0; r < scheduler_.ranks().size(); ++r) {
    add_work(out.work, r == 0 && own ? *own : scheduler_.ranks()[r].work);
    out.peak_memory = std::max(out.peak_memory, scheduler_.ranks()[r].peak_memory);
  }
  out.seconds = steady_seconds() - began_;
  return out;
}

int RootPart::finish() {
  // Ranks have removed parts while they left: what is there still was too much for that.
  if (publishing_ && !scheduler_.failure()) {
    errands_.start([this] { remove_parts(world_.destinations, options_.liveness.farewell); });
    (void)errands_.wait_idle(options_.liveness.farewell);
  }
  if (scheduler_.failure() && !std::exchange(told_, true)) world_.observer.failed(*scheduler_.failure());
  world_.observer.ended(
      {progress(nullptr), options_.prepare.attempt, scheduler_.ranks(), file_bytes_, nothing_to_do_, scheduler_.failure()});
  return scheduler_.failure() ? scheduler_.failure()->code : 0;
}

}  // namespace terroir
