#pragma once

#include "pipeline/ports/source.h"

#include <vector>

namespace terroir {

/// How the chunks of a source are laid out anew in scratch before they are read: only what is read of them.
struct Rechunk {
  ChunkShape stored;        ///< as the storage has them
  Window used;              ///< pixels of the source that are read
  std::vector<bool> times;  ///< of each stored chunk along time whether it is read; those behind the last are not
  [[nodiscard]] bool uses_time(Index chunk) const noexcept {
    return chunk < static_cast<Index>(times.size()) && times[static_cast<std::size_t>(chunk)];
  }
};

}  // namespace terroir
