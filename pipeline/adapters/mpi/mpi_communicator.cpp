#include "pipeline/adapters/mpi/mpi_communicator.h"

#include "pipeline/error.h"
#include "pipeline/ports/token.h"

#include <mpi.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <iostream>
#include <mutex>
#include <thread>

namespace terroir {
namespace {

constexpr int tag = 1;

/// Waits by hand for a request: a blocking call would burn the core that computes.
struct Sending {
  std::vector<std::byte> bytes;
  MPI_Request request = MPI_REQUEST_NULL;
};

/// Lets small messages go at once on every TCP connection of this process. Open MPI 4.1 says goodbye to its launcher in four of them and
/// leaves Nagle's algorithm on: the second would wait 40 ms for the delayed acknowledgement of the first.
void send_without_delay() noexcept {
  std::error_code ended;
  for (std::filesystem::directory_iterator entry("/proc/self/fd", ended), end; !ended && entry != end; entry.increment(ended)) {
    const int on = 1;
    setsockopt(std::atoi(entry->path().filename().c_str()), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // others refuse it
  }
}

class MpiCommunicator final : public Communicator {
 public:
  MpiCommunicator() {
    int provided = MPI_THREAD_SINGLE;
    if (MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS || provided < MPI_THREAD_FUNNELED)
      throw Error(Fault::system, "MPI did not start with MPI_THREAD_FUNNELED; check that mpirun and libmpi are of one Open MPI");
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &size_);
    MPI_Comm node = MPI_COMM_NULL;
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &node);
    MPI_Comm_rank(node, &local_rank_);
    MPI_Comm_size(node, &local_size_);
    share_processors(node);
    share_token(node);
    MPI_Comm_free(&node);
    name_hosts();
  }
  ~MpiCommunicator() override {
    while (!sent()) {
    }
    send_without_delay();
    MPI_Finalize();
  }
  MpiCommunicator(const MpiCommunicator&) = delete;
  MpiCommunicator& operator=(const MpiCommunicator&) = delete;

  [[nodiscard]] int rank() const noexcept override { return rank_; }
  [[nodiscard]] int size() const noexcept override { return size_; }
  [[nodiscard]] std::vector<std::string> hosts() const override { return hosts_; }
  [[nodiscard]] int local_size() const noexcept override { return local_size_; }
  [[nodiscard]] int local_rank() const noexcept override { return local_rank_; }
  [[nodiscard]] int local_processors() const noexcept override { return local_processors_; }
  [[nodiscard]] std::string node_token() const override { return token_text(token_); }

  void send(int to, std::span<const std::byte> bytes) override {
    sending_.push_back({{bytes.begin(), bytes.end()}, MPI_REQUEST_NULL});
    Sending& last = sending_.back();
    MPI_Isend(last.bytes.data(), static_cast<int>(last.bytes.size()), MPI_BYTE, to, tag, MPI_COMM_WORLD, &last.request);
  }

  std::optional<Message> poll() override {
    (void)sent();
    // Open MPI looks first and makes progress afterwards: the second look sees what the first one fetched.
    int there = 0;
    MPI_Message message = MPI_MESSAGE_NULL;
    MPI_Status status;
    for (int look = 0; look < 2 && there == 0; ++look) MPI_Improbe(MPI_ANY_SOURCE, tag, MPI_COMM_WORLD, &there, &message, &status);
    if (there == 0) return std::nullopt;
    int count = 0;
    MPI_Get_count(&status, MPI_BYTE, &count);
    Message received{status.MPI_SOURCE, std::vector<std::byte>(static_cast<std::size_t>(count))};
    MPI_Mrecv(received.bytes.data(), count, MPI_BYTE, &message, MPI_STATUS_IGNORE);
    return received;
  }

  [[noreturn]] void abort(int exit_code) override {
    MPI_Abort(MPI_COMM_WORLD, exit_code);
    std::_Exit(exit_code);
  }

 private:
  /// Counts the processors in the masks of all ranks of this node together.
  void share_processors(MPI_Comm node) {
    cpu_set_t mask;
    CPU_ZERO(&mask);
    sched_getaffinity(0, sizeof mask, &mask);
    MPI_Allreduce(MPI_IN_PLACE, &mask, static_cast<int>(sizeof mask), MPI_BYTE, MPI_BOR, node);
    local_processors_ = std::max(1, CPU_COUNT(&mask));
  }

  void share_token(MPI_Comm node) {
    token_ = new_token();
    MPI_Bcast(&token_, 1, MPI_UINT64_T, 0, node);
  }

  /// Gathers the names of all hosts on rank 0.
  void name_hosts() {
    constexpr int length = 64;  // HOST_NAME_MAX
    std::array<char, length> own{};
    gethostname(own.data(), own.size() - 1);
    std::vector<char> all(rank_ == 0 ? own.size() * static_cast<std::size_t>(size_) : 0);
    MPI_Gather(own.data(), length, MPI_CHAR, all.data(), length, MPI_CHAR, 0, MPI_COMM_WORLD);
    for (std::size_t at = 0; at < all.size(); at += own.size()) hosts_.emplace_back(all.data() + at);
  }

  /// Frees what has been sent, oldest first; true when nothing is left.
  bool sent() {
    while (!sending_.empty()) {
      int done = 0;
      MPI_Test(&sending_.front().request, &done, MPI_STATUS_IGNORE);
      if (done == 0) return false;
      sending_.pop_front();
    }
    return true;
  }

  int rank_ = 0, size_ = 1, local_rank_ = 0, local_size_ = 1, local_processors_ = 1;
  std::uint64_t token_ = 0;
  std::vector<std::string> hosts_;
  std::deque<Sending> sending_;  // a deque keeps the address of a request while others come and go
};

/// Ends the process when it lives too long.
class StartWatch {
 public:
  explicit StartWatch(double seconds)
      : thread_([seconds](const std::stop_token& stop) {
          std::mutex mutex;
          std::condition_variable_any stopped;
          std::unique_lock lock(mutex);
          if (stopped.wait_for(lock, stop, std::chrono::duration<double>(seconds), [&] { return stop.stop_requested(); })) return;
          std::cerr << "terroir: rank " << launched_rank() << ": MPI has not come up within " << std::lround(seconds)
                    << " s; see whether each rank runs, with `terroir doctor`, and what their hosts can reach" << std::endl;
          std::_Exit(static_cast<int>(Fault::system));
        }) {}

 private:
  std::jthread thread_;
};

}  // namespace

void settle_mpi_environment() {
  // These save 0.2 s of start-up: plain messages over shared memory and TCP.
  setenv("OMPI_MCA_pml", "ob1", 0);
  setenv("OMPI_MCA_btl", "self,vader,tcp", 0);
  setenv("OMPI_MCA_btl_vader_single_copy_mechanism", "none", 0);
  // PMIx's client takes this from there, and would move the environment to make room for it.
  if (const char* mode = std::getenv("PMIX_SECURITY_MODE")) setenv("PMIX_MCA_psec", mode, 0);
}

int launched_rank() noexcept {
  for (const char* name : {"OMPI_COMM_WORLD_RANK", "PMIX_RANK"})
    if (const char* rank = std::getenv(name)) return std::atoi(rank);
  return 0;
}

bool served_by_launcher() noexcept { return std::getenv("PMIX_RANK") != nullptr; }

bool started_by_mpirun() noexcept { return std::getenv("OMPI_COMM_WORLD_SIZE") != nullptr || served_by_launcher(); }

std::unique_ptr<Communicator> join_mpi(double seconds) {
  const StartWatch watch(seconds);
  settle_mpi_environment();
  return std::make_unique<MpiCommunicator>();
}

int launched_ranks() noexcept {
  const char* ranks = std::getenv("OMPI_COMM_WORLD_SIZE");
  return ranks == nullptr ? 0 : std::atoi(ranks);
}

bool bound_by_mpirun() noexcept { return std::getenv("OMPI_MCA_orte_bound_at_launch") != nullptr; }

std::string foreign_launch() {
  const char* ranks = std::getenv("PMI_SIZE");
  return started_by_mpirun() || ranks == nullptr || std::atoi(ranks) < 2 ? "" : std::string("PMI_SIZE=") + ranks;
}

}  // namespace terroir
