#pragma once

#include "pipeline/run/tile_runner.h"

namespace terroir {

/// The real tile runner: compute threads work on the chunks of a tile, one thread reads ahead, one writes behind.
/// `sinks` are by output of the plan; all arguments must outlive the runner.
[[nodiscard]] std::unique_ptr<TileRunner> make_tile_runner(const Plan& plan, std::size_t pass, SourceOpener& opener,
                                                           const std::vector<Sink*>& sinks,
                                                           const std::map<std::size_t, std::vector<double>>& fitted);

}  // namespace terroir
