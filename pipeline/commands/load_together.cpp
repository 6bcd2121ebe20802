#include "pipeline/commands/load_together.h"

#include "pipeline/adapters/process/machine.h"
#include "pipeline/commands/signals.h"
#include "pipeline/error.h"
#include "pipeline/run/background.h"
#include "pipeline/run/header_openers.h"

#include <chrono>
#include <cmath>
#include <exception>
#include <thread>

namespace terroir {
namespace {

Party party_of(const Communicator& comm) {
  return {comm.size(), comm.local_size(), comm.size() == 1 ? allowed_processors() : comm.local_processors()};
}

/// Sends what has been noted to all other ranks at its end, whatever that is.
class HeaderSender {
 public:
  explicit HeaderSender(Communicator& comm) : comm_(comm) {}
  HeaderSender(const HeaderSender&) = delete;
  HeaderSender& operator=(const HeaderSender&) = delete;
  ~HeaderSender() {
    const auto message = encode_headers(std::move(headers_));
    for (int rank = 1; rank < comm_.size(); ++rank) comm_.send(rank, message);
  }
  [[nodiscard]] Headers& headers() noexcept { return headers_; }

 private:
  Communicator& comm_;
  Headers headers_;
};

/// The first message of rank 0.
Headers receive_headers(Communicator& comm, double patience) {
  const double start = steady_seconds();
  for (double waited = 0; waited < patience; waited = steady_seconds() - start) {
    if (const auto message = comm.poll()) {
      if (auto headers = decode_headers(message->bytes)) return std::move(*headers);
      throw Error(Fault::system, "what rank 0 says is not understood; all ranks must run the same program: compare versions");
    }
    if (const Signal signal = take_signal(); signal == Signal::stop || signal == Signal::kill)
      throw Error(Fault::interrupted, "interrupted; run the same command again");
    std::this_thread::sleep_for(std::chrono::duration<double>(nap_of_idle(waited)));
  }
  throw Error(Fault::system, "rank 0 has not told the headers of the inputs within " + std::to_string(std::lround(patience)) +
                                 " s; see what it says, and whether its storage is slow");
}

}  // namespace

LoadedPlan load_together(const RecipeOptions& options, Communicator& comm, double patience) {
  const Party party = party_of(comm);
  if (comm.size() == 1) return load_plan(options, party);
  if (comm.rank() == 0) {
    HeaderSender sender(comm);
    return load_plan(options, party, [&](auto opener) { return std::make_unique<RecordingOpener>(std::move(opener), sender.headers()); });
  }
  // Rank 0 is reading headers meanwhile: all that needs none is done before they are waited for. They come in any case, once.
  bool asked = false;
  const auto replay = [&](auto opener) {
    asked = true;
    return std::make_unique<ReplayingOpener>(receive_headers(comm, patience), std::move(opener));
  };
  std::exception_ptr failure;
  LoadedPlan loaded;
  try {
    loaded = load_plan(options, party, replay);
  } catch (...) {
    failure = std::current_exception();
  }
  if (!asked) (void)receive_headers(comm, patience);
  if (failure) std::rethrow_exception(failure);
  return loaded;
}

}  // namespace terroir
