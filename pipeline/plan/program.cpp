#include "pipeline/plan/program.h"

#include "tiling/buffer.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace terroir {
namespace {

/// Source pixels that may matter to destination pixels [first, end) along one direction.
std::pair<Index, Index> mapped(Index first, Index end, double scale, double offset, double support) {
  const double a = offset + scale * (static_cast<double>(first) + 0.5), b = offset + scale * (static_cast<double>(end) - 0.5);
  return {static_cast<Index>(std::floor(std::min(a, b) - support - 0.5)), static_cast<Index>(std::ceil(std::max(a, b) + support + 0.5))};
}

/// Columns of a layer that goes around the globe: one that is read goes on beyond its extent, one that is computed is there once.
Window around(const PlannedLayer& layer, Window window, Index period) {
  if (period != layer.extent.cols) {  // a part of the globe that lies on both ends of the destination
    window.col = layer.extent.col, window.cols = layer.extent.cols;
    return window;
  }
  window.col -= floor_div(window.col - layer.extent.col, period) * period;
  const bool whole = window.cols >= period || (layer.producer != no_entry && window.col_end() > layer.extent.col_end());
  if (whole) window.col = layer.extent.col, window.cols = period;
  return window;
}

Window requested(const Plan& plan, const Op& op, const Window& wanted) {
  // A layer that is read goes on around the globe; one that is computed is there once.
  if (op.warp) return op.warp->request(wanted, *op.kernel, plan.layers[op.in[0]].producer != no_entry);
  if (!op.map) return wanted.grown(op.halo);
  const LatticeMap& m = *op.map;
  const auto [row, row_end] =
      m.row_edges.empty() ? mapped(wanted.row, wanted.row_end(), m.row_scale, m.row_offset, *op.kernel->support(std::abs(m.row_scale)))
                          : m.uneven_rows(wanted.row, wanted.row_end());
  const auto [col, col_end] = mapped(wanted.col, wanted.col_end(), m.col_scale, m.col_offset, *op.kernel->support(std::abs(m.col_scale)));
  const Window window{row, col, row_end - row, col_end - col};
  return m.period > 0 ? around(plan.layers[op.in[0]], window, m.period) : window;
}

/// Sorts the ops of a pass into stages.
class ProgramMaker {
 public:
  ProgramMaker(const Plan& plan, const Pass& pass) : plan_(plan), pass_(pass), available_(plan.layers.size(), 0) {}

  Program make() {
    program_.targets = targets_of(plan_, pass_);
    collect_layers();
    std::size_t last = 0;
    for (const OpId id : pass_.ops) last = std::max(last, stage_of(id));
    for (const LayerId id : program_.targets) last = std::max(last, available_[id]);
    program_.stages.resize(last + 1);
    for (const OpId id : pass_.ops)
      if (axis_of(plan_, plan_.ops[id]) == no_entry) program_.stages[stages_[id]].still.push_back(id);
    for (std::size_t stage = 0; stage <= last; ++stage)
      for (std::size_t axis = 0; axis < plan_.axes.size(); ++axis) add_sweep(stage, axis);
    return std::move(program_);
  }

 private:
  void collect_layers() {
    std::set<LayerId> used(program_.targets.begin(), program_.targets.end());
    for (const OpId id : pass_.ops) {
      used.insert(plan_.ops[id].in.begin(), plan_.ops[id].in.end());
      used.insert(plan_.ops[id].out.begin(), plan_.ops[id].out.end());
    }
    program_.layers.assign(used.begin(), used.end());
    for (const LayerId id : program_.layers) {
      const bool given = std::find(pass_.given.begin(), pass_.given.end(), id) != pass_.given.end();
      if (given || (plan_.layers[id].producer == no_entry && plan_.layers[id].axis == no_entry)) program_.still_reads.push_back(id);
    }
  }

  std::size_t stage_of(OpId id) {
    const Op& op = plan_.ops[id];
    std::size_t stage = 0;
    for (const LayerId in : op.in) stage = std::max(stage, available_[in]);
    for (const LayerId out : op.out) available_[out] = stage + (op.time_use == TimeUse::pointwise ? 0 : 1);
    stages_[id] = stage;
    return stage;
  }

  void add_sweep(std::size_t stage, std::size_t axis) {
    Program::Sweep sweep{axis, {}, {}, {}};
    std::set<LayerId> wanted;
    std::set<OpId> chosen;
    for (const LayerId id : program_.targets)
      if (plan_.layers[id].axis == axis && available_[id] == stage) sweep.delivered.push_back(id), wanted.insert(id);
    for (auto id = pass_.ops.rbegin(); id != pass_.ops.rend(); ++id) {
      const Op& op = plan_.ops[*id];
      if (axis_of(plan_, op) != axis) continue;
      const bool reducer = op.time_use != TimeUse::pointwise;
      const bool asked = std::any_of(op.out.begin(), op.out.end(), [&](LayerId out) { return wanted.count(out) > 0; });
      if (reducer ? stages_[*id] != stage : !asked) continue;
      chosen.insert(*id);
      wanted.insert(op.in.begin(), op.in.end());
    }
    for (const OpId id : pass_.ops)
      if (chosen.count(id) > 0) sweep.ops.push_back(id);
    for (const LayerId id : wanted)
      if (plan_.layers[id].producer == no_entry && plan_.layers[id].axis == axis) sweep.reads.push_back(id);
    if (!sweep.ops.empty() || !sweep.delivered.empty()) program_.stages[stage].sweeps.push_back(std::move(sweep));
  }

  const Plan& plan_;
  const Pass& pass_;
  Program program_;
  std::vector<std::size_t> available_;  ///< stage from which a layer is there
  std::map<OpId, std::size_t> stages_;
};

}  // namespace

std::vector<LayerId> targets_of(const Plan& plan, const Pass& pass) {
  std::vector<LayerId> targets;
  const auto add = [&](LayerId id) {
    if (std::find(targets.begin(), targets.end(), id) == targets.end()) targets.push_back(id);
  };
  for (const std::size_t output : pass.outputs)
    for (const auto& array : plan.outputs[output].arrays)
      for (const LayerId id : array.layers) add(id);
  for (const OpId fit : pass.fits)
    for (const LayerId id : plan.ops[fit].in) add(id);
  for (const LayerId id : pass.keeps) add(id);
  return targets;
}

Program make_program(const Plan& plan, const Pass& pass) { return ProgramMaker(plan, pass).make(); }

void request_windows(const Plan& plan, const Pass& pass, const Program& program, const Window& block, std::vector<Window>& windows) {
  windows.assign(plan.layers.size(), Window{});
  for (const LayerId id : program.targets) windows[id] = block;
  for (auto id = pass.ops.rbegin(); id != pass.ops.rend(); ++id) {
    const Op& op = plan.ops[*id];
    Window wanted;
    for (const LayerId out : op.out) wanted = bounding(wanted, windows[out]);
    if (wanted.empty()) continue;
    for (const LayerId out : op.out) windows[out] = wanted;
    const Window asked = requested(plan, op, wanted);
    for (const LayerId in : op.in) windows[in] = bounding(windows[in], asked);
  }
}

Index block_times(const Plan& plan, const Pass& pass, LayerId id) noexcept {
  const std::size_t axis = plan.layers[id].axis;
  return axis == no_entry ? 1 : std::min(pass.slab[axis], plan.axes[axis].size());
}

Index held_time_chunks(const Pass& pass, const ArrayPlan& array) noexcept {
  return array.axis == no_entry ? 1 : ceil_div(std::min(pass.slab[array.axis], array.times), array.time_chunk);
}

std::size_t axis_of(const Plan& plan, const Op& op) noexcept {
  for (const LayerId out : op.out)
    if (plan.layers[out].axis != no_entry) return plan.layers[out].axis;
  if (op.time_use != TimeUse::pointwise)
    for (const LayerId in : op.in)
      if (plan.layers[in].axis != no_entry) return plan.layers[in].axis;
  return no_entry;
}

BlockMemory block_memory(const Plan& plan, const Pass& pass, const Program& program, const Window& block) {
  std::vector<Window> windows;
  request_windows(plan, pass, program, block, windows);
  BlockMemory memory;
  for (const LayerId id : program.layers)
    memory.layers += block_floats(block_times(plan, pass, id), windows[id].shape(), {}) * sizeof(float);
  for (const OpId id : pass.ops) {
    const Op& op = plan.ops[id];
    const Window& out = windows[op.out[0]];
    Index times = 1;
    for (const LayerId in : op.in) times = std::max(times, block_times(plan, pass, in));
    // A copy of an input with its boundary filled in.
    std::size_t copies = 0;
    if (!op.regrids())
      for (const LayerId in : op.in) copies += block_floats(block_times(plan, pass, in), out.shape(), op.halo) * sizeof(float);
    memory.scratch = std::max(memory.scratch, op.kernel->scratch_bytes(times, out.shape()) + copies);
    if (op.time_use == TimeUse::streaming)
      memory.states += static_cast<std::size_t>(op.kernel->state_planes() * out.shape().area()) * sizeof(double);
  }
  return memory;
}

bool warps(const Plan& plan, const Pass& pass) noexcept {
  return std::any_of(pass.ops.begin(), pass.ops.end(), [&](OpId id) { return plan.ops[id].warp != nullptr; });
}

Window typical_block(const Plan& plan, const Pass& pass) {
  const Window first{pass.window.row, pass.window.col, pass.block.rows, pass.block.cols};
  for (const OpId id : pass.ops) {
    if (plan.ops[id].warp == nullptr) continue;
    const Window there = intersect(pass.window, plan.layers[plan.ops[id].out[0]].extent);
    if (there.empty()) continue;
    const Index row = (there.row + there.rows / 2 - first.row) / first.rows, col = (there.col + there.cols / 2 - first.col) / first.cols;
    return first.shifted(row * first.rows, col * first.cols);
  }
  return first;
}

std::size_t block_limit(const Plan& plan, const Pass& pass, const Program& program) {
  constexpr Index samples = 4;
  constexpr std::size_t least = std::size_t{4} << 20;
  std::size_t most = block_memory(plan, pass, program, typical_block(plan, pass)).total();
  for (Index i = 0; i <= samples; ++i)
    for (Index j = 0; j <= samples; ++j) {
      const Index row = (pass.window.rows - 1) * i / samples / pass.block.rows,
                  col = (pass.window.cols - 1) * j / samples / pass.block.cols;
      const Window block{pass.window.row + row * pass.block.rows, pass.window.col + col * pass.block.cols, pass.block.rows,
                         pass.block.cols};
      const std::size_t bytes = block_memory(plan, pass, program, block).total();
      // What a few blocks at a pole take is no measure for all.
      if (bytes < 4 * std::max(most, least)) most = std::max(most, bytes);
    }
  return std::max(least, most + most / 4);
}

}  // namespace terroir
