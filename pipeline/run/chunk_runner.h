#pragma once

#include "pipeline/run/block_runner.h"
#include "pipeline/run/kept_chunks.h"
#include "pipeline/run/states.h"

#include <functional>

namespace terroir {

/// An array that a pass writes: its output's place in the pass, its own place there, and the sink that encodes it.
struct WrittenArray {
  std::size_t output = 0, array = 0;
  const ArrayPlan* plan = nullptr;
  Sink* sink = nullptr;
};

/// Arrays of all outputs of a pass, in the recipe's order. `sinks` are by output of the plan.
[[nodiscard]] std::vector<WrittenArray> written_arrays(const Plan&, const Pass&, const std::vector<Sink*>& sinks);

/// What all compute threads of a pass share. `shorter` and its program are for chunks whose layers an earlier pass kept.
struct PassContext {
  const Plan& plan;
  const Pass& pass;
  const Program& program;
  const Pass& shorter;
  const Program& shorter_program;
  const StateLayout& layout;
  const std::vector<WrittenArray>& arrays;
  const Fitted& fitted;
  LayerSource& reader;
  KeptChunks& kept;
  Meter& meter;
};

/// A chunk ready to be appended; empty bytes: all nodata.
struct EncodedChunk {
  std::size_t array = 0;  ///< place among the written arrays
  Index time_chunk = 0;
  Bytes bytes;
};
using EncodedChunks = std::vector<EncodedChunk>;

struct ChunkResult {
  EncodedChunks encoded;
  std::vector<double> state;  ///< by StateLayout
};

/// Computes one spatial chunk of a pass after another, block by block, or several chunks that one block lies over: assembles whole chunks,
/// observes them and encodes them. One for each compute thread.
class ChunkRunner final : private BlockReceiver {
 public:
  explicit ChunkRunner(const PassContext&);

  /// `piece` is the full window of a chunk, or of some chunks of one tile, whose results come row by row; what lies outside the pass's
  /// window stays nodata. `spare` gives what an earlier chunk of the pass was encoded to: memory to be used again.
  std::vector<ChunkResult> run(const Window& piece, const std::function<EncodedChunks()>& spare);

 private:
  /// A place of a layer in an array that is being assembled.
  struct Place {
    std::size_t array = 0, feature = 0;
  };
  struct Target {
    std::vector<Place> places;
    std::vector<std::size_t> fits;  ///< places in Pass::fits
    Buffer observed;                ///< of a static layer that is only observed
    Buffer piece;                   ///< of a static layer, several chunks that are computed together
  };
  /// How chunks are computed: from the inputs, or from what was kept.
  struct Way {
    BlockRunner blocks;
    Shape size;
    std::size_t limit = 0;  ///< bytes that a block may take; 0: any
  };
  struct Assembly {
    Buffer pixels;  ///< [time chunk][feature][time][row][col]
    Index held = 1, received = 0, emitted = 0;
  };

  Block<float> home(LayerId target) override;
  void deliver(LayerId target, Index first, Block<const float> pixels) override;
  void deliver_times(const Target&, Index first, Block<const float> pixels);
  ChunkResult run_chunk(const Window& chunk, EncodedChunks spare);
  void run_together(const Window& piece);
  void begin(const Window& chunk, EncodedChunks spare);
  ChunkResult finish();
  void clear_arrays();
  void take_from_piece();
  void run_blocks(Way& way, const Window& window);
  void run_block(Way& way, const Window& block);
  void keep();
  void finish_static();
  [[nodiscard]] float* still_plane(const Target&);
  [[nodiscard]] float* plane(const Place&, Index time);
  [[nodiscard]] bool is_kept(const Window& chunk) const { return !pass_.kept.empty() && kept_.find(chunk) != nullptr; }
  [[nodiscard]] Block<float> view(float* plane, const Window& window) const;
  [[nodiscard]] Block<float> view_of_piece(Target& target, const Window& window) const;
  void observe_fit(std::size_t fit, Block<const float> pixels);
  void observe_layer(const Place&, Block<const float> pixels);
  void emit(std::size_t array, Index time_chunk);

  const Plan& plan_;
  const Pass& pass_;
  const StateLayout& layout_;
  const std::vector<WrittenArray>& arrays_;
  Meter& meter_;
  KeptChunks& kept_;
  KeptSource kept_source_;
  Way whole_, shorter_;
  std::map<LayerId, Target> targets_;
  std::vector<Assembly> assemblies_;
  Window chunk_, valid_, block_;
  Window piece_;  ///< several chunks that are being computed together; empty: one
  ChunkResult result_;
  std::size_t emitted_ = 0;  ///< encoded chunks of the result
  std::vector<bool> seen_;   ///< fields of the state that hold something, by offset
  std::vector<std::byte> scratch_;
};

}  // namespace terroir
