#include "pipeline/plan/passes.h"

#include "pipeline/plan/blocking.h"
#include "pipeline/plan/coarse.h"
#include "pipeline/plan/halo_cut.h"
#include "pipeline/plan/program.h"
#include "pipeline/plan/shapes.h"

#include <algorithm>
#include <map>
#include <set>

namespace terroir {
namespace {

/// How many generations of global processes a layer stands behind.
std::vector<std::size_t> generations(const Plan& plan) {
  std::vector<std::size_t> generation(plan.layers.size(), 0);
  for (const Op& op : plan.ops) {
    std::size_t last = 0;
    for (const LayerId in : op.in) last = std::max(last, generation[in]);
    for (const LayerId out : op.out) generation[out] = last + (op.scope == Scope::global ? 1 : 0);
  }
  return generation;
}

/// Whether an op makes each pixel of its inputs' pixel alone, at one time.
bool is_pixelwise(const Op& op) noexcept {
  return op.scope == Scope::local && op.time_use == TimeUse::pointwise && !op.regrids() && op.halo.rows == 0 && op.halo.cols == 0;
}

class PassCutter {
 public:
  explicit PassCutter(Plan& plan) : plan_(plan), generation_(generations(plan)) {}

  void cut() {
    const std::vector<OpId> used = used_ops();
    std::size_t last = 0;
    for (const OpId id : used) last = std::max(last, generation_[plan_.ops[id].out[0]]);
    for (std::size_t g = 0; g < last; ++g) add_fit_passes(used, g);
    add_output_passes();
    for (Pass& pass : plan_.passes) finish(pass);
    settle_own_passes(plan_);
    if (!plan_.passes.empty()) connect_kept(plan_.passes[0]);
  }

 private:
  /// Ops that some output needs: a step that nothing uses is not fitted either.
  [[nodiscard]] std::vector<OpId> used_ops() const {
    std::vector<LayerId> targets;
    for (const auto& output : plan_.outputs)
      for (const auto& array : output.arrays) targets.insert(targets.end(), array.layers.begin(), array.layers.end());
    return needed_ops(plan_, targets);
  }

  void add_fit_passes(const std::vector<OpId>& used, std::size_t generation) {
    const std::size_t first = plan_.passes.size();
    for (const OpId id : used) {
      const Op& op = plan_.ops[id];
      const PlannedLayer& in = plan_.layers[op.in[0]];
      if (op.scope != Scope::global || generation_[op.in[0]] != generation) continue;
      const Window window = in.lattice == 0 ? plan_.lattices[0].window() : in.extent;
      Pass* pass = nullptr;
      for (std::size_t i = first; i < plan_.passes.size(); ++i)
        if (plan_.passes[i].lattice == in.lattice && plan_.passes[i].window == window) pass = &plan_.passes[i];
      if (pass == nullptr) {
        plan_.passes.push_back(pass_over(in.lattice, window));
        pass = &plan_.passes.back();
      }
      pass->fits.push_back(id);
    }
  }

  /// A pass with the chunk and shard of the outputs on that window, so that states merge along the same tree.
  [[nodiscard]] Pass pass_over(std::size_t lattice, const Window& window) const {
    Pass pass;
    pass.lattice = lattice;
    pass.window = window;
    const Index side = default_chunk(window.shape(), 1);
    pass.chunk = {side, side};
    pass.shard = default_shard(window.shape(), pass.chunk, 1, 1);
    for (const auto& output : plan_.outputs)
      if (output.lattice == lattice && output.window == window) pass.chunk = output.chunk, pass.shard = output.shard;
    return pass;
  }

  void add_output_passes() {
    const std::size_t first = plan_.passes.size();
    for (std::size_t o = 0; o < plan_.outputs.size(); ++o) {
      const OutputPlan& output = plan_.outputs[o];
      Pass* pass = nullptr;
      for (std::size_t i = first; i < plan_.passes.size(); ++i) {
        const Pass& p = plan_.passes[i];
        if (p.lattice == output.lattice && p.window == output.window && p.chunk == output.chunk && p.shard == output.shard)
          pass = &plan_.passes[i];
      }
      if (pass == nullptr) {
        plan_.passes.push_back({});
        pass = &plan_.passes.back();
        pass->lattice = output.lattice;
        pass->window = output.window;
        pass->chunk = output.chunk;
        pass->shard = output.shard;
      }
      pass->outputs.push_back(o);
    }
  }

  void finish(Pass& pass) {
    pass.tiles = TileGrid(pass.window, pass.shard);
    pass.given = coarse_layers(plan_, pass, needed_ops(plan_, targets_of(plan_, pass)));
    pass.ops = needed_ops(plan_, targets_of(plan_, pass), pass.given);
    choose_blocks(plan_, pass, plan_.resources.block);
    pass.recompute = recompute_ratio(plan_, pass, make_program(plan_, pass));
    cut_at_halos(plan_, pass);
  }

  /// Lets later passes use what the first one computed: the fewest layers from which as many of them can start. What has time, or is an
  /// input, is not kept.
  void connect_kept(Pass& first) {
    std::vector<LayerId> layers = targets_of(plan_, first);
    std::erase_if(layers, [&](LayerId id) { return !is_still(first, id); });
    if (first.fits.empty() || layers.empty()) return;
    const std::vector<LayerId> fewer = narrowed(first, layers);
    const auto some = starting_from(first, fewer), all = fewer == layers ? some : starting_from(first, layers);
    const bool narrow = some.size() >= all.size();
    for (const std::size_t later : narrow ? some : all) plan_.passes[later].kept = narrow ? fewer : layers;
    if (!some.empty() || !all.empty()) first.keeps = narrow ? fewer : layers;
  }

  /// The passes that can start from layers of the first one: those that walk the same chunks, need no neighbours of these pixels, and are
  /// shorter for it.
  [[nodiscard]] std::vector<std::size_t> starting_from(const Pass& first, const std::vector<LayerId>& layers) const {
    std::vector<std::size_t> found;
    for (std::size_t i = 1; i < plan_.passes.size(); ++i) {
      Pass later = plan_.passes[i];
      if (later.lattice != first.lattice || later.window != first.window || later.chunk != first.chunk || later.shard != first.shard)
        continue;
      later.kept = layers;
      const Pass shorter = shortened(plan_, later);
      std::vector<Window> windows;
      const Window chunk{later.window.row, later.window.col, later.chunk.rows, later.chunk.cols};
      request_windows(plan_, shorter, make_program(plan_, shorter), chunk, windows);
      const bool whole = std::all_of(layers.begin(), layers.end(), [&](LayerId id) { return windows[id].empty() || windows[id] == chunk; });
      if (whole && shorter.ops.size() < later.ops.size()) found.push_back(i);
    }
    return found;
  }

  /// Whether a pass computes a layer, which has no time.
  [[nodiscard]] bool is_still(const Pass& pass, LayerId id) const {
    const PlannedLayer& layer = plan_.layers[id];
    return layer.axis == no_entry && layer.producer != no_entry &&
           std::find(pass.ops.begin(), pass.ops.end(), layer.producer) != pass.ops.end();
  }

  /// Layers from which a later pass can start as well: what a pixelwise step makes of fewer layers than it has is made of these again,
  /// which costs less than to keep it.
  [[nodiscard]] std::vector<LayerId> narrowed(const Pass& pass, std::vector<LayerId> layers) const {
    for (auto id = pass.ops.rbegin(); id != pass.ops.rend(); ++id) {
      const Op& op = plan_.ops[*id];
      const auto is_made = [&](LayerId layer) { return std::find(op.out.begin(), op.out.end(), layer) != op.out.end(); };
      const auto made = std::count_if(layers.begin(), layers.end(), is_made);
      std::set<LayerId> fresh(op.in.begin(), op.in.end());
      for (const LayerId layer : layers) fresh.erase(layer);
      const bool can_start = std::all_of(fresh.begin(), fresh.end(), [&](LayerId in) { return is_still(pass, in); });
      if (!is_pixelwise(op) || !can_start || static_cast<std::ptrdiff_t>(fresh.size()) >= made) continue;
      layers.erase(std::remove_if(layers.begin(), layers.end(), is_made), layers.end());
      layers.insert(layers.end(), fresh.begin(), fresh.end());
    }
    return layers;
  }

  Plan& plan_;
  std::vector<std::size_t> generation_;
};

}  // namespace

std::vector<OpId> needed_ops(const Plan& plan, const std::vector<LayerId>& targets, const std::vector<LayerId>& given) {
  std::set<LayerId> wanted(targets.begin(), targets.end());
  for (const LayerId id : given) wanted.erase(id);
  std::vector<OpId> ops;
  for (OpId id = plan.ops.size(); id-- > 0;) {
    const Op& op = plan.ops[id];
    if (std::none_of(op.out.begin(), op.out.end(), [&](LayerId out) { return wanted.count(out) > 0; })) continue;
    ops.push_back(id);
    for (const LayerId in : op.in)
      if (std::find(given.begin(), given.end(), in) == given.end()) wanted.insert(in);
  }
  std::reverse(ops.begin(), ops.end());
  return ops;
}

void cut_passes(Plan& plan) {
  const auto cut = [&] {
    plan.passes.clear();
    plan.own_passes.clear();
    PassCutter(plan).cut();
  };
  cut();
  if (own_passes_fit(plan)) return;
  plan.halos.own_passes = false;
  cut();
}

bool cut_frugally(Plan& plan) {
  const bool larger = std::any_of(plan.passes.begin(), plan.passes.end(), [](const Pass& p) { return p.piece() != p.chunk; });
  if (plan.resources.block || (plan.own_passes.empty() && !larger)) return false;
  plan.halos = {!plan.own_passes.empty(), false};
  cut_passes(plan);
  return true;
}

Pass shortened(const Plan& plan, const Pass& pass) {
  Pass shorter = pass;
  shorter.given.insert(shorter.given.end(), pass.kept.begin(), pass.kept.end());
  shorter.ops = needed_ops(plan, targets_of(plan, pass), shorter.given);
  choose_blocks(plan, shorter, plan.resources.block);
  // What was kept is kept by chunks.
  shorter.block = {std::min(shorter.block.rows, pass.chunk.rows), std::min(shorter.block.cols, pass.chunk.cols)};
  shorter.slab = pass.slab;  // what is written has room for so many times
  return shorter;
}

}  // namespace terroir
