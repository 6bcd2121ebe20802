#pragma once

#include <optional>

namespace terroir {

/// Decides when a running job is asked to stop and when it is ended by force. Time, in seconds, is passed in; what it decides is carried
/// out by whoever asks.
class Supervisor {
 public:
  enum class Action {
    nothing,
    interrupt,  ///< SIGUSR1: ranks stop at their next chunk
    terminate,  ///< SIGTERM
    kill        ///< SIGKILL
  };
  /// Why a job is being ended.
  enum class Reason {
    none,     ///< it is not
    request,  ///< somebody wants it to stop
    timeout,
    hang  ///< it has failed, but mpirun does not end
  };

  /// A job that may take until `timeout_at` and that has `grace` seconds to end once it should.
  Supervisor(double grace, std::optional<double> timeout_at) : grace_(grace), timeout_at_(timeout_at) {}

  /// Somebody wants the job to stop; at the second time, at once.
  void stop(double now);
  /// The job has failed, or its ranks have ended: it should be over within the grace.
  void expect_end(double now);
  /// What is to be done now, each action once.
  [[nodiscard]] Action step(double now);
  [[nodiscard]] Reason reason() const noexcept { return reason_; }
  /// Whether the end was forced.
  [[nodiscard]] bool forced() const noexcept { return done_ == Action::terminate || done_ == Action::kill; }

 private:
  void end_by(double deadline, Reason reason);

  double grace_;
  std::optional<double> timeout_at_;
  std::optional<double> asked_at_;  ///< when the job was asked to stop
  std::optional<double> force_at_;  ///< when SIGTERM, then SIGKILL, is due
  Reason reason_ = Reason::none;
  Action done_ = Action::nothing;
  bool interrupt_due_ = false, at_once_ = false;
};

}  // namespace terroir
