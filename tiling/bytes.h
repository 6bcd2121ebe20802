#pragma once

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
  void construct(T*) const noexcept {}
  template <class... Arguments>
  void construct(T* at, Arguments&&... arguments) const {
    std::construct_at(at, std::forward<Arguments>(arguments)...);
  }
};

/// Bytes that cost nothing to have room for.
using Bytes = std::vector<std::byte, Uncleared<std::byte>>;

}  // namespace terroir
