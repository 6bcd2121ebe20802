#pragma once

#include "tiling/large_memory.h"

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace terroir {

/// Makes a vector leave new elements as they are: for memory that is written before it is read.
template <class T>
struct Uncleared : std::allocator<T> {
  template <class U>
  struct rebind {
    using other = Uncleared<U>;
  };
  [[nodiscard]] T* allocate(std::size_t count) const { return reinterpret_cast<T*>(take_memory(count * sizeof(T))); }
  void deallocate(T* memory, std::size_t count) const noexcept { give_memory(reinterpret_cast<std::byte*>(memory), count * sizeof(T)); }
  void construct(T*) const noexcept {}
  template <class... Arguments>
  void construct(T* at, Arguments&&... arguments) const {
    std::construct_at(at, std::forward<Arguments>(arguments)...);
  }
};

/// Bytes that cost nothing to have room for.
using Bytes = std::vector<std::byte, Uncleared<std::byte>>;

}  // namespace terroir
