#pragma once

#include "pipeline/plan/coarse.h"
#include "pipeline/ports/shared_work.h"
#include "pipeline/run/block_runner.h"

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

namespace terroir {

/// Reads layers that have passes of their own (`coarse_layers`): of other lattices, which a pass brings onto its own, or of its own one,
/// with wide neighbourhoods. They are computed chunk by chunk, each chunk once while it is held, and again, to the same bits, when it is
/// not; one may read others. Ranks that share the work compute each once between them. All other layers come from the source behind. Used
/// by several threads.
class CoarseSource final : public LayerSource {
 public:
  /// `behind` and the references must outlive this; `shared`, with `coarse_room`, may be missing.
  CoarseSource(const Plan& plan, const Pass& pass, LayerSource& behind, const Fitted& fitted, Meter& meter, SharedWork* shared);
  void read(LayerId layer, Index first, const Window& window, Block<float> out) override;

 private:
  struct Layer {
    Pass pass;
    Program program;
    CoarseRoom at;
    std::vector<std::unique_ptr<BlockRunner>> idle{};  ///< with their memory: as many as there have been threads at work on it at once
  };
  [[nodiscard]] ChunkCache::Chunk chunk(LayerId id, Layer&, Index row, Index col);
  [[nodiscard]] std::unique_ptr<BlockRunner> take_runner(Layer&);
  void compute(Layer&, const Window& place, float* pixels);
  void compute_once(Layer&, std::size_t number, const Window& place, std::span<std::byte> pixels);
  void share(std::size_t part, std::uint64_t offset, std::span<std::byte> pixels, const std::function<void()>& own);

  const Plan& plan_;
  LayerSource& behind_;
  const Fitted& fitted_;
  Meter& meter_;
  SharedWork* const shared_;
  std::atomic<bool> alone_{false};
  std::map<LayerId, Layer> layers_;
  std::mutex mutex_;  ///< of idle runners
  ChunkCache cache_;
};

/// Layers that are read to compute what a pass reads from a CoarseSource.
[[nodiscard]] std::vector<LayerId> coarse_inputs(const Plan&, const Pass&);

}  // namespace terroir
