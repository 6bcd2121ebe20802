#pragma once

#include "pipeline/plan/program.h"
#include "pipeline/run/reader.h"

#include <map>

namespace terroir {

/// Fitted states of global processes, by Op::fit.
using Fitted = std::map<std::size_t, std::vector<double>>;

/// Where the pixels of a block go.
class BlockReceiver {
 public:
  virtual ~BlockReceiver() = default;
  /// Memory in which a static target may be computed at once (the block's window of it); without origin when there is none.
  [[nodiscard]] virtual Block<float> home(LayerId target) = 0;
  /// Pixels of a target: exactly the block's window, times [first, first + pixels.times()).
  virtual void deliver(LayerId target, Index first, Block<const float> pixels) = 0;
};

/// Runs the program of a pass on one block after another; one for each compute thread.
class BlockRunner {
 public:
  BlockRunner(const Plan& plan, const Pass& pass, const Program& program, LayerSource& reader, const Fitted& fitted, Meter& meter);

  /// What a block would take.
  [[nodiscard]] std::size_t bytes(const Window& block) const { return block_memory(plan_, pass_, program_, block).total(); }
  /// Reads, computes and delivers one block: a window of the pass.
  void run(const Window& block, BlockReceiver& receiver);

 private:
  /// A layer's pixels while the block lasts.
  struct Held {
    Window window;
    Block<float> pixels;
  };
  /// Ops that run together: several kernels over one input, or one op.
  using Group = std::vector<OpId>;

  std::vector<Group> group(const std::vector<OpId>& ops) const;
  void lay_out(const Window& block, BlockReceiver& receiver);
  void run_sweep(const Program::Sweep& sweep, const std::vector<Group>& groups, const Window& block, BlockReceiver& receiver);
  void read_layer(LayerId id, Index first, Index count);
  void run_group(const Group& group, Index count);
  void run_op(OpId id, Index count);
  void clear(const Op& op, Index count);
  void clear_edges(const Op& op, Index count);
  [[nodiscard]] Block<const float> input(const Op& op, LayerId in, const Window& out, Index count, Index times, float*& copies);
  [[nodiscard]] bool needs_copy(const Op& op, const PlannedLayer& in, const Window& asked) const;
  [[nodiscard]] Ground ground(std::size_t lattice, const Window& rows);
  void give(LayerId id, Index first, Index count, const Window& block, BlockReceiver& receiver);
  [[nodiscard]] StateView state_of(OpId id, Shape shape);

  const Plan& plan_;
  const Pass& pass_;
  const Program& program_;
  LayerSource& reader_;
  const Fitted& fitted_;
  Meter& meter_;
  std::vector<std::vector<Group>> still_groups_;               ///< by stage
  std::vector<std::vector<std::vector<Group>>> sweep_groups_;  ///< by stage and sweep
  std::vector<Window> windows_;
  std::vector<Held> held_;  ///< by LayerId
  Buffer arena_, scratch_;
  std::map<OpId, Buffer> states_;
  std::vector<double> ground_width_, ground_height_;
  std::size_t ground_lattice_ = no_entry;
  Window ground_rows_;
  std::vector<bool> complete_;  ///< layers with time that one slab holds and that are there already
};

}  // namespace terroir
