#include "pipeline/run/worker.h"

#include <type_traits>
#include <utility>

namespace terroir {

Worker::Worker(int rank, std::string plan_hash, Liveness liveness) : rank_(rank), plan_hash_(std::move(plan_hash)), liveness_(liveness) {}

void Worker::greet(double now) {
  heard_ = looked_ = now;
  send(Hello{plan_hash_}, now);
}

void Worker::receive(const AnyMessage& message, double now) {
  heard_ = now;
  heard_any_ = true;
  if (const auto* start = std::get_if<StartPass>(&message)) {
    pass_ = *start;
    queue_.clear();
    asked_ = own_dry_ = dry_ = false;
    ask_ahead(now);
  } else if (const auto* tiles = std::get_if<Tiles>(&message)) {
    if (!pass_ || tiles->pass != pass_->pass) return;
    asked_ = false;
    own_dry_ = tiles->tiles.empty();
    dry_ = own_dry_ && asked_idle_;
    queue_.insert(queue_.end(), tiles->tiles.begin(), tiles->tiles.end());
    ask_ahead(now);
  } else if (std::holds_alternative<WriteJournal>(message)) {
    must_journal_ = !failed_;
  } else if (const auto* quit = std::get_if<Quit>(&message)) {
    quit_code_ = quit->code;
    queue_.clear();
  }
}

std::optional<TileTask> Worker::start_tile() {
  if (running_ || failed_ || queue_.empty() || !pass_) return std::nullopt;
  TileTask task{pass_->pass, queue_.front(), -1};
  queue_.pop_front();
  if (!queue_.empty()) task.next = queue_.front();
  running_ = true;
  ask_ahead(sent_);
  return task;
}

void Worker::finish_tile(TileResult result, double seconds, double now) {
  running_ = false;
  if (failed_ || !pass_) return;
  send(TileDone{pass_->pass, std::move(result), seconds}, now);
  ask_ahead(now);
}

void Worker::tell_journal_written(double now) {
  must_journal_ = false;
  send(JournalWritten{}, now);
}

void Worker::fail(int code, std::string text, double now) {
  if (failed_) return;
  failed_ = true;
  must_journal_ = false;
  if (!heard_any_) heard_ = now;  // it may not have said hello
  queue_.clear();
  send(Failed{code, std::move(text)}, now);
}

void Worker::leave(Work work, std::uint64_t peak_memory, double now) { send(Bye{std::move(work), peak_memory}, now); }

std::vector<Outgoing> Worker::outgoing() { return std::exchange(outgoing_, {}); }

void Worker::look(double now) noexcept {
  if (now - std::exchange(looked_, now) > liveness_.pause) heard_ = now;
}

bool Worker::lost(double now) const noexcept { return rank_ != 0 && now - heard_ > (heard_any_ ? liveness_.silence : liveness_.greeting); }

void Worker::ask_ahead(double now) {
  if (asked_ || dry_ || failed_ || quit_code_ || queue_.size() > 1) return;
  const bool idle = !running_ && queue_.empty();
  if (own_dry_ && !idle) return;
  asked_ = true;
  asked_idle_ = idle;
  send(WantTiles{pass_->pass, idle}, now);
}

}  // namespace terroir
