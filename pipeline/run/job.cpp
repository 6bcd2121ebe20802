#include "pipeline/run/job.h"

#include "pipeline/error.h"
#include "pipeline/run/rank_part.h"
#include "pipeline/run/root_part.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>

namespace terroir {
namespace {

constexpr double kill_seconds = 0.4, errand_seconds = 5;

/// How long a rank that computes sleeps when nothing has come for some seconds: each look takes some microseconds from its tile.
double nap_beside_work(double seconds) { return std::clamp(seconds, 0.0005, 0.004); }

/// Files that are behind when no tile is left are waited for by all. Where each thread has a processor of its own, tiles that this rank
/// does not get to go to others.
bool others_take_tiles(const Communicator& all, Schedule schedule, int threads) {
  return all.size() > 1 && schedule == Schedule::dynamic && all.local_size() * threads <= all.local_processors();
}

/// Waits until rank 0 says to quit, not longer than it may take.
bool told_to_quit(Communicator& communicator) {
  for (const double until = steady_seconds() + errand_seconds; steady_seconds() < until;) {
    const auto message = communicator.poll();
    const auto decoded = message ? decode_message(message->bytes) : std::nullopt;
    if (decoded && std::holds_alternative<Quit>(*decoded)) return true;
    if (!message) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

/// Ends this rank when its own state cannot be trusted any more, once rank 0 knows why.
[[noreturn]] void break_off(JobWorld& world, const JobFailure& failure) {
  if (world.communicator.rank() == 0) {
    world.observer.failed(failure);
    world.communicator.abort(failure.code);
  }
  world.communicator.send(0, encode_message(Failed{failure.code, failure.text}));
  world.communicator.send(0, encode_message(Bye{}));
  const bool told = told_to_quit(world.communicator);
  world.leave(failure.code, told ? "" : failure.text);
  std::abort();
}

class Job {
 public:
  Job(const Plan& plan, JobWorld& world, const JobOptions& options) : world_(world), rank_(plan.hash, world, options, mailbox_) {
    if (world.communicator.rank() != 0) return;
    root_ = std::make_unique<RootPart>(plan, world, options, mailbox_);
    if (root_->makes_files() && others_take_tiles(world.communicator, options.schedule, plan.resources.threads)) rank_.give_way();
  }

  int run() {
    try {
      return take_part();
    } catch (const std::exception&) {
      break_off(world_, failure_of_current_exception());  // here: the end of this object waits for its threads
    }
  }

 private:
  int take_part() {
    if (root_) root_->begin();
    rank_.begin();
    send();  // what rank 0 says of itself comes before what others say
    double active = steady_seconds();
    while (!over()) {
      const bool received = receive();
      const bool worked = mailbox_.run_all();
      obey(world_.signal());
      step();
      const double now = steady_seconds();
      if (send() || received || worked) {
        active = now;
      } else {
        const bool asked_soon = root_ && root_->ranks_fall_idle();
        const double quiet = asked_soon ? 0 : now - active;
        mailbox_.wait(rank_.computes() ? nap_beside_work(quiet) : nap_of_idle(quiet));
      }
    }
    return end();
  }

  [[nodiscard]] bool over() const { return root_ ? root_->ended() : rank_.left(); }

  bool receive() {
    bool any = false;
    while (const auto message = world_.communicator.poll()) {
      any = true;
      const auto decoded = decode_message(message->bytes);
      if (!decoded) {
        rank_.fail({static_cast<int>(Fault::bug), "rank " + std::to_string(message->from) + " sent a message that cannot be read"});
      } else if (root_) {
        root_->receive(message->from, *decoded);
      } else {
        rank_.receive(*decoded);
      }
    }
    return any;
  }

  void step() {
    rank_.step();
    if (root_) root_->step([this] { return rank_.work(); });
    if (!root_ && rank_.worker().lost(steady_seconds())) {
      rank_.drop(kill_seconds);
      world_.leave(static_cast<int>(Fault::system),
                   "rank " + std::to_string(world_.communicator.rank()) + " on " + world_.host + " has lost rank 0 and ends");
    }
  }

  /// Sends what the state machines want sent; what rank 0 says to itself does not travel.
  bool send() {
    bool any = false;
    for (bool more = true; more; any = any || more) {
      more = false;
      for (auto& out : rank_.outgoing()) {
        more = true;
        if (root_) {
          root_->receive(0, out.message);
        } else {
          world_.communicator.send(0, encode_message(std::move(out.message)));
        }
      }
      if (!root_) continue;
      for (auto& out : root_->outgoing()) {
        more = true;
        if (out.to == 0) {
          rank_.receive(out.message);
        } else {
          world_.communicator.send(out.to, encode_message(std::move(out.message)));
        }
      }
    }
    return any;
  }

  void obey(Signal signal) {
    if (signal == Signal::flush) {
      rank_.flush();
      if (root_) root_->grow_wary();  // mpirun sends SIGCONT a second before it ends a job, as when a rank was killed
    }
    if (signal == Signal::stop) rank_.stop();
    if (signal != Signal::kill) return;
    const int code = root_ ? root_->interrupted() : static_cast<int>(Fault::interrupted);
    rank_.drop(kill_seconds);
    world_.leave(code, "");
  }

  int end() {
    if (!root_) return *rank_.worker().quit_code();
    const int code = root_->finish();
    if (!root_->all_left()) {
      rank_.drop(kill_seconds);
      world_.communicator.abort(code);
    }
    // A dead mount holds its callers for ever.
    if (!root_->wait_idle(errand_seconds)) world_.leave(code, "");
    return code;
  }

  JobWorld& world_;
  Mailbox mailbox_;
  std::unique_ptr<RootPart> root_;
  RankPart rank_;
};

}  // namespace

int run_job(const Plan& plan, JobWorld& world, const JobOptions& options) {
  try {
    return Job(plan, world, options).run();
  } catch (const std::exception&) {
    break_off(world, failure_of_current_exception());  // no thread could be started
  }
}

}  // namespace terroir
