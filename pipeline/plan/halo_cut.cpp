#include "pipeline/plan/halo_cut.h"

#include "pipeline/plan/blocking.h"
#include "pipeline/plan/coarse.h"
#include "pipeline/plan/passes.h"
#include "pipeline/plan/program.h"

#include <algorithm>

namespace terroir {
namespace {

/// Cuts are made where all of them leave at most this part of the work: chunks have to be carried to and from the cache, and take memory.
constexpr double worthwhile = 0.6;
/// And each saves at least the work of half a step without halo.
constexpr double least_gain = 0.5;
/// Chunks of an own pass are wide enough when its steps work on at most so many pixels for each one kept.
constexpr double wide_enough = 1.5;
constexpr Index least_side = 256, largest_side = 1024;
/// And no wider than leaves so many of them, if that can be: those who need one that another rank or thread is computing wait for it.
constexpr Index fewest_chunks = 16;

bool reads(const Plan& plan, const Pass& pass, LayerId layer) {
  const auto has = [&](const std::vector<LayerId>& layers) { return std::find(layers.begin(), layers.end(), layer) != layers.end(); };
  return has(targets_of(plan, pass)) || std::any_of(pass.ops.begin(), pass.ops.end(), [&](OpId id) { return has(plan.ops[id].in); });
}

/// Chooses ops and block of a pass whose `given` layers have changed.
void rework(const Plan& plan, Pass& pass) {
  pass.ops = needed_ops(plan, targets_of(plan, pass), pass.given);
  std::erase_if(pass.given, [&](LayerId id) { return !reads(plan, pass, id); });
  choose_blocks(plan, pass, plan.resources.block);
  pass.recompute = recompute_ratio(plan, pass, make_program(plan, pass));
}

void set_chunk(Pass& pass, Shape chunk) {
  pass.chunk = pass.shard = {std::min(chunk.rows, pass.window.rows), std::min(chunk.cols, pass.window.cols)};
  pass.tiles = TileGrid(pass.window, pass.shard);
}

/// What a pass reads of a layer in all.
Window wanted_of(const Plan& plan, const Pass& pass, LayerId layer) {
  if (std::find(pass.given.begin(), pass.given.end(), layer) == pass.given.end()) return {};
  // What another grid asks for in parts may lie beyond what it asks for as a whole.
  const bool regrids = std::any_of(pass.ops.begin(), pass.ops.end(), [&](OpId id) { return plan.ops[id].regrids(); });
  if (regrids) return plan.layers[layer].extent;
  std::vector<Window> windows;
  request_windows(plan, pass, make_program(plan, pass), pass.window, windows);
  return intersect(windows[layer], plan.layers[layer].extent);
}

/// The pass of one layer of a pass, over a window of it; nothing where that takes layers with time, which are read in other ways, or other
/// CRSs.
std::optional<Pass> own_pass(const Plan& plan, const Pass& of, LayerId layer, const Window& window) {
  Pass pass;
  pass.lattice = plan.layers[layer].lattice;
  pass.window = window;
  pass.keeps = {layer};
  for (Index side = least_side;; side *= 2) {
    pass.given = of.given;
    set_chunk(pass, {side, side});
    rework(plan, pass);
    const Program program = make_program(plan, pass);
    const auto timed = [&](LayerId id) { return plan.layers[id].axis != no_entry; };
    if (warps(plan, pass) || std::any_of(program.layers.begin(), program.layers.end(), timed)) return std::nullopt;
    const Index next = ceil_div(pass.window.rows, 2 * side) * ceil_div(pass.window.cols, 2 * side);
    if (pass.recompute <= wide_enough || side == largest_side || next < fewest_chunks) return pass;
  }
}

/// Pixels that all steps of a pass work on for each one kept.
double work_of(const Pass& pass) { return pass.recompute * static_cast<double>(pass.ops.size()); }

/// A pass that reads some layers, and the passes of those.
struct Cut {
  Pass rest;
  std::vector<Pass> own;
  double work = 0;
};

/// Layers of an op that the pass wants with their neighbours.
std::vector<LayerId> wanted_widely(const Plan& plan, const Pass& pass, const Op& op, const std::vector<Window>& windows) {
  std::vector<LayerId> layers;
  const Window block = typical_block(plan, pass);
  for (const LayerId id : op.out) {
    const PlannedLayer& layer = plan.layers[id];
    const bool possible = layer.lattice == pass.lattice && layer.axis == no_entry && !layer.periodic;
    if (possible && reads(plan, pass, id) && windows[id] != block && !windows[id].empty()) layers.push_back(id);
  }
  return layers;
}

std::optional<Cut> cut_at(const Plan& plan, const Pass& pass, const std::vector<LayerId>& layers) {
  Cut cut{pass, {}, 0};
  cut.rest.given.insert(cut.rest.given.end(), layers.begin(), layers.end());
  rework(plan, cut.rest);
  cut.work = work_of(cut.rest);
  for (const LayerId layer : layers) {
    const Window wanted = wanted_of(plan, cut.rest, layer);
    if (wanted.empty()) return std::nullopt;
    auto own = own_pass(plan, pass, layer, wanted);
    if (!own) return std::nullopt;
    cut.work += work_of(*own);
    cut.own.push_back(std::move(*own));
  }
  return cut;
}

/// The cut that leaves least work.
std::optional<Cut> best_cut(const Plan& plan, const Pass& pass) {
  std::vector<Window> windows;
  request_windows(plan, pass, make_program(plan, pass), typical_block(plan, pass), windows);
  std::optional<Cut> best;
  for (const OpId id : pass.ops) {
    const std::vector<LayerId> layers = wanted_widely(plan, pass, plan.ops[id], windows);
    if (layers.empty()) continue;
    auto cut = cut_at(plan, pass, layers);
    if (cut && (!best || cut->work < best->work)) best = std::move(cut);
  }
  return best;
}

/// Adds a pass for a layer that has none yet.
void add(Pass own, std::vector<Pass>& passes) {
  const bool there = std::any_of(passes.begin(), passes.end(), [&](const Pass& p) { return p.keeps == own.keeps; });
  if (!there) passes.push_back(std::move(own));
}

/// Cuts a pass, and the passes that it is cut off from, until none has too much to do for its halos, or no cut helps.
Cut cut_up(const Plan& plan, const Pass& pass) {
  Cut all{pass, {}, 0};
  while (all.rest.recompute > recompute_limit) {
    auto cut = best_cut(plan, all.rest);
    if (!cut || cut->work > work_of(all.rest) - least_gain) break;
    for (const Pass& own : cut->own) {
      Cut deeper = cut_up(plan, own);
      for (Pass& behind : deeper.own) add(std::move(behind), all.own);
      add(std::move(deeper.rest), all.own);
    }
    all.rest = std::move(cut->rest);
  }
  all.work = work_of(all.rest);
  for (const Pass& own : all.own) all.work += work_of(own);
  return all;
}

}  // namespace

void cut_at_halos(Plan& plan, Pass& pass) {
  if (plan.resources.block || !plan.halos.own_passes || pass.recompute <= recompute_limit) return;
  Cut cut = cut_up(plan, pass);
  if (cut.work > worthwhile * work_of(pass)) return;
  for (Pass& own : cut.own) add(std::move(own), plan.own_passes);
  pass = std::move(cut.rest);
}

void settle_own_passes(Plan& plan) {
  for (std::size_t i = plan.own_passes.size(); i-- > 0;) {
    Pass& own = plan.own_passes[i];
    Window wanted;
    for (const Pass& pass : plan.passes) wanted = bounding(wanted, wanted_of(plan, pass, own.keeps[0]));
    for (std::size_t later = i + 1; later < plan.own_passes.size(); ++later)
      wanted = bounding(wanted, wanted_of(plan, plan.own_passes[later], own.keeps[0]));
    if (wanted.empty()) continue;
    own.window = wanted;
    set_chunk(own, own.chunk);
    rework(plan, own);
  }
}

bool own_passes_fit(const Plan& plan) {
  const Resources& r = plan.resources;
  if (r.memory > 0 && own_bytes_at_once(plan) > r.memory / 8) return false;
  return r.ranks == 1 || (!r.scratch.in_memory && (!r.scratch.free || shared_bytes(plan) <= *r.scratch.free / 2));
}

}  // namespace terroir
