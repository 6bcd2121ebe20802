#pragma once

#include "pipeline/run/liveness.h"
#include "pipeline/run/messages.h"

#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace terroir {

/// What a rank is to compute now; `next` (or -1) follows and may be read ahead.
struct TileTask {
  std::uint32_t pass = 0;
  Index tile = 0, next = -1;
};

/// The part of a rank that talks to rank 0: asks for tiles ahead, says what is done. Knows no clock, threads or MPI: times
/// (seconds, of any start) and messages come in as arguments; what it wants sent is fetched by `outgoing`.
class Worker {
 public:
  Worker(int rank, std::string plan_hash, Liveness liveness = {});

  /// Says hello to rank 0.
  void greet(double now);
  void receive(const AnyMessage& message, double now);
  /// Whether it is time for a sign of life; then `sign`.
  [[nodiscard]] bool sign_due(double now) const noexcept { return now - sent_ >= liveness_.sign; }
  void sign(Work work, std::uint64_t peak_memory, double now) { send(Alive{std::move(work), peak_memory}, now); }
  /// The tile to start, when none is running and one is there.
  [[nodiscard]] std::optional<TileTask> start_tile();
  void finish_tile(TileResult result, double seconds, double now);
  /// Sends a piece of a part that rank 0 has asked for.
  void give(PartPiece piece, double now) { send(std::move(piece), now); }
  /// Whether rank 0 waits for this rank's journal; then `tell_journal_written` once it stands.
  [[nodiscard]] bool must_journal() const noexcept { return must_journal_; }
  void tell_journal_written(double now);
  /// Tells rank 0 that this rank cannot go on; it will be told to quit.
  void fail(int code, std::string text, double now);
  /// The last message.
  void leave(Work work, std::uint64_t peak_memory, double now);

  [[nodiscard]] std::vector<Outgoing> outgoing();
  [[nodiscard]] const std::string& plan_hash() const noexcept { return plan_hash_; }
  /// The pass that is running here, once it began.
  [[nodiscard]] const std::optional<StartPass>& pass() const noexcept { return pass_; }
  /// Whether this rank has done all that it will get of the pass.
  [[nodiscard]] bool dry() const noexcept { return dry_ && !running_ && queue_.empty(); }
  /// Whether it has told rank 0 that it cannot go on.
  [[nodiscard]] bool failed() const noexcept { return failed_; }
  /// The exit code, once rank 0 has said to end.
  [[nodiscard]] std::optional<int> quit_code() const noexcept { return quit_code_; }
  /// To be called again and again: time in which this rank did not run is no silence of rank 0.
  void look(double now) noexcept;
  /// Whether rank 0 has been silent for too long.
  [[nodiscard]] bool lost(double now) const noexcept;

 private:
  template <class M>
  void send(M&& message, double now) {
    post(outgoing_, 0, std::forward<M>(message));
    sent_ = now;
  }
  void ask_ahead(double now);

  int rank_;
  std::string plan_hash_;
  Liveness liveness_;
  std::vector<Outgoing> outgoing_;
  std::optional<StartPass> pass_;
  std::deque<Index> queue_;
  bool must_journal_ = false;
  bool running_ = false, asked_ = false, asked_idle_ = false, own_dry_ = false, dry_ = false, failed_ = false, heard_any_ = false;
  std::optional<int> quit_code_;
  double sent_ = 0, heard_ = 0, looked_ = 0;
};

}  // namespace terroir
