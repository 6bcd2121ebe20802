#pragma once

#include "pipeline/ports/communicator.h"
#include "pipeline/ports/token.h"

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace terroir {

/// The only rank of a job: no MPI is started. `abort` ends the process.
class SerialCommunicator : public Communicator {
 public:
  explicit SerialCommunicator(std::string host = "") : host_(std::move(host)) {}
  [[nodiscard]] int rank() const noexcept override { return 0; }
  [[nodiscard]] int size() const noexcept override { return 1; }
  [[nodiscard]] std::vector<std::string> hosts() const override { return {host_}; }
  [[nodiscard]] int local_size() const noexcept override { return 1; }
  [[nodiscard]] int local_rank() const noexcept override { return 0; }
  [[nodiscard]] std::string node_token() const override { return token_; }
  void send(int to, std::span<const std::byte> bytes) override;
  [[nodiscard]] std::optional<Message> poll() override;
  [[noreturn]] void abort(int exit_code) override;

 private:
  const std::string host_, token_ = token_text(new_token());
  std::deque<Message> messages_;
};

/// The ranks of a job as threads of one process, on hosts "host0", "host1", ...: for tests of whole jobs. Must outlive its
/// communicators.
class MemoryHub {
 public:
  /// Thrown by `abort`, and by every call of the other ranks from then on.
  struct Aborted {
    int exit_code = 0;
  };

  /// `own_nodes`: each rank is on a node of its own; else all are on one.
  explicit MemoryHub(int ranks, bool own_nodes = false)
      : own_nodes_(own_nodes), mailboxes_(static_cast<std::size_t>(ranks)), cut_(static_cast<std::size_t>(ranks)) {}
  [[nodiscard]] std::unique_ptr<Communicator> communicator(int rank);
  /// From now on nothing reaches a rank, and nothing that it sends arrives.
  void cut(int rank);

 private:
  class Rank;
  const bool own_nodes_;
  std::mutex mutex_;
  std::vector<std::deque<Message>> mailboxes_;
  std::vector<bool> cut_;
  std::optional<int> aborted_;
};

}  // namespace terroir
