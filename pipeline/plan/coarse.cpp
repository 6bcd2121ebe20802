#include "pipeline/plan/coarse.h"

#include "pipeline/plan/blocking.h"
#include "pipeline/plan/passes.h"
#include "pipeline/plan/program.h"
#include "pipeline/plan/sha256.h"

#include <algorithm>
#include <set>

namespace terroir {
namespace {

/// Whether a layer stands behind a reduction over time.
bool reduces(const Plan& plan, LayerId layer) {
  const OpId producer = plan.layers[layer].producer;
  if (producer == no_entry) return false;
  const Op& op = plan.ops[producer];
  if (op.time_use != TimeUse::pointwise) return true;
  return std::any_of(op.in.begin(), op.in.end(), [&](LayerId in) { return reduces(plan, in); });
}

/// The chunk of the files that a layer is made from, doubled until it is no small piece of work.
Shape chunk_of(const Plan& plan, const PlannedLayer& layer) {
  constexpr Index least = 128;
  Shape chunk{least, least};
  for (const auto& input : plan.inputs)
    for (const auto& step : input.steps)
      if (!step.empty() && plan.layers[input.layer].lattice == layer.lattice) {
        chunk = plan.files[step.front().file].chunk.shape;
        break;
      }
  while (chunk.rows < least) chunk.rows *= 2;
  while (chunk.cols < least) chunk.cols *= 2;
  return {std::min(chunk.rows, layer.extent.rows), std::min(chunk.cols, layer.extent.cols)};
}

CoarseRoom room_of(const Pass& pass) {
  return {static_cast<std::uint64_t>(pass.tiles.size() * pass.chunk.area()) * sizeof(float), static_cast<std::size_t>(pass.tiles.size())};
}

CoarseRoom behind(const CoarseRoom& room, const Pass& pass) {
  const CoarseRoom more = room_of(pass);
  return {room.bytes + more.bytes, room.chunks + more.chunks};
}

bool is_own(const Plan& plan, const Pass& pass) {
  return std::any_of(plan.own_passes.begin(), plan.own_passes.end(), [&](const Pass& own) { return own.keeps == pass.keeps; });
}

/// Bytes of the chunks of own passes under the windows that a pass asks of them for a part of that shape, wherever that lies.
std::size_t asked_at_once(const Plan& plan, const Pass& pass, Shape part) {
  std::vector<Window> windows;
  request_windows(plan, pass, make_program(plan, pass), {pass.window.row, pass.window.col, part.rows, part.cols}, windows);
  const auto touched = [](Index asked, Index chunk, Index all) { return std::min(ceil_div(asked, chunk) + 1, all); };
  std::size_t bytes = 0;
  for (const LayerId id : pass.given) {
    const Pass own = coarse_pass(plan, id);
    if (!is_own(plan, own)) continue;
    const Shape asked = windows[id].shape(), all = own.tiles.counts();
    const Index chunks = touched(asked.rows, own.chunk.rows, all.rows) * touched(asked.cols, own.chunk.cols, all.cols);
    bytes += static_cast<std::size_t>(chunks * own.chunk.area()) * sizeof(float);
  }
  return bytes;
}

}  // namespace

std::vector<LayerId> coarse_layers(const Plan& plan, const Pass& pass, const std::vector<OpId>& ops) {
  std::set<LayerId> found;
  for (const OpId id : ops) {
    const Op& op = plan.ops[id];
    const LayerId in = op.in[0];
    const PlannedLayer& layer = plan.layers[in];
    if (op.regrids() && layer.axis == no_entry && layer.lattice != pass.lattice && reduces(plan, in)) found.insert(in);
  }
  return {found.begin(), found.end()};
}

std::vector<LayerId> coarse_layers(const Plan& plan, const Pass& pass) {
  std::set<LayerId> found(pass.given.begin(), pass.given.end());
  for (const LayerId id : pass.given)
    for (const LayerId behind : coarse_layers(plan, coarse_pass(plan, id))) found.insert(behind);
  return {found.begin(), found.end()};
}

Pass coarse_pass(const Plan& plan, LayerId layer) {
  for (const Pass& own : plan.own_passes)
    if (own.keeps[0] == layer) return own;
  Pass pass;
  pass.lattice = plan.layers[layer].lattice;
  pass.window = plan.layers[layer].extent;
  pass.chunk = pass.shard = chunk_of(plan, plan.layers[layer]);
  pass.tiles = TileGrid(pass.window, pass.shard);
  pass.keeps = {layer};
  pass.ops = needed_ops(plan, {layer});
  choose_blocks(plan, pass, plan.resources.block);
  return pass;
}

std::vector<Pass> coarse_passes(const Plan& plan) {
  std::set<LayerId> layers;
  for (const Pass& pass : plan.passes)
    for (const LayerId layer : coarse_layers(plan, pass)) layers.insert(layer);
  std::vector<Pass> passes;
  for (const LayerId layer : layers) passes.push_back(coarse_pass(plan, layer));
  return passes;
}

std::map<LayerId, CoarseRoom> coarse_places(const Plan& plan) {
  std::map<LayerId, CoarseRoom> places;
  CoarseRoom at;
  for (const Pass& pass : coarse_passes(plan)) {
    places[pass.keeps[0]] = at;
    at = behind(at, pass);
  }
  return places;
}

CoarseRoom coarse_room(const Plan& plan) {
  CoarseRoom all;
  for (const Pass& pass : coarse_passes(plan)) all = behind(all, pass);
  return all;
}

std::string coarse_token(const Plan& plan) {
  std::string text;
  for (const Pass& pass : coarse_passes(plan)) {
    const Window& w = pass.window;
    for (const Index number : {static_cast<Index>(pass.keeps[0]), w.row, w.col, w.rows, w.cols, pass.chunk.rows, pass.chunk.cols})
      text += std::to_string(number) + " ";
  }
  return sha256(text).substr(0, 16);
}

std::uint64_t shared_bytes(const Plan& plan) { return plan.resources.ranks > 1 ? coarse_room(plan).bytes : 0; }

std::size_t coarse_bytes(const Plan& plan) {
  constexpr std::size_t tiles = 4;
  std::size_t coarse = 0, own = 0;
  for (const Pass& pass : coarse_passes(plan)) (is_own(plan, pass) ? own : coarse) += room_of(pass).bytes;
  const std::size_t all = coarse + std::min(own, tiles * own_bytes_at_once(plan));
  return plan.resources.memory == 0 ? all : std::min(all, plan.resources.memory / 8);
}

std::size_t own_bytes_at_once(const Plan& plan) {
  std::size_t most = 0;
  for (const Pass& pass : plan.passes) {
    std::size_t bytes = asked_at_once(plan, pass, pass.piece());
    for (const LayerId id : coarse_layers(plan, pass)) {
      const Pass own = coarse_pass(plan, id);
      bytes += asked_at_once(plan, own, own.chunk);
    }
    most = std::max(most, bytes);
  }
  return most * static_cast<std::size_t>(plan.resources.threads);
}

}  // namespace terroir
