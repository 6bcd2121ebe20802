#pragma once

#include "pipeline/plan/plan.h"

namespace terroir {

/// What a pass does to one compute block, in order. Static layers live as long as the block; layers with time live as long as a slab
/// of their axis, and a later stage that needs them again computes them again (when one slab holds all times, they stay).
struct Program {
  /// Ops and reads of one time axis, slab after slab.
  struct Sweep {
    std::size_t axis = no_entry;
    std::vector<LayerId> reads;
    std::vector<OpId> ops;           ///< pointwise ones before the reducers that use them
    std::vector<LayerId> delivered;  ///< layers with time that the pass wants, whole after each slab
  };
  /// Ops whose inputs are complete once all earlier stages have run.
  struct Stage {
    std::vector<OpId> still;  ///< ops on static layers
    std::vector<Sweep> sweeps;
  };
  std::vector<LayerId> still_reads;
  std::vector<Stage> stages;
  std::vector<LayerId> layers;   ///< all layers that the pass touches
  std::vector<LayerId> targets;  ///< what the pass wants: layers of its outputs and inputs of its fits, each once
};

[[nodiscard]] Program make_program(const Plan&, const Pass&);

/// Layers that a pass wants, each once: those of its outputs, then the inputs of its fits, then what it keeps.
[[nodiscard]] std::vector<LayerId> targets_of(const Plan&, const Pass&);

/// The window that a pass computes of each layer (by LayerId, empty for untouched ones), so that `block` of every target is whole.
/// Requests flow backwards: local ops ask for the same window, focal ones for a larger one, resampling for one on another lattice.
void request_windows(const Plan&, const Pass&, const Program&, const Window& block, std::vector<Window>& windows);

/// Time steps of a layer that a block of it holds.
[[nodiscard]] Index block_times(const Plan&, const Pass&, LayerId) noexcept;

/// Time chunks of an array that are assembled at once: those that one slab reaches.
[[nodiscard]] Index held_time_chunks(const Pass&, const ArrayPlan&) noexcept;

/// Bytes of one thread's blocks, reducer states and scratch for a compute block.
struct BlockMemory {
  std::size_t layers = 0, states = 0, scratch = 0;
  [[nodiscard]] std::size_t total() const noexcept { return layers + states + scratch; }
};
[[nodiscard]] BlockMemory block_memory(const Plan&, const Pass&, const Program&, const Window& block);

/// Whether ops of a pass carry pixels over from another CRS, so that blocks of one size ask for sources of many sizes.
[[nodiscard]] bool warps(const Plan&, const Pass&) noexcept;
/// A block of a pass that asks for as much as most do.
[[nodiscard]] Window typical_block(const Plan&, const Pass&);
/// Of a pass that warps: what a thread's blocks may take, by blocks all over the pass; a block that would take more (near a pole) is run
/// in parts.
[[nodiscard]] std::size_t block_limit(const Plan&, const Pass&, const Program&);

/// The axis that an op runs along: of its output, or the one that it reduces; `none` for static ops.
[[nodiscard]] std::size_t axis_of(const Plan&, const Op&) noexcept;

}  // namespace terroir
