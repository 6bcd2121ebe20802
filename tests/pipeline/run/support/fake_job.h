#pragma once

#include "pipeline/adapters/memory/memory_store.h"
#include "pipeline/run/job.h"

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace terroir::testing {

/// A plan that computes nothing: `outputs` outputs, each of one array of rows x cols tiles of one pixel, each in a pass of its own.
[[nodiscard]] Plan fake_plan(Shape tiles, std::size_t outputs = 1, const std::string& hash = "hash");

/// Writes "v/c/ROW/COL" with the tile's number for each tile, and nothing for each seventh; then "v/zarr.json" and "zarr.json".
/// With `files` the tiles' objects are parts, and a file "zarr.json" is made of them: one after the other. `on_take` is told of
/// each part that it takes meanwhile.
class FakeSink : public Sink {
 public:
  using OnTake = std::function<void(Index tile, const std::string& part)>;
  FakeSink(Store& store, Shape tiles, bool files = false, OnTake on_take = {})
      : store_(store), tiles_(tiles), files_(files), on_take_(std::move(on_take)) {}
  [[nodiscard]] bool makes_files() const override { return files_; }
  void encode(std::size_t, std::span<const float>, Bytes&, std::vector<std::byte>&, EncodeCounts&) const override {}
  [[nodiscard]] std::unique_ptr<TileWriter> open_tile(std::size_t array, Index tile_row, Index tile_col) override;
  [[nodiscard]] std::vector<std::string> tile_keys(std::size_t array, Index tile_row, Index tile_col) const override;
  [[nodiscard]] std::string root_key() const override { return "zarr.json"; }
  [[nodiscard]] std::vector<std::string> names() const override { return {"zarr.json", ".zmetadata", "v"}; }
  void take(Index tile, PartReader& parts) override;
  std::vector<ObjectRecord> publish(const std::vector<std::vector<LayerStatistics>>& statistics, PartReader& parts) override;

 private:
  Store& store_;
  Shape tiles_;
  bool files_;
  OnTake on_take_;
};

/// What the world looks like to a whole job whose ranks are threads.
struct FakeWorld {
  Plan plan;
  std::vector<std::unique_ptr<MemoryStore>> stores;
  std::vector<std::unique_ptr<FakeSink>> sinks;
  /// Called for each tile before it is written, by the thread that computes it; may throw or sleep.
  std::function<void(int rank, std::size_t pass, Index tile)> on_tile;
  /// Called by the sink of rank 0; may throw.
  FakeSink::OnTake on_take;
  std::function<void(const PublishProgress&)> on_publishing;  ///< called as rank 0's observer
  std::function<void(int rank)> cut;                          ///< of the running job: cuts a rank off from the others
  std::atomic<int> tiles_computed = 0;

  /// Whether a rank sees only the parts that it wrote itself, as on nodes with their own mounts of a blob store.
  bool hides_parts = false;

  explicit FakeWorld(Plan of, bool files = false);
  [[nodiscard]] std::vector<Destination> destinations() const;
  /// All objects but those of runs, with their content, by "OUTPUT/KEY".
  [[nodiscard]] std::map<std::string, std::string> objects() const;
};

/// What became of a job.
struct FakeOutcome {
  std::vector<int> codes;  ///< by rank; -1 - code when the rank was aborted or left
  JobSummary summary;      ///< of rank 0
  std::vector<std::string> notes, failures;
};

/// Runs a job of some ranks over a world. `signal` is asked by each rank.
struct FakeRun {
  int ranks = 1;
  JobOptions options = {};
  std::function<Signal(int rank)> signal = [](int) { return Signal::nothing; };
  std::map<int, JobFailure> stillborn = {};
  std::map<int, std::string> other_hash = {};
};
[[nodiscard]] FakeOutcome run_fake(FakeWorld& world, const FakeRun& how);

}  // namespace terroir::testing
