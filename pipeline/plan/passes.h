#pragma once

#include "pipeline/plan/graph.h"

namespace terroir {

/// Lays out the outputs: arrays, chunks, shards. Mistakes (layers on different grids, two time axes in a stacked output, an encoding
/// of nothing, a shard that is no multiple of its chunk) go to `diagnostics`.
void lay_out_outputs(const std::vector<OutputLayers>&, Plan&, std::vector<Diagnostic>& diagnostics);

/// Cuts the plan into passes: one for each generation of global processes on each window, which observes them, then one for each
/// group of outputs that share window, chunk and shard; and others for layers that these read with wide neighbourhoods. Shapes of compute
/// blocks are chosen as well.
void cut_passes(Plan&);

/// Cuts anew with less memory: without own passes of layers, then with blocks of one chunk at most. False when that was done already, or
/// makes no difference.
[[nodiscard]] bool cut_frugally(Plan&);

/// Ops that layers need, producers first. Global processes among them are applied, so their states must be fitted. Layers of `given` need
/// none.
[[nodiscard]] std::vector<OpId> needed_ops(const Plan&, const std::vector<LayerId>& targets, const std::vector<LayerId>& given = {});

/// A pass over a chunk whose `kept` layers are at hand: only what comes after them is computed.
[[nodiscard]] Pass shortened(const Plan&, const Pass&);

}  // namespace terroir
