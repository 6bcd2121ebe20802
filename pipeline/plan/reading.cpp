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
  LayerId layer = 0;  ///< any of those that read it
  Window placed;
  Shape chunk;            ///< rows and columns
  std::size_t bytes = 0;  ///< of one place, all times and bands
};

std::vector<Stack> stacks_of(const Plan& plan, const Program& program) {
  std::vector<Stack> stacks;
  std::map<std::tuple<std::size_t, Index, Index, Index, Index, Index, Index>, std::size_t> places;
  const std::set<LayerId> used(program.layers.begin(), program.layers.end());
  std::set<std::tuple<std::size_t, int, Index>> counted;  // (file, band, chunk of times)
  for (const auto& input : plan.inputs) {
    if (used.count(input.layer) == 0) continue;
    for (const auto& step : input.steps)
      for (const auto& part : step) {
        const PlannedFile& file = plan.files[part.file];
        const Shape chunk = file.chunk.shape;
        const Window& p = part.placed;
        const auto [found, fresh] = places.try_emplace({input.layer, p.row, p.col, p.rows, p.cols, chunk.rows, chunk.cols}, stacks.size());
        if (fresh) stacks.push_back({input.layer, p, chunk, 0});
        if (counted.insert({part.file, part.band, part.time / file.chunk.times}).second)
          stacks[found->second].bytes += file.chunk_bytes(part.band);
      }
  }
  return stacks;
}

/// Chunk rows and columns of a stack that a window of its layer touches.
Window touched(const Stack& stack, const Window& window) {
  const Window inside = intersect(window, stack.placed).shifted(-stack.placed.row, -stack.placed.col);
  if (inside.empty()) return {};
  const Index row = inside.row / stack.chunk.rows, col = inside.col / stack.chunk.cols;
  return {row, col, (inside.row_end() - 1) / stack.chunk.rows - row + 1, (inside.col_end() - 1) / stack.chunk.cols - col + 1};
}

/// Counts what a cache of the planned size decodes when tiles come along the curve.
class CacheModel {
 public:
  explicit CacheModel(std::size_t capacity) : capacity_(capacity) {}

  /// Bytes decoded for a chunk: none when it is held.
  std::size_t touch(std::size_t stack, Index row, Index col, std::size_t bytes) {
    const Key key{stack, row, col};
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
  using Key = std::tuple<std::size_t, Index, Index>;
  std::size_t capacity_, used_ = 0;
  std::list<std::pair<Key, std::size_t>> recent_;
  std::map<Key, std::list<std::pair<Key, std::size_t>>::iterator> places_;
};

void measure(const Plan& plan, Pass& pass) {
  const Program program = make_program(plan, pass);
  const std::vector<Stack> stacks = stacks_of(plan, program);
  CacheModel cache(plan.cache_bytes);
  std::vector<Window> windows;
  std::set<std::tuple<std::size_t, Index, Index>> needed;
  std::size_t decoded = 0, needed_bytes = 0;
  // A stretch of the curve tells enough of a huge grid.
  constexpr Index stretch = 2048;
  Index count = 0;
  for (const Index tile : pass.tiles.hilbert_order()) {
    if (++count > stretch) break;
    request_windows(plan, pass, program, pass.tiles[tile], windows);
    for (std::size_t s = 0; s < stacks.size(); ++s) {
      const Window chunks = touched(stacks[s], windows[stacks[s].layer]);
      for (Index row = chunks.row; row < chunks.row_end(); ++row)
        for (Index col = chunks.col; col < chunks.col_end(); ++col) {
          decoded += cache.touch(s, row, col, stacks[s].bytes);
          if (needed.insert({s, row, col}).second) needed_bytes += stacks[s].bytes;
        }
    }
  }
  pass.input_bytes = input_footprint(plan, pass, pass.window);
  for (const LayerId layer : coarse_layers(plan, pass)) {
    const Pass coarse = coarse_pass(plan, layer);
    pass.input_bytes += input_footprint(plan, coarse, coarse.window);
  }
  pass.read_amplification = needed_bytes == 0 ? 1 : static_cast<double>(decoded) / static_cast<double>(needed_bytes);
}

}  // namespace

std::size_t input_footprint(const Plan& plan, const Pass& pass, const Window& window) {
  const Program program = make_program(plan, pass);
  std::vector<Window> windows;
  request_windows(plan, pass, program, window, windows);
  std::size_t bytes = 0;
  for (const Stack& stack : stacks_of(plan, program))
    bytes += static_cast<std::size_t>(touched(stack, windows[stack.layer]).shape().area()) * stack.bytes;
  return bytes;
}

void measure_reading(Plan& plan) {
  for (Pass& pass : plan.passes) measure(plan, pass);
}

}  // namespace terroir
