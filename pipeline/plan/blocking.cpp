#include "pipeline/plan/blocking.h"

#include <algorithm>

namespace terroir {
namespace {

/// What the blocks of one thread should take: most of an L2 of 1 to 2 MiB.
constexpr std::size_t cache_target = std::size_t{1536} << 10;
constexpr Index least_slab = 4;
/// Halving a block further than this costs more in halo than it gains in cache.
constexpr double halo_limit = 1.25;
/// Blocks of several chunks take at most this part of the allowed memory.
constexpr std::size_t memory_part = 4;

double area_ratio(const Window& window, const Window& block) {
  return static_cast<double>(window.shape().area()) / static_cast<double>(block.shape().area());
}

/// Pixels of the worst layer over those of the block.
double worst_layer(const Plan& plan, const Pass& pass, const Program& program) {
  std::vector<Window> windows;
  const Window block = typical_block(plan, pass);
  request_windows(plan, pass, program, block, windows);
  double worst = 1;
  for (const LayerId id : program.layers)
    if (plan.layers[id].lattice == pass.lattice) worst = std::max(worst, area_ratio(windows[id], block));
  return worst;
}

bool uses_series(const Plan& plan, const Pass& pass, std::size_t axis) {
  return std::any_of(pass.ops.begin(), pass.ops.end(),
                     [&](OpId id) { return plan.ops[id].time_use == TimeUse::series && axis_of(plan, plan.ops[id]) == axis; });
}

std::size_t working_set(const Plan& plan, const Pass& pass, const Program& program) {
  return block_memory(plan, pass, program, typical_block(plan, pass)).total();
}

/// The time chunk that all arrays written along an axis share; 0 when none is written, nothing when they differ.
std::optional<Index> written_time_chunk(const Plan& plan, const Pass& pass, std::size_t axis) {
  Index chunk = 0;
  for (const std::size_t output : pass.outputs)
    for (const auto& array : plan.outputs[output].arrays) {
      if (array.axis != axis) continue;
      if (chunk != 0 && chunk != array.time_chunk) return std::nullopt;
      chunk = array.time_chunk;
    }
  return chunk;
}

/// The next smaller slab: of written axes a whole time chunk or an even part of one, so that chunks end where slabs end.
Index smaller_slab(Index slab, Index written) {
  if (written == 0) return std::max(least_slab, slab / 2);
  if (slab > written) return written;
  return slab % 2 == 0 ? slab / 2 : slab;
}

/// Makes the slabs of axes that no series process needs whole smaller; false when none can be.
bool halve_slabs(const Plan& plan, Pass& pass) {
  bool halved = false;
  for (std::size_t axis = 0; axis < pass.slab.size(); ++axis) {
    const auto written = written_time_chunk(plan, pass, axis);
    if (!written || uses_series(plan, pass, axis)) continue;
    const Index smaller = std::min(pass.slab[axis], smaller_slab(pass.slab[axis], *written));
    halved = halved || smaller < pass.slab[axis];
    pass.slab[axis] = smaller;
  }
  return halved;
}

/// Halves the block's rows, or its columns once it is four rows high: a chunk of the input is read along its rows. False when that would
/// cost too much.
bool halve_block(const Plan& plan, Pass& pass, const Program& program) {
  const Shape before = pass.block;
  if (pass.block.rows > 1 && (pass.block.rows > 4 || pass.block.cols <= 64))
    pass.block.rows = ceil_div(pass.block.rows, 2);
  else if (pass.block.cols > 64)
    pass.block.cols = ceil_div(pass.block.cols, 2);
  else
    return false;
  if (worst_layer(plan, pass, program) <= halo_limit) return true;
  pass.block = before;
  return false;
}

/// All of a tile, in whole chunks.
Shape largest_block(const Pass& pass) {
  const auto side = [](Index window, Index shard, Index chunk) { return std::min(shard, ceil_div(window, chunk) * chunk); };
  return {side(pass.window.rows, pass.shard.rows, pass.chunk.rows), side(pass.window.cols, pass.shard.cols, pass.chunk.cols)};
}

/// Twice as many chunks along the shorter side, as far as the tile goes.
Shape larger_block(Shape block, Shape most) {
  const bool widen = block.cols < most.cols && (block.cols <= block.rows || block.rows == most.rows);
  Index& side = widen ? block.cols : block.rows;
  side = std::min(2 * side, widen ? most.cols : most.rows);
  return block;
}

/// Whether each thread still has a piece of the tile, and all of them have the memory for theirs.
bool affordable(const Plan& plan, const Pass& pass, const Program& program) {
  const auto threads = static_cast<std::size_t>(plan.resources.threads);
  const Shape most = largest_block(pass);
  if (ceil_div(most.rows, pass.block.rows) * ceil_div(most.cols, pass.block.cols) < plan.resources.threads) return false;
  return plan.resources.memory == 0 || threads * working_set(plan, pass, program) <= plan.resources.memory / memory_part;
}

/// Lets a block grow over the chunks of its tile until halos cost no more than the limit, or it cannot grow.
void enlarge_block(const Plan& plan, Pass& pass, const Program& program) {
  const Shape most = largest_block(pass);
  while (recompute_ratio(plan, pass, program) > recompute_limit && pass.block != most) {
    const Shape before = pass.block;
    pass.block = larger_block(before, most);
    if (affordable(plan, pass, program)) continue;
    pass.block = before;
    return;
  }
}

/// A side of a block as it was asked for: some of a chunk, or whole chunks of a tile.
Index forced_side(Index asked, Index chunk, Index most) { return std::min(asked < chunk ? asked : asked / chunk * chunk, most); }

}  // namespace

void choose_blocks(const Plan& plan, Pass& pass, std::optional<Shape> forced) {
  pass.slab.clear();
  for (const auto& axis : plan.axes) pass.slab.push_back(axis.size());
  pass.block = pass.chunk;
  const Program program = make_program(plan, pass);
  // Of layers with time only the slab can shrink.
  const bool whole = delivers_times(plan, program);
  if (forced && !whole) {
    const Shape most = largest_block(pass);
    pass.block = {forced_side(forced->rows, pass.chunk.rows, most.rows), forced_side(forced->cols, pass.chunk.cols, most.cols)};
    return;
  }
  while (working_set(plan, pass, program) > cache_target)
    if (!halve_slabs(plan, pass) && (whole || !halve_block(plan, pass, program))) break;
  if (!whole && plan.halos.larger_blocks) enlarge_block(plan, pass, program);
}

bool delivers_times(const Plan& plan, const Program& program) {
  return std::any_of(program.targets.begin(), program.targets.end(), [&](LayerId id) { return plan.layers[id].axis != no_entry; });
}

double recompute_ratio(const Plan& plan, const Pass& pass, const Program& program) {
  std::vector<Window> windows;
  const Window block = typical_block(plan, pass);
  request_windows(plan, pass, program, block, windows);
  double worked = 0;
  std::size_t ops = 0;
  for (const OpId id : pass.ops) {
    const Op& op = plan.ops[id];
    if (plan.layers[op.out[0]].lattice != pass.lattice) continue;
    const Window out = windows[op.out[0]];
    worked += area_ratio(op.regrids() ? out : out.grown(op.halo), block);
    ++ops;
  }
  return ops == 0 ? 1 : worked / static_cast<double>(ops);
}

}  // namespace terroir
