#pragma once

#include "pipeline/run/job.h"
#include "pipeline/run/journal.h"
#include "pipeline/run/parts.h"
#include "pipeline/run/tile_thread.h"
#include "pipeline/run/worker.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace terroir {

/// What every rank of a job does: joins its worker state machine to a thread that computes and one that writes the journal.
class RankPart {
 public:
  RankPart(std::string plan_hash, JobWorld& world, const JobOptions& options, Mailbox& mailbox);

  /// Its tiles give way to other threads.
  void give_way() { tiles_.give_way(); }
  /// Says hello, or why this rank has no plan.
  void begin();
  void receive(const AnyMessage& message);
  /// Starts tiles, writes the journal when it is time, leaves when rank 0 has said so.
  void step();
  [[nodiscard]] std::vector<Outgoing> outgoing() { return worker_.outgoing(); }

  /// Writes the journal soon.
  void flush();
  /// Stops at the next chunk; the other ranks will, too.
  void stop();
  /// Drops the tile and writes the journal, within some seconds.
  void drop(double seconds);
  /// Ends all tiles with a failure.
  void fail(const JobFailure& failure);

  [[nodiscard]] bool left() const noexcept { return left_; }
  [[nodiscard]] bool computes() const { return !tiles_.idle(); }
  [[nodiscard]] const Worker& worker() const noexcept { return worker_; }
  [[nodiscard]] Work work() const { return tiles_.work(); }

 private:
  void finish_tile(std::uint32_t pass, TileResult result, double seconds);
  void give(const GetPart& wanted);
  void leave();
  [[nodiscard]] Share share_of_node() const;
  void start_flush();
  [[nodiscard]] bool flush_due() const;
  [[nodiscard]] bool all_journaled() const;

  JobWorld& world_;
  const JobOptions& options_;
  Mailbox& mailbox_;
  Worker worker_;
  std::unique_ptr<JournalWriter> journal_;
  double began_, flushed_;
  bool leaving_ = false, flushed_last_ = false, tidied_ = false, left_ = false;
  BackgroundThread journal_thread_, parts_thread_;
  TileThread tiles_;
};

}  // namespace terroir
