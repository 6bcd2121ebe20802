#include "tiling/large_memory.h"

#include <malloc.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <mutex>
#include <new>

namespace terroir {
namespace {

constexpr std::size_t page = std::size_t{2} << 20, small_page = 4096;
constexpr std::size_t slab = std::size_t{64} << 20;  ///< address space that is asked for at a time; only what is touched becomes memory

#ifdef __SANITIZE_ADDRESS__
constexpr std::size_t smallest = SIZE_MAX;  // the sanitizer watches over the ends of what the library gives
#else
constexpr std::size_t smallest = std::size_t{256} << 10;
#endif

constexpr std::size_t round_up(std::size_t bytes, std::size_t to) noexcept { return (bytes + to - 1) / to * to; }

/// What a buffer takes. Chunks have powers of two of bytes, and so would share a cache's sets: a page and a line more keep them apart.
constexpr std::size_t room_of(std::size_t bytes) noexcept { return round_up(bytes, memory_alignment) + small_page + memory_alignment; }

/// Address space in large pages, given out from its highest free place down, which is the way in which the system adds to it: so the memory
/// behind it stays together.
class LargeMemory {
 public:
  std::byte* take(std::size_t room) {
    const std::lock_guard lock(mutex_);
    const auto highest = std::find_if(free_.rbegin(), free_.rend(), [&](const auto& range) { return range.second >= room; });
    const auto at = highest == free_.rend() ? map(std::max(slab, round_up(room, page))) : std::prev(highest.base());
    at->second -= room;
    std::byte* const memory = at->first + at->second;
    if (at->second == 0) free_.erase(at);
    return memory;
  }

  void give(std::byte* memory, std::size_t room) noexcept {
    const std::lock_guard lock(mutex_);
    try {
      add(memory, room);
    } catch (const std::bad_alloc&) {
      // No room to remember the range: it stays taken, and so may a free neighbour.
    }
  }

  void trim() noexcept {
    const std::lock_guard lock(mutex_);
    for (const auto& [memory, bytes] : free_) {
      const auto begin = round_up(reinterpret_cast<std::uintptr_t>(memory), small_page);
      const auto end = (reinterpret_cast<std::uintptr_t>(memory) + bytes) / small_page * small_page;
      if (end > begin) ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
    }
  }

 private:
  using Ranges = std::map<std::byte*, std::size_t>;

  Ranges::iterator map(std::size_t bytes) {
    void* const mapped = ::mmap(nullptr, bytes + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) throw std::bad_alloc();
    const auto begin = round_up(reinterpret_cast<std::uintptr_t>(mapped), page);
    // Where the system has no large pages, small ones do.
    ::madvise(reinterpret_cast<void*>(begin), bytes, MADV_HUGEPAGE);
    return add(reinterpret_cast<std::byte*>(begin), bytes);
  }

  /// Joins a range with its free neighbours.
  Ranges::iterator add(std::byte* memory, std::size_t bytes) {
    auto next = free_.lower_bound(memory);
    if (next != free_.end() && memory + bytes == next->first) {
      bytes += next->second;
      next = free_.erase(next);
    }
    if (next != free_.begin()) {
      const auto before = std::prev(next);
      if (before->first + before->second == memory) {
        before->second += bytes;
        return before;
      }
    }
    return free_.emplace_hint(next, memory, bytes);
  }

  std::mutex mutex_;
  Ranges free_;
};

/// Stays until the process ends: buffers of its threads may be given back even then.
LargeMemory& large_memory() {
  static auto* const memory = new LargeMemory;
  return *memory;
}

}  // namespace

std::byte* take_memory(std::size_t bytes) {
  if (bytes > PTRDIFF_MAX / 2) throw std::bad_alloc();
  if (bytes >= smallest) return large_memory().take(room_of(bytes));
  return static_cast<std::byte*>(::operator new (bytes, std::align_val_t{memory_alignment}));
}

void give_memory(std::byte* memory, std::size_t bytes) noexcept {
  if (bytes >= smallest) return large_memory().give(memory, room_of(bytes));
  ::operator delete (memory, std::align_val_t{memory_alignment});
}

void trim_memory() noexcept {
  large_memory().trim();
  ::malloc_trim(0);  // the C library keeps what it has, too
}

}  // namespace terroir
