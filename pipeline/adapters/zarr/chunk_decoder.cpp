#include "pipeline/adapters/zarr/chunk_decoder.h"

#include "pipeline/adapters/zarr/texts.h"
#include "pipeline/codecs/blosc_frame.h"
#include "pipeline/codecs/crc32c.h"
#include "pipeline/codecs/gzip.h"
#include "pipeline/codecs/shuffle.h"
#include "pipeline/codecs/zstd.h"
#include "pipeline/error.h"
#include "tiling/buffer.h"

#include <algorithm>
#include <cstring>

namespace terroir {
namespace {

using Stored = std::span<const std::byte>;
using Out = std::span<std::byte>;
using Kind = ChunkCodec::Kind;

constexpr std::size_t checksum_bytes = sizeof(std::uint32_t);

/// One of a thread's buffers; they are used in turn.
Out room(std::size_t which, std::size_t bytes) {
  thread_local Buffer buffers[3];
  buffers[which].reserve(bytes);
  return {buffers[which].data(), bytes};
}

Stored checked(Stored bytes) {
  std::uint32_t sum = 0;
  if (bytes.size() < checksum_bytes) throw Error(Fault::data, "it is too short");
  const Stored content = bytes.first(bytes.size() - checksum_bytes);
  std::memcpy(&sum, bytes.data() + content.size(), checksum_bytes);
  if (sum != crc32c(content)) throw Error(Fault::data, "it has a wrong checksum");
  return content;
}

template <class T>
void sum_up(Stored in, Out out) {
  T sum = 0;
  for (std::size_t at = 0; at + sizeof(T) <= in.size(); at += sizeof(T)) {
    T difference;
    std::memcpy(&difference, in.data() + at, sizeof(T));
    sum = static_cast<T>(sum + difference);
    std::memcpy(out.data() + at, &sum, sizeof(T));
  }
}

/// Whole numbers from the differences to the ones before them.
void undo_delta(Stored in, std::size_t element, Out out) {
  switch (element) {
    case 1: return sum_up<std::uint8_t>(in, out);
    case 2: return sum_up<std::uint16_t>(in, out);
    case 4: return sum_up<std::uint32_t>(in, out);
    default: return sum_up<std::uint64_t>(in, out);
  }
}

/// Undoes one codec whose input had as many bytes as `out`.
void undo(const ChunkCodec& codec, Stored in, Out out) {
  switch (codec.kind) {
    case Kind::blosc: return blosc_decompress(in, out);
    case Kind::zstd: return zstd_decompress(in, out);
    case Kind::gzip: return gzip_decompress(in, out);
    case Kind::zlib: return zlib_decompress(in, out);
    case Kind::crc32c: break;
    case Kind::shuffle:
    case Kind::delta:
      if (in.size() != out.size()) throw Error(Fault::data, "it has the wrong size");
      return codec.kind == Kind::shuffle ? byte_unshuffle(in, codec.element, out) : undo_delta(in, codec.element, out);
  }
}

/// The bytes of a chunk's numbers: in `out`, or where no codec moves them in `stored` itself.
Stored undo_all(const InputArray& array, Stored stored, Out out) {
  std::size_t size = out.size();
  for (const ChunkCodec& codec : array.codecs) size += codec.kind == Kind::crc32c ? checksum_bytes : 0;
  std::size_t which = 0;
  for (std::size_t i = array.codecs.size(); i-- > 0;) {
    const ChunkCodec& codec = array.codecs[i];
    if (codec.kind == Kind::crc32c) {
      stored = checked(stored);
      size -= checksum_bytes;
      continue;
    }
    const bool last = size == out.size() && std::all_of(array.codecs.begin(), array.codecs.begin() + static_cast<std::ptrdiff_t>(i),
                                                        [](const ChunkCodec& c) { return c.kind == Kind::crc32c; });
    const Out to = last ? out : room(which, size);
    which = 1 - which;
    undo(codec, stored, to);
    stored = to;
  }
  if (stored.size() != out.size())
    throw Error(Fault::data, "it has " + std::to_string(stored.size()) + " bytes instead of " + std::to_string(out.size()));
  return stored;
}

template <class T>
void swap_all(Out numbers, T (*swap)(T)) {
  for (std::size_t at = 0; at + sizeof(T) <= numbers.size(); at += sizeof(T)) {
    T value;
    std::memcpy(&value, numbers.data() + at, sizeof(T));
    value = swap(value);
    std::memcpy(numbers.data() + at, &value, sizeof(T));
  }
}

void swap_bytes(Out numbers, std::size_t element) {
  switch (element) {
    case 2: return swap_all<std::uint16_t>(numbers, [](std::uint16_t v) { return static_cast<std::uint16_t>(__builtin_bswap16(v)); });
    case 4: return swap_all<std::uint32_t>(numbers, [](std::uint32_t v) { return __builtin_bswap32(v); });
    case 8: return swap_all<std::uint64_t>(numbers, [](std::uint64_t v) { return __builtin_bswap64(v); });
    default: return;
  }
}

/// A half-precision number (IEEE 754 binary16) as a float.
float widen(std::uint16_t half) {
  const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000U) << 16U, exponent = half >> 10U & 0x1FU, mantissa = half & 0x3FFU;
  std::uint32_t bits = sign | 0x7F800000U | mantissa << 13U;
  if (exponent != 31) bits = sign | (exponent + 112U) << 23U | mantissa << 13U;
  float number = 0;
  std::memcpy(&number, &bits, sizeof number);
  if (exponent != 0) return number;
  constexpr float least = 5.9604644775390625e-8F;  // 2^-24, the step of numbers below the smallest exponent
  const float small = static_cast<float>(mantissa) * least;
  return sign == 0 ? small : -small;
}

void widen_all(Stored halves, Out floats) {
  for (std::size_t i = 0; i < halves.size() / 2; ++i) {
    std::uint16_t half = 0;
    std::memcpy(&half, halves.data() + 2 * i, 2);
    const float number = widen(half);
    std::memcpy(floats.data() + sizeof(float) * i, &number, sizeof number);
  }
}

/// Puts numbers whose dimensions stand in another order into C order.
class Reorder {
 public:
  Reorder(const InputArray& array, std::size_t element) : chunk_(array.chunk), element_(element), strides_(chunk_.size()) {
    std::size_t stride = element;
    for (std::size_t place = array.order.size(); place-- > 0;) {
      strides_[array.order[place]] = stride;
      stride *= static_cast<std::size_t>(chunk_[array.order[place]]);
    }
  }
  void run(const std::byte* from, std::byte* to) { along(0, from, to); }

 private:
  void along(std::size_t dimension, const std::byte* from, std::byte*& to) {
    for (Index i = 0; i < chunk_[dimension]; ++i, from += strides_[dimension]) {
      if (dimension + 1 < chunk_.size()) {
        along(dimension + 1, from, to);
      } else {
        std::memcpy(to, from, element_);
        to += element_;
      }
    }
  }

  const std::vector<Index>& chunk_;
  std::size_t element_;
  std::vector<std::size_t> strides_;
};

std::size_t content_bytes(const ChunkCodec& codec, Stored in) {
  constexpr std::size_t most = std::size_t{16} << 20;
  std::optional<std::size_t> bytes;
  if (codec.kind == Kind::zstd) bytes = zstd_content_bytes(in);
  if (codec.kind == Kind::blosc) bytes = blosc_content_bytes(in);
  if (!bytes || *bytes > most) throw Error(Fault::data, "its texts cannot be decoded");
  return *bytes;
}

}  // namespace

std::size_t stored_chunk_bytes(const InputArray& array) noexcept { return array.chunk_size() * array.stored_element(); }

void decode_chunk(const InputArray& array, std::span<const std::byte> stored, std::span<std::byte> out) {
  const std::size_t element = array.stored_element();
  const bool ordered = array.order.size() < 2;
  const Out numbers = ordered && !array.half ? out : room(2, stored_chunk_bytes(array));
  const Stored decoded = undo_all(array, stored, numbers);
  if (decoded.data() != numbers.data()) std::copy(decoded.begin(), decoded.end(), numbers.begin());
  if (array.swapped) swap_bytes(numbers, array.text == InputArray::Text::fixed ? sizeof(char32_t) : element);
  Stored plain = numbers;
  if (!ordered) {
    const Out to = array.half ? room(0, numbers.size()) : out;
    Reorder(array, element).run(numbers.data(), to.data());
    plain = to;
  }
  if (array.half) widen_all(plain, out);
}

std::vector<std::string> decode_texts(const InputArray& array, std::span<const std::byte> stored) {
  std::vector<std::byte> content(stored.begin(), stored.end());
  for (std::size_t i = array.codecs.size(); i-- > 0;) {
    if (array.codecs[i].kind == Kind::crc32c) {
      content.resize(checked(content).size());
      continue;
    }
    std::vector<std::byte> before(content_bytes(array.codecs[i], content));
    undo(array.codecs[i], content, before);
    content = std::move(before);
  }
  return texts_with_lengths(content);
}

}  // namespace terroir
