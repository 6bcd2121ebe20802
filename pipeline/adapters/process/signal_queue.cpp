#include "pipeline/adapters/process/signal_queue.h"

#include <sys/signalfd.h>

namespace terroir {
namespace {

bool ignored(int number) {
  struct sigaction action {};
  return sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace

SignalQueue::SignalQueue(const std::vector<int>& signals, const std::vector<int>& optional) {
  sigset_t all;
  sigemptyset(&all);
  for (const int number : signals) sigaddset(&all, number);
  for (const int number : optional)
    if (!ignored(number)) sigaddset(&all, number);
  sigprocmask(SIG_BLOCK, &all, &before_);
  descriptor_ = Descriptor(signalfd(-1, &all, SFD_NONBLOCK | SFD_CLOEXEC));
}

SignalQueue::~SignalQueue() {
  while (take()) {
  }
  sigprocmask(SIG_SETMASK, &before_, nullptr);
}

std::optional<int> SignalQueue::take() {
  signalfd_siginfo info{};
  if (::read(descriptor_.get(), &info, sizeof info) != static_cast<ssize_t>(sizeof info)) return std::nullopt;
  return static_cast<int>(info.ssi_signo);
}

}  // namespace terroir
