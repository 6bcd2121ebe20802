#include "pipeline/run/block_runner.h"

#include "pipeline/run/boundary.h"

#include <algorithm>

namespace terroir {

BlockRunner::BlockRunner(const Plan& plan, const Pass& pass, const Program& program, LayerSource& reader, const Fitted& fitted,
                         Meter& meter)
    : plan_(plan), pass_(pass), program_(program), reader_(reader), fitted_(fitted), meter_(meter), held_(plan.layers.size()) {
  for (const auto& stage : program.stages) {
    still_groups_.push_back(group(stage.still));
    auto& sweeps = sweep_groups_.emplace_back();
    for (const auto& sweep : stage.sweeps) sweeps.push_back(group(sweep.ops));
  }
}

std::vector<BlockRunner::Group> BlockRunner::group(const std::vector<OpId>& ops) const {
  std::vector<Group> groups;
  for (const OpId id : ops) {
    const Op& op = plan_.ops[id];
    const auto joins = [&](const Group& g) {
      const Op& first = plan_.ops[g.front()];
      return op.kernel->sweep() != nullptr && first.kernel->sweep() == op.kernel->sweep() && first.in == op.in &&
             first.boundary == op.boundary && first.halo == op.halo;
    };
    const auto found = std::find_if(groups.begin(), groups.end(), joins);
    if (found != groups.end())
      found->push_back(id);
    else
      groups.push_back({id});
  }
  return groups;
}

void BlockRunner::run(const Window& block, BlockReceiver& receiver) {
  request_windows(plan_, pass_, program_, block, windows_);
  lay_out(block, receiver);
  complete_.assign(plan_.layers.size(), false);
  for (const LayerId id : program_.still_reads) read_layer(id, 0, 1);
  for (std::size_t s = 0; s < program_.stages.size(); ++s) {
    {
      const Stopwatch watch(meter_.compute_ns);
      for (const Group& g : still_groups_[s]) run_group(g, 1);
    }
    for (std::size_t i = 0; i < program_.stages[s].sweeps.size(); ++i)
      run_sweep(program_.stages[s].sweeps[i], sweep_groups_[s][i], block, receiver);
  }
  for (const LayerId id : program_.targets)
    if (plan_.layers[id].axis == no_entry) give(id, 0, 1, block, receiver);
}

/// Gives every layer of the block its memory: a static target that is computed on the block's own window straight in its home.
void BlockRunner::lay_out(const Window& block, BlockReceiver& receiver) {
  std::vector<LayerId> here;
  std::size_t floats = 0;
  for (const LayerId id : program_.layers) {
    Held& held = held_[id];
    held = {windows_[id], {}};
    const bool target = std::find(program_.targets.begin(), program_.targets.end(), id) != program_.targets.end();
    if (target && plan_.layers[id].axis == no_entry && held.window == block) held.pixels = receiver.home(id);
    if (held.pixels.times() > 0 || held.window.empty()) continue;
    floats += block_floats(block_times(plan_, pass_, id), held.window.shape(), {});
    here.push_back(id);
  }
  arena_.reserve(floats * sizeof(float));
  auto* next = reinterpret_cast<float*>(arena_.data());
  for (const LayerId id : here) {
    const Index times = block_times(plan_, pass_, id);
    held_[id].pixels = lay_block(next, times, held_[id].window.shape(), {});
    next += block_floats(times, held_[id].window.shape(), {});
  }
}

void BlockRunner::run_sweep(const Program::Sweep& sweep, const std::vector<Group>& groups, const Window& block, BlockReceiver& receiver) {
  const Index all = plan_.axes[sweep.axis].size(), slab = std::min(pass_.slab[sweep.axis], all);
  const auto streaming = [&](OpId id) { return plan_.ops[id].time_use == TimeUse::streaming; };
  for (const OpId id : sweep.ops)
    if (streaming(id)) plan_.ops[id].kernel->init(state_of(id, windows_[plan_.ops[id].out[0]].shape()));
  for (Index first = 0; first < all; first += slab) {
    const Index count = std::min(slab, all - first);
    for (const LayerId id : sweep.reads)
      if (!complete_[id]) {
        read_layer(id, first, count);
        complete_[id] = slab == all;
      }
    const Stopwatch watch(meter_.compute_ns);
    for (const Group& g : groups) {
      const Op& op = plan_.ops[g.front()];
      if (complete_[op.out[0]]) continue;
      run_group(g, count);
      for (const OpId id : g)
        for (const LayerId out : plan_.ops[id].out) complete_[out] = slab == all && op.time_use == TimeUse::pointwise;
    }
    for (const LayerId id : sweep.delivered) give(id, first, count, block, receiver);
  }
  for (const OpId id : sweep.ops) {
    const Op& op = plan_.ops[id];
    if (!streaming(id)) continue;
    std::vector<Block<float>> out;
    for (const LayerId layer : op.out) out.push_back(held_[layer].pixels);
    op.kernel->finish(state_of(id, windows_[op.out[0]].shape()), out);
    clear_edges(op, 1);
  }
}

void BlockRunner::read_layer(LayerId id, Index first, Index count) {
  const Held& held = held_[id];
  if (!held.window.empty()) reader_.read(id, first, held.window, held.pixels.slab(0, count));
}

StateView BlockRunner::state_of(OpId id, Shape shape) {
  Buffer& buffer = states_[id];
  buffer.reserve(static_cast<std::size_t>(plan_.ops[id].kernel->state_planes() * shape.area()) * sizeof(double));
  return {reinterpret_cast<double*>(buffer.data()), shape};
}

void BlockRunner::run_group(const Group& group, Index count) {
  const Op& first = plan_.ops[group.front()];
  const Window out = windows_[first.out[0]];
  bool together = group.size() > 1 && !needs_copy(first, plan_.layers[first.in[0]], out.grown(first.halo));
  for (const OpId id : group) together = together && windows_[plan_.ops[id].out[0]] == out;
  if (!together) {
    for (const OpId id : group) run_op(id, count);
    return;
  }
  std::vector<const BoundKernel*> kernels;
  std::vector<Block<float>> outputs;
  for (const OpId id : group) {
    kernels.push_back(plan_.ops[id].kernel.get());
    for (const LayerId layer : plan_.ops[id].out) outputs.push_back(held_[layer].pixels.slab(0, count));
  }
  float* copies = nullptr;
  std::vector<Block<const float>> in;
  for (const LayerId layer : first.in) in.push_back(input(first, layer, out, count, count, copies));
  std::size_t scratch = 0;
  for (const BoundKernel* kernel : kernels) scratch = std::max(scratch, kernel->scratch_bytes(count, out.shape()));
  scratch_.reserve(scratch);
  first.kernel->sweep()(kernels, {in, outputs, ground(plan_.layers[first.out[0]].lattice, out), {}, {}, scratch_.data()});
  for (const OpId id : group) clear_edges(plan_.ops[id], count);
}

void BlockRunner::run_op(OpId id, Index count) {
  const Op& op = plan_.ops[id];
  const Window out = windows_[op.out[0]];
  if (out.empty()) return;
  const Index times = plan_.layers[op.out[0]].axis == no_entry && op.time_use == TimeUse::pointwise ? 1 : count;
  const std::size_t own = (op.kernel->scratch_bytes(times, out.shape()) + 63) / 64 * 64;
  std::size_t copied = 0;
  for (const LayerId in : op.in)
    if (needs_copy(op, plan_.layers[in], out.grown(op.halo))) copied += block_floats(block_times(plan_, pass_, in), out.shape(), op.halo);
  scratch_.reserve(own + copied * sizeof(float));
  auto* copies = reinterpret_cast<float*>(scratch_.data() + own);
  std::vector<Block<const float>> in;
  for (const LayerId layer : op.in) in.push_back(input(op, layer, out, count, times, copies));
  if (op.time_use == TimeUse::streaming) {
    op.kernel->advance(in, state_of(id, out.shape()));
    return;
  }
  std::vector<Block<float>> outputs;
  for (const LayerId layer : op.out) {
    const Index steps = plan_.layers[layer].axis == no_entry ? 1 : count;
    outputs.push_back(held_[layer].pixels.slab(0, steps));
  }
  Args args{in, outputs, {}, {}, {}, scratch_.data()};
  if (op.scope == Scope::focal) args.ground = ground(plan_.layers[op.out[0]].lattice, out);
  if (op.fit != no_entry) args.fitted = fitted_.at(op.fit);
  if (op.map) {
    const Window counted = {out.row - op.map->first_row, out.col - op.map->first_col, out.rows, out.cols};
    args.map = {op.map->row_scale, op.map->first_row_offset, op.map->col_scale, op.map->first_col_offset, counted, windows_[op.in[0]]};
    args.map.period = op.map->period;
    args.map.first_latitude = op.map->first_latitude, args.map.latitude_step = op.map->latitude_step;
    args.map.row_edges = op.map->row_edges;
  }
  Warp::Patches patches;
  if (op.warp) {
    if (windows_[op.in[0]].empty()) return clear(op, times);
    patches = op.warp->patches(out);
    args.map = {op.warp->mirrored() ? -1.0 : 1.0, 0, 1, 0, out, windows_[op.in[0]], patches, op.warp->extent(), op.warp->period()};
    args.map.largest_scale = op.warp->largest_scale();
    args.map.turn = op.warp->turn(), args.map.torn = op.warp->torn();
    const auto [first_latitude, latitude_step] = op.warp->latitudes();
    args.map.first_latitude = first_latitude, args.map.latitude_step = latitude_step;
  }
  op.kernel->run(args);
  clear_edges(op, times);
}

bool BlockRunner::needs_copy(const Op& op, const PlannedLayer& in, const Window& asked) const {
  if (op.regrids() || (op.halo.rows == 0 && op.halo.cols == 0)) return false;
  if (op.boundary == Boundary::nodata && !in.periodic) return false;
  return !in.extent.contains(asked);
}

Block<const float> BlockRunner::input(const Op& op, LayerId in, const Window& out, Index count, Index times, float*& copies) {
  const PlannedLayer& layer = plan_.layers[in];
  const Held& held = held_[in];
  Block<const float> pixels = held.pixels.slab(0, layer.axis == no_entry ? 1 : count);
  if (!op.regrids()) {
    const Window asked = out.grown(op.halo);
    if (needs_copy(op, layer, asked)) {
      const Block<float> copy = lay_block(copies, pixels.times(), out.shape(), op.halo);
      copies += block_floats(pixels.times(), out.shape(), op.halo);
      const Block<float> whole{copy.row(0, -op.halo.rows) - op.halo.cols, copy.times(), asked.shape(), copy.time_stride(),
                               copy.row_stride()};
      copy_with_boundary(pixels, held.window, asked, layer.extent, op.boundary, whole);
      pixels = copy;
    } else {
      pixels = pixels.inner(out.row - held.window.row, out.col - held.window.col, out.shape(), op.halo);
    }
  }
  return layer.axis == no_entry && times > 1 ? pixels.broadcast(times) : pixels;
}

void BlockRunner::clear(const Op& op, Index count) {
  for (const LayerId id : op.out)
    clear_outside(held_[id].pixels.slab(0, plan_.layers[id].axis == no_entry ? 1 : count), held_[id].window, {}, false);
}

void BlockRunner::clear_edges(const Op& op, Index count) {
  for (const LayerId id : op.out) {
    const PlannedLayer& layer = plan_.layers[id];
    const Held& held = held_[id];
    Window extent = layer.extent;
    if (layer.periodic) extent.col = held.window.col, extent.cols = held.window.cols;
    if (!extent.contains(held.window))
      clear_outside(held.pixels.slab(0, layer.axis == no_entry ? 1 : count), held.window, layer.extent, layer.periodic);
  }
}

Ground BlockRunner::ground(std::size_t lattice, const Window& rows) {
  if (ground_lattice_ != lattice || ground_rows_.row != rows.row || ground_rows_.rows != rows.rows) {
    ground_width_.clear();
    ground_height_.clear();
    for (Index r = 0; r < rows.rows; ++r) {
      const auto [width, height] = plan_.lattices[lattice].ground_size(rows.row + r);
      ground_width_.push_back(width);
      ground_height_.push_back(height);
    }
    ground_lattice_ = lattice;
    ground_rows_ = rows;
  }
  return {ground_width_, ground_height_};
}

void BlockRunner::give(LayerId id, Index first, Index count, const Window& block, BlockReceiver& receiver) {
  const Held& held = held_[id];
  receiver.deliver(id, first, held.pixels.slab(0, count).inner(block.row - held.window.row, block.col - held.window.col, block.shape()));
}

}  // namespace terroir
