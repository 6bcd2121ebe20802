#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace terroir {

/// A message between ranks.
struct Message {
  int from = 0;
  std::vector<std::byte> bytes;
};

/// Two-sided messages between the ranks of a job, all sent and received by one thread. Nothing blocks: no collective, no barrier,
/// so no rank waits for one that failed. Messages between two ranks arrive in the order in which they were sent.
class Communicator {
 public:
  virtual ~Communicator() = default;
  [[nodiscard]] virtual int rank() const noexcept = 0;
  [[nodiscard]] virtual int size() const noexcept = 0;
  /// Names of the ranks' hosts, by rank. Only rank 0 knows them.
  [[nodiscard]] virtual std::vector<std::string> hosts() const = 0;
  /// Ranks on this node, and this rank's place among them.
  [[nodiscard]] virtual int local_size() const noexcept = 0;
  [[nodiscard]] virtual int local_rank() const noexcept = 0;
  /// Processors that the ranks on this node may use together.
  [[nodiscard]] virtual int local_processors() const noexcept { return 1; }
  /// A word that the ranks of this job on this node share, and nobody else has or can guess.
  [[nodiscard]] virtual std::string node_token() const { return ""; }
  virtual void send(int to, std::span<const std::byte> bytes) = 0;
  /// The next message that has arrived, if any.
  [[nodiscard]] virtual std::optional<Message> poll() = 0;
  /// Ends all ranks of the job at once with an exit code. Does not return.
  [[noreturn]] virtual void abort(int exit_code) = 0;
};

}  // namespace terroir
