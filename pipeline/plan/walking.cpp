#include "pipeline/plan/walking.h"

#include "pipeline/plan/coarse.h"
#include "pipeline/plan/program.h"
#include "pipeline/plan/reading.h"

#include <algorithm>
#include <map>

namespace terroir {
namespace {

/// Tiles beyond this many are not looked at one by one.
constexpr Index few_tiles = 64;

/// Whether a tile is computed as one block, in several slabs, and reads each layer in one sweep.
bool sweeps_once(const Plan& plan, const Pass& pass, const Program& program) {
  if (pass.block != pass.chunk || pass.chunk != pass.shard) return false;
  bool slabs = false;
  for (std::size_t axis = 0; axis < plan.axes.size(); ++axis) slabs = slabs || pass.slab[axis] < plan.axes[axis].size();
  if (!slabs) return false;
  std::map<LayerId, int> reads;
  for (const auto& stage : program.stages)
    for (const auto& sweep : stage.sweeps)
      for (const LayerId id : sweep.reads) ++reads[id];
  return std::all_of(reads.begin(), reads.end(), [](const auto& read) { return read.second == 1; });
}

/// Whether a rank never comes back to an input chunk with its next tile.
bool tiles_apart(const Plan& plan, const Pass& pass) {
  if (pass.tiles.size() <= plan.resources.ranks) return true;
  if (pass.tiles.size() > few_tiles) return false;
  std::size_t bytes = 0;
  for (Index tile = 0; tile < pass.tiles.size(); ++tile) bytes += input_footprint(plan, pass, pass.tiles[tile]);
  return bytes <= input_footprint(plan, pass, pass.window);
}

Index touched(Index first, Index end, Index chunk) { return ceil_div(end, chunk) - first / chunk; }

/// Bytes of the chunks of a file under a window of its layer, each once for every chunk of time that a slab can reach.
std::size_t part_bytes(const PlannedFile& file, const FilePart& part, const Window& window, Index slab) {
  const Window inside = intersect(window, part.placed).shifted(-part.placed.row, -part.placed.col);
  if (inside.empty()) return 0;
  const ChunkShape& chunk = file.chunk;
  const Index places = touched(inside.row, inside.row_end(), chunk.shape.rows) * touched(inside.col, inside.col_end(), chunk.shape.cols);
  const Index times = (slab - 1 + chunk.times - 1) / chunk.times + 1;
  return static_cast<std::size_t>(places * times) * file.chunk_bytes(part.band);
}

/// Of the step with the most.
std::size_t slab_bytes(const Plan& plan, const InputLayer& input, const Window& window, Index slab) {
  const PlannedLayer& layer = plan.layers[input.layer];
  // The window of a globe's layer may go on beyond its extent, where the first columns come again.
  const Index width = layer.extent.cols;
  const Index first_turn = layer.periodic ? floor_div(window.col - layer.extent.col, width) : 0;
  const Index last_turn = layer.periodic ? floor_div(window.col_end() - 1 - layer.extent.col, width) : 0;
  std::size_t most = 0;
  for (const auto& step : input.steps) {
    std::size_t bytes = 0;
    for (Index turn = first_turn; turn <= last_turn; ++turn)
      for (const FilePart& part : step) bytes += part_bytes(plan.files[part.file], part, window.shifted(0, -turn * width), slab);
    most = std::max(most, bytes);
  }
  return most;
}

}  // namespace

std::optional<std::size_t> walking_bytes(const Plan& plan, const Pass& pass) {
  const Program program = make_program(plan, pass);
  if (!sweeps_once(plan, pass, program) || !coarse_layers(plan, pass).empty() || !tiles_apart(plan, pass)) return std::nullopt;
  std::size_t largest = 0;
  std::vector<Window> windows;
  for (Index tile = 0; tile < std::min(few_tiles, pass.tiles.size()); ++tile) {
    request_windows(plan, pass, program, pass.tiles[tile], windows);
    std::size_t bytes = 0;
    for (const InputLayer& input : plan.inputs)
      if (!windows[input.layer].empty()) bytes += slab_bytes(plan, input, windows[input.layer], block_times(plan, pass, input.layer));
    largest = std::max(largest, bytes);
  }
  return largest;
}

}  // namespace terroir
