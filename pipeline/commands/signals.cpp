#include "pipeline/commands/signals.h"

#include "pipeline/error.h"

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <string_view>

namespace terroir {
namespace {

std::atomic<int> pending{static_cast<int>(Signal::nothing)};

/// Keeps the more urgent of two wishes. Lock-free atomics may be used in a handler.
void raise_to(Signal wish) noexcept {
  int now = pending.load();
  while (now < static_cast<int>(wish) && !pending.compare_exchange_weak(now, static_cast<int>(wish))) {
  }
}

std::atomic<bool> polled{false}, speaks{false};

/// Before somebody asks for signals nothing has been written yet: the process may just end.
[[noreturn]] void end_at_once() noexcept {
  constexpr std::string_view text = "terroir: interrupted before the job began; run the same command again\n";
  [[maybe_unused]] const ssize_t written = speaks ? ::write(STDERR_FILENO, text.data(), text.size()) : 0;
  _exit(static_cast<int>(Fault::interrupted));
}

extern "C" void on_signal(int number) {
  if (!polled && number != SIGCONT) end_at_once();
  raise_to(number == SIGUSR1 ? Signal::stop : number == SIGCONT ? Signal::flush : Signal::kill);
}

}  // namespace

void watch_signals(bool first) {
  speaks = first;
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  for (const int number : {SIGUSR1, SIGTERM, SIGINT, SIGCONT}) sigaction(number, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);  // a reader of the progress that is gone ends no run
}

Signal take_signal() noexcept {
  polled = true;
  return static_cast<Signal>(pending.exchange(static_cast<int>(Signal::nothing)));
}

}  // namespace terroir
