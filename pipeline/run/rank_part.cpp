#include "pipeline/run/rank_part.h"

#include "pipeline/error.h"
#include "pipeline/run/parts.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace terroir {
namespace {

/// Seconds between two segments of the journal. A long job needs no more than a sixtieth of its time again when it is killed, and a
/// blob store should not hold a segment for every two seconds of it.
double segment_seconds(double running) { return std::clamp(running / 60, 2.0, 30.0); }

}  // namespace

RankPart::RankPart(std::string plan_hash, JobWorld& world, const JobOptions& options, Mailbox& mailbox)
    : world_(world),
      options_(options),
      mailbox_(mailbox),
      worker_(world.communicator.rank(), std::move(plan_hash), options.liveness),
      began_(steady_seconds()),
      flushed_(began_),
      tiles_(
          world.make_runner, mailbox,
          [this](std::uint32_t pass, TileResult result, double seconds) { finish_tile(pass, std::move(result), seconds); },
          [this](const JobFailure& failure) {
            if (failure.code != static_cast<int>(Fault::interrupted)) fail(failure);
          }) {}

void RankPart::begin() {
  if (options_.stillborn) {
    worker_.fail(options_.stillborn->code, options_.stillborn->text, steady_seconds());
  } else {
    worker_.greet(steady_seconds());
  }
}

void RankPart::receive(const AnyMessage& message) {
  worker_.receive(message, steady_seconds());
  if (const auto* wanted = std::get_if<GetPart>(&message)) give(*wanted);
}

void RankPart::give(const GetPart& wanted) {
  parts_thread_.start([this, wanted] {
    try {
      send_part(*world_.destinations.at(wanted.output).store, wanted,
                [this](PartPiece piece) { mailbox_.post([this, piece = std::move(piece)] { worker_.give(piece, steady_seconds()); }); });
    } catch (...) {
      mailbox_.post([this, failure = failure_of_current_exception()] { fail(failure); });
    }
  });
}

void RankPart::finish_tile(std::uint32_t pass, TileResult result, double seconds) {
  journal_->add(pass, result);
  worker_.finish_tile(std::move(result), seconds, steady_seconds());
}

void RankPart::step() {
  const double now = steady_seconds();
  worker_.look(now);
  if (left_) return;
  if (worker_.quit_code()) return leave();
  if (worker_.sign_due(now)) worker_.sign(work(), world_.peak_memory(), now);
  if (const auto task = worker_.start_tile()) {
    if (!journal_)
      journal_ = std::make_unique<JournalWriter>(*world_.destinations.front().store,
                                                 JournalHeader{worker_.plan_hash(), worker_.pass()->attempt, world_.communicator.rank()});
    tiles_.start(*task, *worker_.pass());
  }
  if (flush_due()) start_flush();
  if (worker_.must_journal() && all_journaled()) worker_.tell_journal_written(now);
}

bool RankPart::flush_due() const {
  const double now = steady_seconds();
  const bool late = now - flushed_ >= segment_seconds(now - began_);
  return journal_ && !worker_.failed() && (late || worker_.dry() || worker_.must_journal()) && journal_thread_.idle() &&
         journal_->pending();
}

bool RankPart::all_journaled() const { return !journal_ || (journal_thread_.idle() && !journal_->pending()); }

void RankPart::start_flush() {
  flushed_ = steady_seconds();
  journal_thread_.start([this] {
    try {
      journal_->flush();
    } catch (...) {
      mailbox_.post([this, failure = failure_of_current_exception()] { fail(failure); });
    }
  });
}

void RankPart::flush() {
  if (journal_) start_flush();
}

void RankPart::stop() {
  tiles_.cancel();
  worker_.fail(static_cast<int>(Fault::interrupted), "interrupted; run the same command again to resume", steady_seconds());
}

void RankPart::fail(const JobFailure& failure) { worker_.fail(failure.code, failure.text, steady_seconds()); }

void RankPart::drop(double seconds) {
  const double until = steady_seconds() + seconds;
  tiles_.cancel();
  tiles_.wait_idle(seconds / 2);
  mailbox_.run_all();
  flush();
  journal_thread_.wait_idle(std::max(0.0, until - steady_seconds()));
}

Share RankPart::share_of_node() const {
  return {static_cast<std::size_t>(world_.communicator.local_rank()), static_cast<std::size_t>(world_.communicator.local_size())};
}

void RankPart::leave() {
  if (!std::exchange(leaving_, true)) tiles_.cancel();
  if (!tiles_.idle()) return;
  mailbox_.run_all();  // the last tile may just have ended
  if (!std::exchange(flushed_last_, true)) flush();
  if (!journal_thread_.idle()) return;
  // All is published. The ranks of a node see the same parts, and share them.
  if (*worker_.quit_code() == 0 && !std::exchange(tidied_, true))
    parts_thread_.start([this] { remove_parts(world_.destinations, options_.liveness.farewell / 2, share_of_node()); });
  if (!parts_thread_.idle()) return;
  worker_.leave(work(), world_.peak_memory(), steady_seconds());
  left_ = true;
}

}  // namespace terroir
