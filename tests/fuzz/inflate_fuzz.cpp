#include "pipeline/codecs/lockstep.h"

#include <libdeflate.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace {

using namespace terroir;
using Bytes = std::vector<std::byte>;

void require(bool truth) {
  if (!truth) std::abort();
}

/// What this decoder takes for a stream is one to libdeflate as well, and holds the same.
void compare(const deflate::Stream& stream, std::span<const std::byte> in, const Bytes& out) {
  if (!stream.filled()) return;
  libdeflate_decompressor* const library = libdeflate_alloc_decompressor();
  Bytes expected(out.size() + 1);
  std::size_t got = 0;
  require(libdeflate_deflate_decompress(library, in.data(), in.size(), expected.data(), out.size(), &got) == LIBDEFLATE_SUCCESS);
  require(got == out.size() && std::memcmp(expected.data(), out.data(), got) == 0);
  libdeflate_free_decompressor(library);
}

}  // namespace

/// Any bytes after the first two, which say how large their place is: inflated beside themselves where that is an even number, else beside
/// themselves from their third byte on.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto in = std::as_bytes(std::span(data + 2, size - 2));
  const bool twice = data[0] % 2 == 0;
  const auto later = in.subspan(twice || in.size() < 3 ? 0 : 3);
  Bytes out(data[0] | std::size_t{data[1]} << 8U), beside(twice ? out.size() : 700);
  deflate::Stream one(in, out), other(later, beside);
  while (one.ready() && other.ready()) deflate::lockstep(one, other);
  while (one.ready()) deflate::alone(one);
  while (other.ready()) deflate::alone(other);
  compare(one, in, out);
  compare(other, later, beside);
  return 0;
}
