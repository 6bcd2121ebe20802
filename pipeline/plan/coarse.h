#pragma once

#include "pipeline/plan/plan.h"

#include <map>
#include <string>

namespace terroir {

/// Static layers that some of `ops` bring onto a pass's lattice from their own, after a reduction over time: worth being computed once on
/// that lattice, not for every block that reads them.
[[nodiscard]] std::vector<LayerId> coarse_layers(const Plan&, const Pass&, const std::vector<OpId>& ops);

/// All layers with passes of their own that a finished pass reads, or that those passes read.
[[nodiscard]] std::vector<LayerId> coarse_layers(const Plan&, const Pass&);

/// The pass that computes such a layer: one of `Plan::own_passes`, else one on the layer's own lattice, in chunks that hold whole chunks of
/// its inputs. It writes nothing.
[[nodiscard]] Pass coarse_pass(const Plan&, LayerId layer);

/// All of them, by pass and layer.
[[nodiscard]] std::vector<Pass> coarse_passes(const Plan&);

/// Where ranks that share the work on such layers keep their chunks, row by row, each whole: the first chunk of a layer, and all of them.
struct CoarseRoom {
  std::uint64_t bytes = 0;
  std::size_t chunks = 0;
};
[[nodiscard]] std::map<LayerId, CoarseRoom> coarse_places(const Plan&);
[[nodiscard]] CoarseRoom coarse_room(const Plan&);
/// The same text for plans in which such layers and their chunks are the same.
[[nodiscard]] std::string coarse_token(const Plan&);
/// Bytes of scratch through which several ranks of a node share such layers.
[[nodiscard]] std::uint64_t shared_bytes(const Plan&);

/// Bytes that a rank holds of such layers: all of them while they take no more than an eighth of the allowed memory; of those that have own
/// passes of the plan no more than some tiles ask for.
[[nodiscard]] std::size_t coarse_bytes(const Plan&);

/// Bytes of the chunks of layers with own passes that the threads of a rank ask for at once.
[[nodiscard]] std::size_t own_bytes_at_once(const Plan&);

}  // namespace terroir
