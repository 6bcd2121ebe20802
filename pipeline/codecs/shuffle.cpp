#include "pipeline/codecs/shuffle.h"

#include "kernels/clones.h"

#include <cassert>
#include <cstring>

namespace terroir {
namespace {

using Bytes = const unsigned char* __restrict;
using Out = unsigned char* __restrict;

// One loop over all planes at a time, so that the compiler turns the strides into permutations of whole registers.
template <std::size_t element>
TERROIR_INLINE void split(Bytes in, Out out, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t b = 0; b < element; ++b) out[b * count + i] = in[i * element + b];
  }
}

template <std::size_t element>
TERROIR_INLINE void join(Bytes in, Out out, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t b = 0; b < element; ++b) out[i * element + b] = in[b * count + i];
  }
}

TERROIR_INLINE void split_2_body(Bytes in, Out out, std::size_t count) { split<2>(in, out, count); }
TERROIR_INLINE void split_4_body(Bytes in, Out out, std::size_t count) { split<4>(in, out, count); }
TERROIR_INLINE void split_8_body(Bytes in, Out out, std::size_t count) { split<8>(in, out, count); }
TERROIR_INLINE void join_2_body(Bytes in, Out out, std::size_t count) { join<2>(in, out, count); }
TERROIR_INLINE void join_4_body(Bytes in, Out out, std::size_t count) { join<4>(in, out, count); }
TERROIR_INLINE void join_8_body(Bytes in, Out out, std::size_t count) { join<8>(in, out, count); }

TERROIR_CLONES(split_2, (Bytes in, Out out, std::size_t count), (in, out, count))
TERROIR_CLONES(split_4, (Bytes in, Out out, std::size_t count), (in, out, count))
TERROIR_CLONES(split_8, (Bytes in, Out out, std::size_t count), (in, out, count))
TERROIR_CLONES(join_2, (Bytes in, Out out, std::size_t count), (in, out, count))
TERROIR_CLONES(join_4, (Bytes in, Out out, std::size_t count), (in, out, count))
TERROIR_CLONES(join_8, (Bytes in, Out out, std::size_t count), (in, out, count))

const unsigned char* raw(std::span<const std::byte> bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }
unsigned char* raw(std::span<std::byte> bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

void copy_rest(std::span<const std::byte> in, std::size_t from, std::span<std::byte> out) {
  if (from < in.size()) std::memcpy(out.data() + from, in.data() + from, in.size() - from);
}

}  // namespace

void byte_shuffle(std::span<const std::byte> in, std::size_t element, std::span<std::byte> out) noexcept {
  assert(out.size() == in.size());
  const std::size_t count = in.size() / element;
  switch (element) {
    case 2: split_2(raw(in), raw(out), count); break;
    case 4: split_4(raw(in), raw(out), count); break;
    case 8: split_8(raw(in), raw(out), count); break;
    default: return copy_rest(in, 0, out);
  }
  copy_rest(in, count * element, out);
}

void byte_unshuffle(std::span<const std::byte> in, std::size_t element, std::span<std::byte> out) noexcept {
  assert(out.size() == in.size());
  const std::size_t count = in.size() / element;
  switch (element) {
    case 2: join_2(raw(in), raw(out), count); break;
    case 4: join_4(raw(in), raw(out), count); break;
    case 8: join_8(raw(in), raw(out), count); break;
    default: return copy_rest(in, 0, out);
  }
  copy_rest(in, count * element, out);
}

}  // namespace terroir
