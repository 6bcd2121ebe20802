#pragma once

#include "pipeline/ports/source.h"

#include <algorithm>
#include <cstddef>
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

/// How many stored chunks of so many bytes are laid out together: small ones are inflated two at a time, and those of one place that
/// follow each other in time are written in one piece.
[[nodiscard]] constexpr std::size_t chunks_laid_out_together(std::size_t bytes) noexcept {
  constexpr std::size_t room = std::size_t{2} << 20, most = 16;
  return std::clamp<std::size_t>(room / std::max<std::size_t>(bytes, 1), 1, most);
}

}  // namespace terroir
