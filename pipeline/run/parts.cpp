#include "pipeline/run/parts.h"

#include "pipeline/codecs/crc32c.h"
#include "pipeline/error.h"

#include <algorithm>

namespace terroir {
namespace {

constexpr std::size_t piece_bytes = std::size_t{1} << 20;
constexpr double hidden_seconds = 10;

bool is_whole(const std::vector<std::byte>& bytes, const ObjectRecord& record) {
  return bytes.size() == record.bytes && crc32c(bytes) == record.crc32c;
}

}  // namespace

bool for_each_object(const Plan& plan, std::size_t pass, const TileResult& result, const std::vector<Destination>& destinations,
                     const std::function<bool(std::size_t, std::size_t, const ObjectRecord&)>& each) {
  if (pass >= plan.passes.size()) return false;
  const TileGrid& tiles = plan.passes[pass].tiles;
  const Index tile = result.tile, cols = tiles.counts().cols;
  if (tile < 0 || tile >= tiles.size()) return false;
  auto object = result.objects.begin();
  for (const std::size_t output : plan.passes[pass].outputs)
    for (std::size_t array = 0; array < plan.outputs[output].arrays.size(); ++array)
      for (const auto& key : destinations[output].sink->tile_keys(array, tile / cols, tile % cols)) {
        if (object == result.objects.end() || object->output != output || object->key != key || !each(output, array, *object)) return false;
        ++object;
      }
  return object == result.objects.end();
}

void send_part(Store& store, const GetPart& wanted, const std::function<void(PartPiece)>& send) {
  if (const auto bytes = store.get(wanted.key)) {
    const auto* text = reinterpret_cast<const char*>(bytes->data());
    for (std::size_t at = 0; at < bytes->size(); at += piece_bytes)
      send({wanted.output, wanted.key, std::string(text + at, std::min(piece_bytes, bytes->size() - at))});
  }
  send({wanted.output, wanted.key, {}});
}

void remove_parts(const std::vector<Destination>& destinations, double seconds, Share share) noexcept {
  const double end = steady_seconds() + seconds;
  for (const auto& destination : destinations) {
    try {
      if (!destination.sink->makes_files()) continue;
      // Ranks list at different times, while others remove.
      for (const auto& key : destination.store->list(parts_prefix)) {
        if (steady_seconds() > end) return;
        if (crc32c(std::as_bytes(std::span(key))) % share.count == share.index) destination.store->remove(key);
      }
    } catch (const std::exception&) {
      continue;
    }
  }
}

PartCollector::PartCollector(const Plan& plan, const std::vector<Destination>& destinations, Mailbox& mailbox)
    : plan_(plan), destinations_(destinations), mailbox_(mailbox) {}

void PartCollector::note(std::size_t pass, int rank, const TileResult& result) {
  const std::lock_guard lock(mutex_);
  (void)for_each_object(plan_, pass, result, destinations_, [&](std::size_t output, std::size_t array, const ObjectRecord& record) {
    if (!destinations_[output].sink->makes_files()) return true;
    if (parts_.insert_or_assign({output, array, result.tile}, Part{rank, record}).second) amounts_[output].known += record.bytes;
    return true;
  });
}

bool PartCollector::knows(const Place& place) const {
  const std::lock_guard lock(mutex_);
  return parts_.contains(place);
}

std::optional<PartCollector::Place> PartCollector::after(const Place& place) const {
  const std::lock_guard lock(mutex_);
  for (auto next = parts_.upper_bound(place); next != parts_.end() && next->first.output == place.output; ++next)
    if (next->second.record.bytes > 0) return next->first;
  return std::nullopt;
}

PartCollector::Amount PartCollector::amount(std::size_t output) const {
  const std::lock_guard lock(mutex_);
  const auto found = amounts_.find(output);
  return found == amounts_.end() ? Amount{} : found->second;
}

void PartCollector::read(const Place& place, const std::optional<Place>& next, std::vector<std::byte>& bytes) {
  Part part;
  {
    const std::lock_guard lock(mutex_);
    if (cancelled_) throw Error(Fault::interrupted, "interrupted");
    const auto found = parts_.find(place);
    if (found == parts_.end()) throw Error(Fault::bug, "nobody knows the part of tile " + std::to_string(place.tile + 1));
    if (!std::exchange(found->second.read, true)) amounts_[place.output].read += found->second.record.bytes;
    part = found->second;
    const auto ahead = next ? parts_.find(*next) : parts_.end();
    for (const auto& wanted : {found, ahead})
      if (wanted != parts_.end() && hides(wanted->second.rank)) ask(place.output, wanted->second);
  }
  if (part.record.bytes == 0) return bytes.clear();
  fetch(place.output, part, bytes);
}

void PartCollector::fetch(std::size_t output, const Part& part, std::vector<std::byte>& bytes) {
  Store& store = *destinations_[output].store;
  std::unique_lock lock(mutex_);
  if (!hides(part.rank)) {
    lock.unlock();
    if (store.read(part.record.key, bytes) && is_whole(bytes, part.record)) {
      lock.lock();
      asked_.erase({output, part.record.key});  // it may have been asked for while its rank was hidden
      return;
    }
    if (part.rank == 0)
      throw Error(Fault::system, store.location() + ": '" + part.record.key +
                                     "' is not what was written there; run the same command with --verify to compute it again");
    lock.lock();
    hidden_[part.rank] = steady_seconds() + hidden_seconds;
    ask(output, part);
  }
  const Key key{output, part.record.key};
  arrived_.wait(lock, [&] { return cancelled_ || asked_[key].complete; });
  if (cancelled_) throw Error(Fault::interrupted, "interrupted");
  bytes = std::move(asked_[key].bytes);
  asked_.erase(key);
  if (is_whole(bytes, part.record)) return;
  throw Error(Fault::system, store.location() + ": rank " + std::to_string(part.rank) + " does not find '" + part.record.key +
                                 "' as it wrote it; run the same command with --verify to compute it again");
}

/// Under the lock. A storage may show late what another node has written.
bool PartCollector::hides(int rank) const {
  const auto found = hidden_.find(rank);
  return found != hidden_.end() && steady_seconds() < found->second;
}

/// Under the lock.
void PartCollector::ask(std::size_t output, const Part& part) {
  if (part.record.bytes == 0 || !asked_.try_emplace({output, part.record.key}).second) return;
  mailbox_.post(
      [this, rank = part.rank, wanted = GetPart{static_cast<std::uint32_t>(output), part.record.key}] { post(outgoing_, rank, wanted); });
}

void PartCollector::receive(PartPiece piece) {
  const std::lock_guard lock(mutex_);
  const auto found = asked_.find({piece.output, piece.key});
  if (found == asked_.end()) return;
  const auto bytes = std::as_bytes(std::span(piece.bytes));
  found->second.bytes.insert(found->second.bytes.end(), bytes.begin(), bytes.end());
  found->second.complete = piece.bytes.empty();
  if (found->second.complete) arrived_.notify_all();
}

void PartCollector::cancel() {
  const std::lock_guard lock(mutex_);
  cancelled_ = true;
  arrived_.notify_all();
}

std::vector<Outgoing> PartCollector::outgoing() { return std::exchange(outgoing_, {}); }

std::span<const std::byte> OutputParts::read(std::size_t array, Index tile) {
  const PartCollector::Place place{output_, array, tile};
  auto next = collector_.after(place);
  if (next_tile_) next = PartCollector::Place{output_, array + 1, tile};
  if (next_tile_ && !collector_.knows(*next)) next = PartCollector::Place{output_, 0, *next_tile_};
  collector_.read(place, next, bytes_);
  return bytes_;
}

}  // namespace terroir
