#pragma once

#include "pipeline/ports/store.h"
#include "pipeline/run/tile_runner.h"

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace terroir {

/// First line of a segment: which run, and which of its ranks, wrote it.
struct JournalHeader {
  std::string plan_hash, attempt;
  int rank = 0;
};

/// A finished tile as the journal tells it.
struct JournalEntry {
  std::size_t pass = 0;
  TileResult result;
};

/// Lines of a journal segment: JSON, each with the CRC-32C of what follows it on the line as its first member, so that a torn or
/// damaged line shows. Doubles are kept as the hexadecimal digits of their 64 bits. One line tells all of a tile: its objects and
/// its state are journaled together or not at all.
[[nodiscard]] std::string header_line(const JournalHeader&);
[[nodiscard]] std::string tile_line(std::size_t pass, const TileResult&);

/// What the valid lines of a segment tell; nothing when the header is damaged or tells of another plan.
[[nodiscard]] std::vector<JournalEntry> read_segment(std::string_view text, const std::string& plan_hash);

/// All entries of a plan in the segments of a store, in the order of the segments' names.
[[nodiscard]] std::vector<JournalEntry> read_journal(Store& store, const std::string& plan_hash);

/// Collects the finished tiles of one rank and writes them as immutable segments, `__terroir/journal-ATTEMPT-RANK-NUMBER.jsonl`.
/// `add` and `flush` may be called from different threads.
class JournalWriter {
 public:
  JournalWriter(Store& store, JournalHeader header) : store_(store), header_(std::move(header)) {}
  void add(std::size_t pass, const TileResult& result);
  /// Writes what was added since the last segment, if anything. Throws Error(Fault::system).
  void flush();
  /// Whether something was added that no segment holds yet.
  [[nodiscard]] bool pending() const;

 private:
  Store& store_;
  const JournalHeader header_;
  mutable std::mutex pending_mutex_;
  std::mutex flush_mutex_;
  std::string pending_;
  int segments_ = 0;
};

}  // namespace terroir
