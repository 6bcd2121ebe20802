#include "pipeline/codecs/inflate.h"

#include "pipeline/codecs/lockstep.h"

#include <libdeflate.h>

#include <memory>
#include <new>

namespace terroir {
namespace {

/// The DEFLATE stream in a zlib stream; empty when its head is not that of one.
std::span<const std::byte> deflated(std::span<const std::byte> in) {
  if (in.size() < 2) return {};
  const auto method = std::to_integer<unsigned>(in[0]), flags = std::to_integer<unsigned>(in[1]);
  const bool known = (method & 0xFU) == 8 && method >> 4U <= 7 && (flags & 0x20U) == 0 && (method << 8U | flags) % 31 == 0;
  return known ? in.subspan(2) : std::span<const std::byte>();
}

/// Whether a stream is at its end, has filled its place, and has the checksum that follows it.
bool whole(const deflate::Stream& stream, std::span<const std::byte> out) {
  const auto rest = stream.rest();
  if (!stream.filled() || rest.size() < 4) return false;
  std::uint32_t stored = 0;
  for (const std::byte byte : rest.first(4)) stored = stored << 8U | std::to_integer<std::uint32_t>(byte);
  return stored == libdeflate_adler32(1, out.data(), out.size());
}

}  // namespace

bool inflate_zlib(std::span<const std::byte> in, std::span<std::byte> out) {
  struct Release {
    void operator()(libdeflate_decompressor* d) const noexcept { libdeflate_free_decompressor(d); }
  };
  thread_local const std::unique_ptr<libdeflate_decompressor, Release> decompressor(libdeflate_alloc_decompressor());
  if (!decompressor) throw std::bad_alloc();
  std::size_t got = 0;
  const auto result = libdeflate_zlib_decompress(decompressor.get(), in.data(), in.size(), out.data(), out.size(), &got);
  return result == LIBDEFLATE_SUCCESS && got == out.size();
}

std::array<bool, 2> inflate_zlib(const ZlibStream& one, const ZlibStream& other) {
  deflate::Stream a(deflated(one.in), one.out), b(deflated(other.in), other.out);
  while (a.ready() && b.ready()) deflate::lockstep(a, b);
  // What this decoder refuses is left to the library to judge.
  const auto finish = [](deflate::Stream& stream, const ZlibStream& about) {
    while (stream.ready()) deflate::alone(stream);
    return whole(stream, about.out) || inflate_zlib(about.in, about.out);
  };
  return {finish(a, one), finish(b, other)};
}

}  // namespace terroir
