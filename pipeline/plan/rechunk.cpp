#include "pipeline/plan/rechunk.h"

#include "pipeline/plan/coarse.h"
#include "pipeline/plan/memory.h"
#include "pipeline/plan/program.h"
#include "pipeline/plan/reading.h"

#include <algorithm>
#include <map>
#include <set>

namespace terroir {
namespace {

/// As many ranks of a node as the decision counts on, whatever their number will be.
constexpr Index few_ranks = 4;
/// What a rank holds of input chunks without a second thought.
constexpr std::size_t usual_cache = std::size_t{256} << 20;
/// Bytes of a chunk in scratch; of all times of the chunks that lie under a row of blocks; and the least that is written at once.
constexpr Index chunk_limit = Index{4} << 20, row_limit = Index{64} << 20, least_piece = 1024;
/// Rows and columns of a chunk in scratch.
constexpr Index smallest_piece = 16, largest_piece = 256;

/// The passes of a plan, and those that layers have of their own, in tiles as small as their chunks may become.
std::vector<Pass> all_passes(const Plan& plan) {
  constexpr Shape tile{128, 128}, chunk{32, 128};
  std::vector<Pass> passes = plan.passes;
  for (Pass& pass : coarse_passes(plan)) {
    pass.tiles = TileGrid(pass.window, tile);
    pass.shard = tile;
    pass.chunk = chunk;
    passes.push_back(std::move(pass));
  }
  return passes;
}

template <class Visit>
void each_part(const InputLayer& input, const Visit& visit) {
  for (const auto& step : input.steps)
    for (const FilePart& part : step) visit(part);
}

/// Layers with time whose files can be laid out anew.
std::set<LayerId> candidates(const Plan& plan) {
  std::set<std::size_t> excluded;
  for (const auto& input : plan.inputs)
    each_part(input, [&](const FilePart& part) {
      if (input.on_error != OnError::fail || plan.files[part.file].interleaved) excluded.insert(part.file);
    });
  std::set<LayerId> layers;
  for (const auto& input : plan.inputs) {
    bool possible = plan.layers[input.layer].axis != no_entry;
    each_part(input, [&](const FilePart& part) { possible = possible && excluded.count(part.file) == 0; });
    if (possible) layers.insert(input.layer);
  }
  return layers;
}

std::size_t cache_for(const Plan& plan) {
  const std::size_t allowed = plan.resources.memory;
  return allowed == 0 ? usual_cache : std::min(std::max(usual_cache, allowed / 4), allowed / 2);
}

/// Layers of a pass that are read as series although their chunks are not.
std::set<LayerId> unsuited(const Plan& plan, const Pass& pass, const std::set<LayerId>& possible) {
  const std::size_t cache = cache_for(plan);
  std::size_t all = 0;
  std::set<LayerId> found;
  for (const auto& [layer, cost] : reading_costs(plan, pass, few_ranks, cache)) {
    if (possible.count(layer) == 0) continue;
    all += cost.needed;
    const bool decoded_often = cost.needed > 0 && cost.decoded >= 2 * cost.needed;
    const bool mostly_in_vain = cost.touched > 2 * cost.asked;
    if (decoded_often || (cost.tile > cache && mostly_in_vain)) found.insert(layer);
  }
  // A small input is decoded as often as there are ranks: that is soon done, and each can hold it.
  return all > small_input ? found : std::set<LayerId>();
}

constexpr Index far = Index{1} << 40;
constexpr Window everywhere{-far, -far, 2 * far, 2 * far};

/// Pixels of a layer that the passes read, on its lattice, and those that a chunk of the pass that reads least at once asks for.
struct Asked {
  Window all, chunk;
};

/// Whether parts of a pass may read of a layer where the whole does not: around the globe, and across CRSs.
bool wanders(const Plan& plan, const Pass& pass, LayerId layer) {
  const auto around = [&](OpId id) { return plan.ops[id].map && plan.ops[id].map->period > 0; };
  return plan.layers[layer].periodic || warps(plan, pass) || std::any_of(pass.ops.begin(), pass.ops.end(), around);
}

Asked asked_of(const Plan& plan, const std::vector<Pass>& passes, LayerId layer) {
  Asked asked;
  for (const Pass& pass : passes) {
    const Program program = make_program(plan, pass);
    if (std::find(program.layers.begin(), program.layers.end(), layer) == program.layers.end()) continue;
    std::vector<Window> windows;
    request_windows(plan, pass, program, pass.window, windows);
    asked.all = bounding(asked.all, wanders(plan, pass, layer) ? everywhere : windows[layer]);
    const Shape shape = pass.chunk;
    const Index row = pass.window.rows / 2 / shape.rows * shape.rows, col = pass.window.cols / 2 / shape.cols * shape.cols;
    request_windows(plan, pass, program, {pass.window.row + row, pass.window.col + col, shape.rows, shape.cols}, windows);
    const Window chunk = windows[layer];
    if (!chunk.empty() && (asked.chunk.empty() || chunk.shape().area() < asked.chunk.shape().area())) asked.chunk = chunk;
  }
  return asked;
}

/// Rows, or columns, of a chunk in scratch: as many as are asked for at once where such pieces lie side by side from the edge of the
/// file on, else half as many, so that pieces which are cut otherwise read little in vain.
Index side(Index first, Index asked, Index all) {
  const bool aligned = asked > 0 && first % asked == 0;
  return std::min(all, std::clamp(aligned ? asked : ceil_div(asked, 2), smallest_piece, largest_piece));
}

/// What of a file is read, over all layers that read it.
struct Use {
  Asked asked;  ///< in pixels of the file
  std::set<Index> times;
  Index series = 1;  ///< times of all files together
  Index number = 1;  ///< bytes of the largest one
};

/// About as many columns that divide a stored chunk's: the rows of a piece then stand together in scratch, and are written at once.
Index dividing(Index cols, Index stored, Index all) {
  if (stored >= all) return cols;
  const Index least = ceil_div(stored, cols);
  for (Index parts = least; parts <= 2 * least; ++parts)
    if (stored % parts == 0) return stored / parts;
  return cols;
}

/// Low enough that a rank holds all times of the chunks under a row of blocks: blocks are rows where there are many times.
Shape shape_for(const Use& use, Shape grid, Shape stored) {
  Shape shape{side(use.asked.chunk.row, use.asked.chunk.rows, grid.rows), side(use.asked.chunk.col, use.asked.chunk.cols, grid.cols)};
  shape.cols = dividing(shape.cols, stored.cols, grid.cols);
  const auto piece = [&] { return shape.area() * use.number; };
  while (shape.rows > 1 && use.series * piece() > row_limit && piece() > least_piece) shape.rows = ceil_div(shape.rows, 2);
  return shape;
}

void rechunk(PlannedFile& file, const Use& use) {
  Rechunk made{file.chunk, use.asked.all, {}};
  const Index times = *use.times.rbegin() + 1;
  made.times.resize(static_cast<std::size_t>(ceil_div(times, file.chunk.times)));
  for (const Index time : use.times) made.times[static_cast<std::size_t>(time / file.chunk.times)] = true;
  ChunkShape chunk{1, shape_for(use, file.grid.shape(), file.chunk.shape)};
  chunk.times = std::clamp<Index>(chunk_limit / (chunk.shape.area() * use.number), 1, times);
  if (chunk.times > file.chunk.times) chunk.times -= chunk.times % file.chunk.times;
  file.chunk = chunk;
  file.rechunk = std::move(made);
}

/// The window of whole chunks in scratch.
Shape laid_out(const PlannedFile& file) {
  const Window& used = file.rechunk->used;
  const Shape chunk = file.chunk.shape;
  return {(ceil_div(used.row_end(), chunk.rows) - used.row / chunk.rows) * chunk.rows,
          (ceil_div(used.col_end(), chunk.cols) - used.col / chunk.cols) * chunk.cols};
}

/// Bands of each file that is laid out anew, as far as they are read.
std::map<std::size_t, std::set<int>> bands_used(const Plan& plan) {
  std::map<std::size_t, std::set<int>> bands;
  for (const auto& input : plan.inputs)
    each_part(input, [&](const FilePart& part) {
      if (plan.files[part.file].rechunk) bands[part.file].insert(part.band);
    });
  return bands;
}

std::string names_of(const Plan& plan, const std::vector<RechunkedLayer>& layers) {
  std::vector<std::string> names;
  for (const auto& layer : layers) names.push_back("'" + plan.layers[layer.layer].variable + "'");
  return list_words(names, "and");
}

}  // namespace

void plan_rechunk(Plan& plan) {
  if (!plan.resources.scratch.allowed) return;
  const std::set<LayerId> possible = candidates(plan);
  if (possible.empty()) return;
  const std::vector<Pass> passes = all_passes(plan);
  std::set<LayerId> layers;
  for (const Pass& pass : passes) layers.merge(unsuited(plan, pass, possible));
  std::map<std::size_t, Use> uses;
  for (const auto& input : plan.inputs) {
    if (layers.count(input.layer) == 0) continue;
    const Asked asked = asked_of(plan, passes, input.layer);
    each_part(input, [&](const FilePart& part) {
      Use& use = uses[part.file];
      const auto in_file = [&](const Window& w) { return w.shifted(-part.placed.row, -part.placed.col); };
      use.asked.all = bounding(use.asked.all, in_file(intersect(asked.all, part.placed)));
      if (use.times.empty()) use.asked.chunk = in_file(asked.chunk);
      use.times.insert(part.time);
      use.series = std::max(use.series, static_cast<Index>(input.steps.size()));
      use.number = std::max(use.number, static_cast<Index>(sample_bytes(plan.files[part.file].types[static_cast<std::size_t>(part.band)])));
    });
  }
  for (const auto& [file, use] : uses)
    if (!use.asked.all.empty()) rechunk(plan.files[file], use);
}

void read_as_stored(Plan& plan) {
  for (PlannedFile& file : plan.files)
    if (file.rechunk) {
      file.chunk = file.rechunk->stored;
      file.rechunk.reset();
    }
}

std::vector<RechunkedLayer> rechunked_layers(const Plan& plan) {
  std::vector<RechunkedLayer> layers;
  for (const auto& input : plan.inputs) {
    std::size_t file = no_entry;
    each_part(input, [&](const FilePart& part) {
      if (file == no_entry && plan.files[part.file].rechunk) file = part.file;
    });
    if (file != no_entry) layers.push_back({input.layer, file});
  }
  return layers;
}

std::uint64_t scratch_bytes(const Plan& plan) {
  std::uint64_t bytes = 0;
  for (const auto& [number, bands] : bands_used(plan)) {
    const PlannedFile& file = plan.files[number];
    const auto times =
        static_cast<Index>(std::count(file.rechunk->times.begin(), file.rechunk->times.end(), true)) * file.rechunk->stored.times;
    for (const int band : bands)
      bytes += static_cast<std::uint64_t>(laid_out(file).area() * times) * sample_bytes(file.types[static_cast<std::size_t>(band)]);
  }
  return bytes;
}

std::size_t rechunk_memory(const Plan& plan, std::size_t threads) {
  std::size_t largest = 0, notes = 0;
  for (const auto& [number, bands] : bands_used(plan)) {
    const PlannedFile& file = plan.files[number];
    const ChunkShape stored = file.rechunk->stored;
    const Shape grid = file.grid.shape();
    const Index places = ceil_div(grid.rows, stored.shape.rows) * ceil_div(grid.cols, stored.shape.cols);
    notes += file.types.size() * file.rechunk->times.size() * static_cast<std::size_t>(places) * sizeof(std::uint32_t);
    for (const int band : bands) {
      // What is laid out together, decoded; two chunks compressed and between two filters; then a piece on its way.
      const std::size_t size = sample_bytes(file.types[static_cast<std::size_t>(band)]);
      const std::size_t chunk = static_cast<std::size_t>(stored.area()) * size, together = chunks_laid_out_together(chunk);
      const std::size_t piece = together * static_cast<std::size_t>(stored.times * file.chunk.shape.area()) * size;
      largest = std::max(largest, (together + (chunk <= largest_of_two ? 4 : 2)) * chunk + piece);
    }
  }
  return threads * largest + notes;
}

void check_scratch(Plan& plan, std::vector<Diagnostic>& diagnostics) {
  const Scratch& scratch = plan.resources.scratch;
  const std::uint64_t shared = shared_bytes(plan);
  if (shared > 0 && scratch.free && shared + scratch_bytes(plan) > *scratch.free)
    diagnostics.push_back({{},
                           "scratch",
                           "the ranks of a node share layers in passes of their own through " + bytes_text(shared) + ", and " +
                               scratch.folder + " has " + bytes_text(*scratch.free) + " free, so that each rank computes them by itself",
                           "name a folder on a disk with room by TMPDIR",
                           true});
  const std::uint64_t needed = scratch_bytes(plan);
  if (needed == 0) return;
  const std::string names = names_of(plan, rechunked_layers(plan));
  if (!scratch.free || needed <= *scratch.free) {
    if (scratch.in_memory)
      diagnostics.push_back({{},
                             "scratch",
                             scratch.folder + " is kept in memory, where " + bytes_text(needed) + " of " + names + " will be laid out anew",
                             "name a folder on a disk by TMPDIR",
                             true});
    return;
  }
  read_as_stored(plan);
  project_memory(plan);
  const bool possible = plan.resources.memory == 0 || plan.projected_memory() <= plan.resources.memory;
  diagnostics.push_back({{},
                         "scratch",
                         "to lay out " + names + " anew for reading takes " + bytes_text(needed) + ", and " + scratch.folder + " has " +
                             bytes_text(*scratch.free) + " free" + (possible ? ", so each rank decodes what it needs by itself" : ""),
                         "name a folder on a disk with room by TMPDIR",
                         possible});
}

}  // namespace terroir
