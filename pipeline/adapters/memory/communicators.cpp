#include "pipeline/adapters/memory/communicators.h"

#include <unistd.h>

#include <utility>

namespace terroir {
namespace {

std::size_t at(int rank) { return static_cast<std::size_t>(rank); }

std::optional<Message> pop(std::deque<Message>& messages) {
  if (messages.empty()) return std::nullopt;
  Message first = std::move(messages.front());
  messages.pop_front();
  return first;
}

}  // namespace

void SerialCommunicator::send(int, std::span<const std::byte> bytes) { messages_.push_back({0, {bytes.begin(), bytes.end()}}); }

std::optional<Message> SerialCommunicator::poll() { return pop(messages_); }

void SerialCommunicator::abort(int exit_code) { _exit(exit_code); }

class MemoryHub::Rank : public Communicator {
 public:
  Rank(MemoryHub& hub, int rank) : hub_(hub), rank_(rank) {}
  [[nodiscard]] int rank() const noexcept override { return rank_; }
  [[nodiscard]] int size() const noexcept override { return static_cast<int>(hub_.mailboxes_.size()); }
  [[nodiscard]] std::vector<std::string> hosts() const override {
    std::vector<std::string> names;
    for (int r = 0; r < size() && rank_ == 0; ++r) names.push_back("host" + std::to_string(r));
    return names;
  }
  [[nodiscard]] int local_size() const noexcept override { return hub_.own_nodes_ ? 1 : size(); }
  [[nodiscard]] int local_rank() const noexcept override { return hub_.own_nodes_ ? 0 : rank_; }

  void send(int to, std::span<const std::byte> bytes) override {
    const std::lock_guard lock(hub_.mutex_);
    check();
    if (!hub_.cut_[at(rank_)] && !hub_.cut_[at(to)]) hub_.mailboxes_[at(to)].push_back({rank_, {bytes.begin(), bytes.end()}});
  }
  [[nodiscard]] std::optional<Message> poll() override {
    const std::lock_guard lock(hub_.mutex_);
    check();
    return pop(hub_.mailboxes_[at(rank_)]);
  }
  [[noreturn]] void abort(int exit_code) override {
    const std::lock_guard lock(hub_.mutex_);
    hub_.aborted_ = exit_code;
    throw Aborted{exit_code};
  }

 private:
  void check() const {
    if (hub_.aborted_) throw Aborted{*hub_.aborted_};
  }

  MemoryHub& hub_;
  const int rank_;
};

std::unique_ptr<Communicator> MemoryHub::communicator(int rank) { return std::make_unique<Rank>(*this, rank); }

void MemoryHub::cut(int rank) {
  const std::lock_guard lock(mutex_);
  cut_[at(rank)] = true;
}

}  // namespace terroir
