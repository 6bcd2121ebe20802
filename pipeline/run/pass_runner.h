#pragma once

#include "pipeline/ports/shared_work.h"
#include "pipeline/run/kept_chunks.h"
#include "pipeline/run/tile_runner.h"

namespace terroir {

/// Makes the tile runners of a plan's passes on one rank, and holds what one pass keeps for the next. In a runner, compute threads
/// work on the chunks of a tile, one thread reads ahead and one writes behind.
class TileRunners {
 public:
  /// `sources` are by file of the plan, `sinks` by output; the plan and the sinks must outlive this. `shared`: the work of this node's
  /// ranks on layers with grids of their own (`coarse_room`), or null.
  TileRunners(const Plan& plan, std::vector<std::shared_ptr<Source>> sources, std::vector<Sink*> sinks,
              std::shared_ptr<SharedWork> shared = nullptr)
      : plan_(plan), sources_(std::move(sources)), sinks_(std::move(sinks)), shared_(std::move(shared)), kept_(plan.kept_bytes) {}

  /// The runner of a pass, given the fitted states of earlier passes.
  [[nodiscard]] std::unique_ptr<TileRunner> make(std::size_t pass, const std::map<std::size_t, std::vector<double>>& fitted);

 private:
  const Plan& plan_;
  std::vector<std::shared_ptr<Source>> sources_;
  std::vector<Sink*> sinks_;
  std::shared_ptr<SharedWork> shared_;
  KeptChunks kept_;
};

}  // namespace terroir
