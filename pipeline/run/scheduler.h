#pragma once

#include "pipeline/run/liveness.h"
#include "pipeline/run/messages.h"
#include "pipeline/run/tile_queue.h"

#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace terroir {

/// Whether tiles are handed out as ranks ask for them, or each rank gets its span of the curve at once.
enum class Schedule { dynamic, fixed };

struct SchedulerOptions {
  int ranks = 1;
  Schedule schedule = Schedule::dynamic;
  double batch_seconds = 10;  ///< that a batch of tiles should not take longer than
  Liveness liveness;
  std::vector<std::string> hosts = {};  ///< by rank; may be fewer than ranks
};

/// The tiles of one pass along a curve, and what each (order[i]) is expected to cost.
struct PassTiles {
  std::vector<Index> order;
  std::vector<double> cost;
};

/// Tiles along the Hilbert curve; a tile costs as much as it has pixels.
[[nodiscard]] PassTiles tiles_of(const Pass& pass);
/// The same tiles in an order of which each rank's span is about every `ranks`-th of the curve. What a tile takes (clouds, nodata) is much
/// the same as what its neighbours take, so that ranks have as much to do and steal little, for what a rank has kept of a tile it loses.
[[nodiscard]] PassTiles dealt(const PassTiles& tiles, int ranks);

/// Why a job ended early.
struct JobFailure {
  int code = 0;
  std::string text;
};

/// Rank 0's part: greets the ranks, hands out the tiles of pass after pass, collects their states, ends the job. Knows no clock,
/// files or MPI: times (seconds, of any start) and messages come in as arguments; what it wants sent is fetched by `outgoing`.
class Scheduler {
 public:
  /// Merges the states of a pass; `states[tile]`.
  using Fold = std::function<PassState(std::size_t pass, const std::vector<std::vector<double>>& states)>;

  /// What happens now. In `preparing` and `publishing` the caller has to do that and say when it is done.
  enum class Phase { greeting, preparing, running, publishing, leaving, ended };

  Scheduler(std::vector<PassTiles> passes, std::string plan_hash, SchedulerOptions options, Fold fold);

  /// Counts the time that ranks have for their hello from here.
  void begin(double now);
  void receive(int from, const AnyMessage& message, double now);
  /// To be called again and again: time in which rank 0 did not run is no silence of the others.
  void tick(double now);
  /// A tile that an earlier attempt finished. Before `prepared`; a tile told twice counts once.
  void restore(std::size_t pass, Index tile, std::vector<double> state);
  /// The outputs may be written: the first pass begins.
  void prepared(const std::string& attempt, double now);
  /// There is nothing to do: ranks leave.
  void nothing_to_do(double now);
  /// Whether all tiles stand in the journals, which a rank that is killed later cannot write any more; not before, outputs may be
  /// published.
  [[nodiscard]] bool all_journaled() const noexcept { return phase_ == Phase::publishing && journaled_ == options_.ranks; }
  void published(double now);
  /// The job may be about to be ended, as mpirun does when a rank was killed. From now on silence is suspicious, and for some seconds
  /// no sign of life is sent: Open MPI aborts a rank that sends to one that is gone.
  void grow_wary(double now);
  /// The ranks that have been silent since and for longer than they should be, as "rank 2 on node7".
  [[nodiscard]] std::vector<std::string> missing(double now) const;
  /// Ends the job; the first failure is the one that counts. When all is published already, none does.
  void fail(int code, std::string text, double now);

  [[nodiscard]] std::vector<Outgoing> outgoing();
  [[nodiscard]] Phase phase() const noexcept { return phase_; }
  [[nodiscard]] const std::optional<JobFailure>& failure() const noexcept { return failure_; }
  /// Whether every rank has said bye; if not when the job has ended, they must be aborted.
  [[nodiscard]] bool all_left() const noexcept { return left_ == options_.ranks; }

  /// Whether the last tiles of a pass wait for ranks that have nothing else.
  [[nodiscard]] bool ranks_fall_idle() const noexcept { return phase_ == Phase::running && !queue_.empty() && keeps_for_idle(); }

  [[nodiscard]] std::size_t pass() const noexcept { return pass_; }
  [[nodiscard]] const std::vector<PassState>& states() const noexcept { return states_; }
  [[nodiscard]] Index tiles_total() const noexcept { return tiles_total_; }
  [[nodiscard]] Index tiles_done() const noexcept { return tiles_done_; }
  [[nodiscard]] Index tiles_restored() const noexcept { return tiles_restored_; }
  /// A rank's host, and what it said last of its work and peak memory.
  struct RankFacts {
    std::string host;
    Work work;
    std::uint64_t peak_memory = 0;
  };
  [[nodiscard]] const std::vector<RankFacts>& ranks() const noexcept { return facts_; }

 private:
  struct RankState {
    bool greeted = false, journaled = false, left = false;
    double heard = 0;
  };
  struct PassProgress {
    PassTiles tiles;
    std::vector<std::vector<double>> states;  ///< by tile
    std::vector<bool> done;
    Index left = 0;
  };
  void greet(int from, const Hello& hello, double now);
  void take_failure(int from, const Failed& failed, double now);
  [[nodiscard]] std::string name_of(int rank) const;
  [[nodiscard]] bool keeps_for_idle() const noexcept;
  void hand_out(int to, std::uint32_t pass, bool idle);
  void take_result(int from, const TileDone& done, double now);
  void say_goodbye(int from, const Bye& bye);
  void start_pass(std::size_t pass);
  void finish_passes();
  void quit(int code, double now);
  void allow_for_pause(double now);
  void look_for_silence(double now);
  template <class M>
  void send(int to, M&& message) {
    post(outgoing_, to, std::forward<M>(message));
  }
  void send_all(const AnyMessage& message);

  std::string plan_hash_, attempt_;
  SchedulerOptions options_;
  Fold fold_;
  Phase phase_ = Phase::greeting;
  std::optional<JobFailure> failure_;
  std::vector<Outgoing> outgoing_;
  std::vector<RankState> ranks_;
  std::vector<RankFacts> facts_;
  std::vector<PassProgress> passes_;
  std::vector<PassState> states_;
  std::map<std::size_t, std::vector<double>> fitted_;
  TileQueue queue_;
  Index tiles_of_pass_ = 0;  ///< that were left when it began
  std::size_t pass_ = 0;
  int greeted_ = 0, journaled_ = 0, left_ = 0;
  Index tiles_total_ = 0, tiles_done_ = 0, tiles_restored_ = 0;
  double cost_seen_ = 0, seconds_seen_ = 0;                 ///< of this pass
  std::vector<double> cost_of_;                             ///< of this pass, by tile
  double wary_ = -std::numeric_limits<double>::infinity();  ///< since when
  double ticked_ = 0, beat_ = 0, deadline_ = std::numeric_limits<double>::infinity();
};

}  // namespace terroir
