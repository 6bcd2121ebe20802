#include "pipeline/job/supervisor.h"

#include <algorithm>
#include <utility>

namespace terroir {
namespace {

constexpr double seconds_to_terminate = 2;
// A terminal and the program that runs this one may both pass on one Ctrl-C.
constexpr double seconds_of_one_wish = 0.5;

}  // namespace

void Supervisor::end_by(double deadline, Reason reason) {
  if (!forced()) force_at_ = std::min(force_at_.value_or(deadline), deadline);
  if (reason_ == Reason::none || reason_ == Reason::hang) reason_ = reason;
}

void Supervisor::stop(double now) {
  if (asked_at_ && now - *asked_at_ < seconds_of_one_wish) return;
  if (asked_at_) at_once_ = true;
  if (!asked_at_ && reason_ == Reason::none) interrupt_due_ = true;
  asked_at_ = asked_at_.value_or(now);
  end_by(now + grace_, Reason::request);
}

void Supervisor::expect_end(double now) {
  if (reason_ == Reason::none) end_by(now + grace_, Reason::hang);
}

Supervisor::Action Supervisor::step(double now) {
  if (timeout_at_ && now >= *timeout_at_ && reason_ == Reason::none) {
    asked_at_ = now;
    interrupt_due_ = true;
    end_by(now + grace_, Reason::timeout);
  }
  if (at_once_ || (forced() && force_at_ && now >= *force_at_)) {
    if (done_ == Action::kill) return Action::nothing;
    return done_ = Action::kill;
  }
  if (std::exchange(interrupt_due_, false)) return done_ = Action::interrupt;
  if (force_at_ && !forced() && now >= *force_at_) {
    force_at_ = now + std::min(grace_, seconds_to_terminate);
    return done_ = Action::terminate;
  }
  return Action::nothing;
}

}  // namespace terroir
