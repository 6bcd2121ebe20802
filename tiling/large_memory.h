#pragma once

#include <cstddef>

namespace terroir {

/// Where buffers begin: at a cache line, which is also the widest vector.
constexpr std::size_t memory_alignment = 64;

/// Memory for a buffer, not initialised. Large ones lie side by side in pages of 2 MiB where the system has them: first use of a small page
/// costs a microsecond or two, and blocks that look into a hundred chunks at once need more small pages than a core remembers.
/// Throws std::bad_alloc.
[[nodiscard]] std::byte* take_memory(std::size_t bytes);

/// Takes back what `take_memory` gave for so many bytes. Large memory is kept for the next who asks.
void give_memory(std::byte* memory, std::size_t bytes) noexcept;

/// Hands free memory back to the system: what one part of a job needed the next one may want in other sizes, and both would count.
void trim_memory() noexcept;

}  // namespace terroir
