#pragma once

#include "pipeline/plan/plan.h"
#include "pipeline/ports/sink.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace terroir {

/// What a rank has done so far: for the progress line and the summary. Seconds are summed over threads.
struct Work {
  std::uint64_t tiles = 0;
  std::uint64_t bytes_read = 0;     ///< compressed, from inputs
  std::uint64_t bytes_decoded = 0;  ///< float32 pixels of the chunks decoded
  std::uint64_t chunks_read = 0;
  std::uint64_t bytes_written = 0;
  std::uint64_t unfit = 0;  ///< pixels that the stored type could not hold
  std::uint64_t alone = 0;  ///< chunks of layers in passes of their own that scratch could not keep for the other ranks of a node
  double read_seconds = 0, compute_seconds = 0, encode_seconds = 0, write_seconds = 0;
  std::vector<std::string> skipped;  ///< windows that could not be read under `on_error: nodata`
};

/// A finished tile: its objects in the order of outputs and arrays, and what it adds to fitted states and statistics.
struct TileResult {
  Index tile = 0;
  std::vector<ObjectRecord> objects;
  std::vector<double> state;  ///< the fits of the pass, then the statistics of its layers: `TileRunner::fold` knows the places
};

/// What a pass leaves behind: fitted states by Op::fit, and statistics by output of the pass, array and layer.
struct PassState {
  std::map<std::size_t, std::vector<double>> fits;
  std::map<std::size_t, std::vector<std::vector<LayerStatistics>>> statistics;
};

/// Computes the tiles of one pass on one rank.
class TileRunner {
 public:
  virtual ~TileRunner() = default;
  /// Reads, computes, encodes and writes one tile; returns when its objects are closed. `next` (or -1) may be read ahead meanwhile.
  /// Throws Error. Called by one thread at a time; uses threads of its own.
  virtual TileResult run(Index tile, Index next) = 0;
  /// Makes a running `run` throw Error(Fault::interrupted) at the next chunk. May be called from another thread, also a signal's.
  virtual void cancel() noexcept = 0;
  /// A copy of what has been done so far. May be called from another thread.
  [[nodiscard]] virtual Work work() const = 0;
};

/// Merges the states of all tiles of a pass along a fixed tree of tile positions: the same bits whatever order they came in.
/// `states[tile]` is TileResult::state.
[[nodiscard]] PassState fold(const Plan&, std::size_t pass, const std::vector<std::vector<double>>& states);

/// Makes the runner of a pass, given the fitted states of earlier passes.
using RunnerFactory =
    std::function<std::unique_ptr<TileRunner>(std::size_t pass, const std::map<std::size_t, std::vector<double>>& fitted)>;

}  // namespace terroir
