#pragma once

#include "pipeline/ports/sink.h"
#include "pipeline/run/background.h"
#include "pipeline/run/destination.h"
#include "pipeline/run/messages.h"

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace terroir {

/// The objects of a tile's result by output and array of its pass: calls `each(output, array, record)` as the result lists them.
/// False when the result does not list exactly the objects that the plan expects.
bool for_each_object(const Plan& plan, std::size_t pass, const TileResult& result, const std::vector<Destination>& destinations,
                     const std::function<bool(std::size_t output, std::size_t array, const ObjectRecord& record)>& each);

/// Reads an object and hands it over in pieces of at most 1 MiB, an empty one at the end.
void send_part(Store& store, const GetPart& wanted, const std::function<void(PartPiece piece)>& send);

/// Which of the parts that a node can see one of its ranks removes: those whose names fall to it.
struct Share {
  std::size_t index = 0, count = 1;
};

/// Removes parts that this node can see, once their files are published, for so many seconds. What cannot be removed stays: it harms
/// nobody, and the next run tries again.
void remove_parts(const std::vector<Destination>& destinations, double seconds, Share share = {}) noexcept;

/// On rank 0: knows who has written which part, and fetches parts for the thread that publishes. What the storage shows is read from
/// it; what it does not show (a mounted blob store may keep an object on the node that wrote it) comes by message from its rank.
class PartCollector {
 public:
  struct Place {
    std::size_t output = 0, array = 0;
    Index tile = 0;
    auto operator<=>(const Place&) const = default;
  };

  /// Requests are made on the thread that empties the mailbox.
  PartCollector(const Plan& plan, const std::vector<Destination>& destinations, Mailbox& mailbox);

  /// A finished tile; `rank` 0 when an earlier run has finished it.
  void note(std::size_t pass, int rank, const TileResult& result);
  /// Whether a part is finished.
  [[nodiscard]] bool knows(const Place& place) const;
  /// The part behind a place in the order of arrays and tiles that has bytes.
  [[nodiscard]] std::optional<Place> after(const Place& place) const;
  /// Bytes of an output's parts: of all that are known, and of those that have been read.
  struct Amount {
    std::uint64_t known = 0, read = 0;
  };
  [[nodiscard]] Amount amount(std::size_t output) const;
  /// One part into `bytes`, whole and checked; nothing when there is none. Waits for messages, and asks for `next` already, if that has
  /// to come by message; throws Error, Fault::interrupted after `cancel`.
  void read(const Place& place, const std::optional<Place>& next, std::vector<std::byte>& bytes);
  void receive(PartPiece piece);
  /// Makes the thread that waits give up.
  void cancel();
  [[nodiscard]] std::vector<Outgoing> outgoing();

 private:
  struct Part {
    int rank = 0;
    ObjectRecord record;
    bool read = false;
  };
  struct Arrival {
    std::vector<std::byte> bytes;
    bool complete = false;
  };
  using Key = std::pair<std::size_t, std::string>;

  [[nodiscard]] bool hides(int rank) const;
  void ask(std::size_t output, const Part& part);
  void fetch(std::size_t output, const Part& part, std::vector<std::byte>& bytes);

  const Plan& plan_;
  const std::vector<Destination>& destinations_;
  Mailbox& mailbox_;
  std::vector<Outgoing> outgoing_;  // of the mailbox' thread
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::map<Place, Part> parts_;
  std::map<std::size_t, Amount> amounts_;  ///< by output
  std::map<Key, Arrival> asked_;
  std::map<int, double> hidden_;  ///< ranks whose objects the storage does not show here, and until when it is not asked again
  bool cancelled_ = false;
};

/// The parts of one output; quickest in the order of arrays and tiles, or, with a `next_tile`, of a tile's arrays.
class OutputParts final : public PartReader {
 public:
  OutputParts(PartCollector& collector, std::size_t output, std::optional<Index> next_tile = {})
      : collector_(collector), output_(output), next_tile_(next_tile) {}
  [[nodiscard]] std::span<const std::byte> read(std::size_t array, Index tile) override;

 private:
  PartCollector& collector_;
  const std::size_t output_;
  const std::optional<Index> next_tile_;
  std::vector<std::byte> bytes_;  ///< of the latest part
};

}  // namespace terroir
