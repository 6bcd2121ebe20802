#include "pipeline/run/job.h"

#include "pipeline/error.h"
#include "pipeline/run/rank_part.h"
#include "pipeline/run/root_part.h"

#include <algorithm>
#include <string>

namespace terroir {
namespace {

constexpr double shortest_nap = 0.0005, longest_nap = 0.004, kill_seconds = 0.4, errand_seconds = 5;

class Job {
 public:
  Job(const Plan& plan, JobWorld& world, const JobOptions& options) : world_(world), rank_(plan.hash, world, options, mailbox_) {
    if (world.communicator.rank() == 0) root_ = std::make_unique<RootPart>(plan, world, options, mailbox_);
  }

  int run() {
    if (root_) root_->begin();
    rank_.begin();
    send();  // what rank 0 says of itself comes before what others say
    double nap = shortest_nap;
    while (!over()) {
      const bool received = receive();
      const bool worked = mailbox_.run_all();
      obey(world_.signal());
      step();
      const bool sent = send();
      nap = received || worked || sent ? shortest_nap : std::min(2 * nap, longest_nap);
      if (!received && !worked && !sent) mailbox_.wait(nap);
    }
    return end();
  }

 private:
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
    if (signal == Signal::flush) rank_.flush();
    if (signal == Signal::stop) rank_.stop();
    if (signal != Signal::kill) return;
    if (root_) root_->interrupted();
    rank_.drop(kill_seconds);
    world_.leave(static_cast<int>(Fault::interrupted), "");
  }

  int end() {
    if (!root_) return *rank_.worker().quit_code();
    const int code = root_->finish();
    if (!root_->all_left()) {
      rank_.drop(kill_seconds);
      world_.communicator.abort(code);
    }
    // A dead mount holds its callers for ever.
    if (code != 0 && !root_->wait_idle(errand_seconds)) world_.leave(code, "");
    return code;
  }

  JobWorld& world_;
  Mailbox mailbox_;
  std::unique_ptr<RootPart> root_;
  RankPart rank_;
};

}  // namespace

int run_job(const Plan& plan, JobWorld& world, const JobOptions& options) { return Job(plan, world, options).run(); }

}  // namespace terroir
