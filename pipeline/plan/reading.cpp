#include "pipeline/plan/reading.h"

#include "pipeline/plan/coarse.h"
#include "pipeline/plan/program.h"

#include <algorithm>
#include <list>
#include <map>
#include <set>
#include <tuple>

namespace terroir {
namespace {

/// Input chunks that lie and are cut alike: those of all times and bands of a stack are counted once, with their bytes together.
struct Stack {
  LayerId layer = 0;                ///< any of those that read it
  std::vector<Window> placed;       ///< several around the globe: the same chunks, turns apart
  Index period = 0, first_col = 0;  ///< of a layer that goes on beyond its extent: columns of a turn, and where one begins
  Shape chunk;                      ///< rows and columns
  bool rechunked = false;           ///< laid out anew in scratch
  std::size_t bytes = 0;            ///< of one place, all times and bands
  std::size_t pixel = 0;            ///< of one pixel, all times and bands that are asked for
};

/// Which chunks are meant where a file's are laid out anew.
enum class ChunksAs { read, stored };

std::vector<Stack> stacks_of(const Plan& plan, const Program& program, ChunksAs chunks = ChunksAs::read) {
  std::vector<Stack> stacks;
  std::map<std::tuple<std::size_t, Index, Index, Index, Index, Index, Index>, std::size_t> places;
  const std::set<LayerId> used(program.layers.begin(), program.layers.end());
  std::set<std::tuple<std::size_t, int, Index>> counted;  // (file, band, chunk of times)
  for (const auto& input : plan.inputs) {
    if (used.count(input.layer) == 0) continue;
    const PlannedLayer& layer = plan.layers[input.layer];
    for (const auto& step : input.steps) {
      std::map<std::pair<std::size_t, int>, std::size_t> here;  // stacks of the files of this time
      for (const auto& part : step) {
        const PlannedFile& file = plan.files[part.file];
        const Window& p = part.placed;
        if (const auto turn = here.find({part.file, part.band}); turn != here.end()) {
          auto& placed = stacks[turn->second].placed;
          if (std::find(placed.begin(), placed.end(), p) == placed.end()) placed.push_back(p);
          continue;
        }
        const ChunkShape cut = chunks == ChunksAs::stored && file.rechunk ? file.rechunk->stored : file.chunk;
        const Shape chunk = cut.shape;
        const auto [found, fresh] = places.try_emplace({input.layer, p.row, p.col, p.rows, p.cols, chunk.rows, chunk.cols}, stacks.size());
        here[{part.file, part.band}] = found->second;
        if (fresh)
          stacks.push_back(
              {input.layer, {p}, layer.periodic ? layer.extent.cols : 0, layer.extent.col, chunk, file.rechunk.has_value(), 0, 0});
        const std::size_t number = sample_bytes(file.types[static_cast<std::size_t>(part.band)]);
        stacks[found->second].pixel += number;
        if (counted.insert({part.file, part.band, part.time / cut.times}).second)
          stacks[found->second].bytes += static_cast<std::size_t>(cut.area()) * number;
      }
    }
  }
  return stacks;
}

/// Chunk rows and columns that a window touches of a stack that is placed somewhere.
Window touched(const Stack& stack, const Window& placed, const Window& window) {
  const Window inside = intersect(window, placed).shifted(-placed.row, -placed.col);
  if (inside.empty()) return {};
  const Index row = inside.row / stack.chunk.rows, col = inside.col / stack.chunk.cols;
  return {row, col, (inside.row_end() - 1) / stack.chunk.rows - row + 1, (inside.col_end() - 1) / stack.chunk.cols - col + 1};
}

/// Visits each place of a stack that a window of its layer lies over, and the part of the window there: turn by turn around the globe.
template <class Visit>
void each_turn(const Stack& stack, const Window& window, const Visit& visit) {
  if (window.empty()) return;
  const Index period = stack.period;
  const Index first = period > 0 ? floor_div(window.col - stack.first_col, period) : 0;
  const Index last = period > 0 ? floor_div(window.col_end() - 1 - stack.first_col, period) : 0;
  for (Index turn = first; turn <= last; ++turn)
    for (const Window& placed : stack.placed) visit(placed, window.shifted(0, -turn * period));
}

/// Visits the chunk rows and columns of a stack that a window of its layer needs, each once.
template <class Visit>
void each_chunk(const Stack& stack, const Window& window, const Visit& visit) {
  const bool once = stack.period == 0 && stack.placed.size() == 1;
  std::set<std::pair<Index, Index>> seen;
  each_turn(stack, window, [&](const Window& placed, const Window& here) {
    const Window chunks = touched(stack, placed, here);
    for (Index row = chunks.row; row < chunks.row_end(); ++row)
      for (Index col = chunks.col; col < chunks.col_end(); ++col)
        if (once || seen.insert({row, col}).second) visit(row, col);
  });
}

/// A stack, and a row and a column of its chunks.
using Place = std::tuple<std::size_t, Index, Index>;

/// Counts what a cache of the planned size decodes when tiles come along the curve.
class CacheModel {
 public:
  explicit CacheModel(std::size_t capacity) : capacity_(capacity) {}

  /// Bytes decoded for a chunk: none when it is held.
  std::size_t touch(std::size_t stack, Index row, Index col, std::size_t bytes) {
    const Place key{stack, row, col};
    const auto held = places_.find(key);
    if (held != places_.end()) {
      recent_.splice(recent_.begin(), recent_, held->second);
      return 0;
    }
    if (bytes > capacity_) return bytes;  // read time by time, and gone when the last time has been read
    recent_.push_front({key, bytes});
    places_[key] = recent_.begin();
    used_ += bytes;
    while (used_ > capacity_ && recent_.size() > 1) {
      used_ -= recent_.back().second;
      places_.erase(recent_.back().first);
      recent_.pop_back();
    }
    return bytes;
  }

 private:
  std::size_t capacity_, used_ = 0;
  std::list<std::pair<Place, std::size_t>> recent_;
  std::map<Place, std::list<std::pair<Place, std::size_t>>::iterator> places_;
};

/// The same for all stacks and the windows of a pass.
template <class Visit>
void each_chunk(const std::vector<Stack>& stacks, const std::vector<Window>& windows, const Visit& visit) {
  for (std::size_t s = 0; s < stacks.size(); ++s)
    each_chunk(stacks[s], windows[stacks[s].layer], [&](Index row, Index col) { visit(s, row, col); });
}

/// A stretch of the curve tells enough of a huge grid.
constexpr Index stretch = 2048;

/// What a window of a pass touches of the stacks of its program.
std::size_t footprint(const Plan& plan, const Pass& pass, const Program& program, const std::vector<Stack>& stacks, const Window& window,
                      From from = From::anywhere) {
  std::vector<Window> windows;
  request_windows(plan, pass, program, window, windows);
  std::size_t bytes = 0;
  for (const Stack& stack : stacks)
    if (from == From::anywhere || stack.rechunked == (from == From::scratch))
      each_chunk(stack, windows[stack.layer], [&](Index, Index) { bytes += stack.bytes; });
  return bytes;
}

std::size_t footprint(const Plan& plan, const Pass& pass, const Window& window, ChunksAs cut, From from = From::anywhere) {
  const Program program = make_program(plan, pass);
  return footprint(plan, pass, program, stacks_of(plan, program, cut), window, from);
}

void measure(const Plan& plan, Pass& pass) {
  const Program program = make_program(plan, pass);
  const std::vector<Stack> read = stacks_of(plan, program), stored = stacks_of(plan, program, ChunksAs::stored);
  CacheModel cache(plan.cache_bytes);
  std::vector<Window> windows;
  std::set<Place> needed;
  std::size_t decoded = 0, needed_bytes = 0;
  Index count = 0;
  for (const Index tile : pass.tiles.hilbert_order()) {
    if (++count > stretch) break;
    request_windows(plan, pass, program, pass.tiles[tile], windows);
    each_chunk(read, windows, [&](std::size_t s, Index row, Index col) {
      const std::size_t bytes = cache.touch(s, row, col, read[s].bytes);
      if (!read[s].rechunked) decoded += bytes;
    });
    each_chunk(stored, windows, [&](std::size_t s, Index row, Index col) {
      if (!needed.insert({s, row, col}).second) return;
      needed_bytes += stored[s].bytes;
      if (stored[s].rechunked) decoded += stored[s].bytes;
    });
  }
  pass.input_bytes = footprint(plan, pass, pass.window, ChunksAs::stored);
  for (const LayerId layer : coarse_layers(plan, pass)) {
    const Pass coarse = coarse_pass(plan, layer);
    pass.input_bytes += footprint(plan, coarse, coarse.window, ChunksAs::stored);
  }
  pass.read_amplification = needed_bytes == 0 ? 1 : static_cast<double>(decoded) / static_cast<double>(needed_bytes);
}

/// Whether tiles in the middle of a pass, three in each direction, touch input chunks of one another.
bool shares_chunks(const Plan& plan, const Pass& pass) {
  const Program program = make_program(plan, pass);
  const std::vector<Stack> stacks = stacks_of(plan, program);
  const Shape counts = pass.tiles.counts();
  const Index row = std::max<Index>(0, counts.rows / 2 - 1), col = std::max<Index>(0, counts.cols / 2 - 1);
  std::size_t alone = 0;
  Window all;
  for (Index r = row; r < std::min(row + 3, counts.rows); ++r)
    for (Index c = col; c < std::min(col + 3, counts.cols); ++c) {
      const Window tile = pass.tiles.at(r, c);
      alone += footprint(plan, pass, program, stacks, tile);
      all = bounding(all, tile);
    }
  return alone != footprint(plan, pass, program, stacks, all);
}

bool deals(const Plan& plan) {
  const auto makes_file = [](const OutputPlan& output) { return output.format != Format::zarr; };
  return plan.own_passes.empty() && std::none_of(plan.outputs.begin(), plan.outputs.end(), makes_file) &&
         std::none_of(plan.passes.begin(), plan.passes.end(), [&](const Pass& pass) { return shares_chunks(plan, pass); });
}

}  // namespace

std::size_t input_footprint(const Plan& plan, const Pass& pass, const Window& window, From from) {
  return footprint(plan, pass, window, ChunksAs::read, from);
}

std::map<LayerId, ReadingCost> reading_costs(const Plan& plan, const Pass& pass, Index ranks, std::size_t cache_bytes) {
  const Program program = make_program(plan, pass);
  const std::vector<Stack> stacks = stacks_of(plan, program);
  const std::vector<Index> order = pass.tiles.hilbert_order();
  const auto tiles = static_cast<Index>(order.size());
  const Index share = ceil_div(tiles, ranks);
  std::map<LayerId, ReadingCost> costs;
  std::set<Place> needed;
  std::vector<Window> windows;
  for (Index first = 0; first < tiles; first += share) {
    CacheModel cache(cache_bytes);
    for (Index i = first; i < std::min({tiles, first + share, first + stretch / ranks}); ++i) {
      request_windows(plan, pass, program, pass.tiles[order[static_cast<std::size_t>(i)]], windows);
      std::map<LayerId, std::size_t> tile;
      each_chunk(stacks, windows, [&](std::size_t s, Index row, Index col) {
        ReadingCost& cost = costs[stacks[s].layer];
        tile[stacks[s].layer] += stacks[s].bytes;
        cost.decoded += cache.touch(s, row, col, stacks[s].bytes);
        if (needed.insert({s, row, col}).second) cost.needed += stacks[s].bytes;
      });
      for (const auto& [layer, bytes] : tile) costs[layer].touched += bytes, costs[layer].tile = std::max(costs[layer].tile, bytes);
      for (const Stack& stack : stacks)
        each_turn(stack, windows[stack.layer], [&](const Window& placed, const Window& here) {
          costs[stack.layer].asked += static_cast<std::size_t>(intersect(here, placed).shape().area()) * stack.pixel;
        });
    }
  }
  return costs;
}

void measure_reading(Plan& plan) {
  for (Pass& pass : plan.passes) measure(plan, pass);
  plan.deals = deals(plan);
}

}  // namespace terroir
