#include "pipeline/plan/blocking.h"

#include <algorithm>

namespace terroir {
namespace {

/// What the blocks of one thread should take: most of an L2 of 1 to 2 MiB.
constexpr std::size_t cache_target = std::size_t{1536} << 10;
constexpr Index least_slab = 4;
/// Halving a block further than this costs more in halo than it gains in cache.
constexpr double halo_limit = 1.25;

bool uses_series(const Plan& plan, const Pass& pass, std::size_t axis) {
  return std::any_of(pass.ops.begin(), pass.ops.end(),
                     [&](OpId id) { return plan.ops[id].time_use == TimeUse::series && axis_of(plan, plan.ops[id]) == axis; });
}

bool delivers_times(const Plan& plan, const Program& program) {
  return std::any_of(program.targets.begin(), program.targets.end(), [&](LayerId id) { return plan.layers[id].axis != none; });
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

/// Halves the block's rows, or its columns once it is a few rows high; false when that would cost too much.
bool halve_block(const Plan& plan, Pass& pass, const Program& program) {
  const Shape before = pass.block;
  if (pass.block.rows > 1 && (pass.block.rows > 8 || pass.block.cols <= 64))
    pass.block.rows = ceil_div(pass.block.rows, 2);
  else if (pass.block.cols > 64)
    pass.block.cols = ceil_div(pass.block.cols, 2);
  else
    return false;
  if (recompute_ratio(plan, pass, program) <= halo_limit) return true;
  pass.block = before;
  return false;
}

}  // namespace

void choose_blocks(const Plan& plan, Pass& pass, std::optional<Shape> forced) {
  pass.slab.clear();
  for (const auto& axis : plan.axes) pass.slab.push_back(axis.size());
  pass.block = pass.chunk;
  const Program program = make_program(plan, pass);
  // Layers with time are delivered chunk by chunk, so their block is the chunk and only the slab can shrink.
  const bool whole = delivers_times(plan, program);
  if (forced && !whole) {
    pass.block = {std::min(forced->rows, pass.chunk.rows), std::min(forced->cols, pass.chunk.cols)};
    return;
  }
  while (working_set(plan, pass, program) > cache_target)
    if (!halve_slabs(plan, pass) && (whole || !halve_block(plan, pass, program))) break;
}

double recompute_ratio(const Plan& plan, const Pass& pass, const Program& program) {
  std::vector<Window> windows;
  const Window block = typical_block(plan, pass);
  request_windows(plan, pass, program, block, windows);
  double worst = 1;
  for (const OpId id : pass.ops) {
    const LayerId out = plan.ops[id].out[0];
    if (plan.layers[out].lattice == pass.lattice)
      worst = std::max(worst, static_cast<double>(windows[out].shape().area()) / static_cast<double>(block.shape().area()));
  }
  for (const LayerId id : program.layers)
    if (plan.layers[id].lattice == pass.lattice)
      worst = std::max(worst, static_cast<double>(windows[id].shape().area()) / static_cast<double>(block.shape().area()));
  return worst;
}

}  // namespace terroir
