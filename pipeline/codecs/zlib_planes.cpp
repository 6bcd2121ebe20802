#include "pipeline/codecs/zlib_planes.h"

#include "pipeline/codecs/gzip.h"
#include "pipeline/codecs/noise.h"
#include "pipeline/error.h"

#include <libdeflate.h>
#include <algorithm>

namespace terroir {
namespace {

constexpr std::size_t most_stored = 65535;  ///< bytes of a stored block (RFC 1951, section 3.2.4), which begins with five others

/// Appends to a buffer that is large enough.
struct Writer {
  std::span<std::byte> out;
  std::size_t size = 0;

  void put(unsigned byte) { out[size++] = static_cast<std::byte>(byte); }
  void put(std::span<const std::byte> bytes) {
    std::copy(bytes.begin(), bytes.end(), out.begin() + static_cast<std::ptrdiff_t>(size));
    size += bytes.size();
  }
  /// A block that is not the last one, behind a whole byte.
  void put_stored(std::span<const std::byte> bytes) {
    const auto length = static_cast<unsigned>(bytes.size());
    put(0);
    for (const unsigned number : {length, ~length}) put(number & 0xFFU), put(number >> 8U & 0xFFU);
    put(bytes);
  }
};

}  // namespace

std::size_t zlib_planes_bound(int level, std::size_t bytes, std::size_t planes) {
  return gzip_bound(level, bytes) + 5 * (bytes / most_stored + planes);
}

std::size_t zlib_compress_planes(std::span<const std::byte> in, std::size_t planes, const PlaneShape& shape, int level,
                                 std::span<std::byte> out) {
  std::size_t noise = 0;  // bytes
  const std::size_t plane = in.size() / planes;
  if (level == 1)
    while (noise + plane <= in.size() && is_noise(in.subspan(noise, plane), shape)) noise += plane;
  if (noise == 0) return zlib_compress(in, level, out);
  Writer writer{out};
  writer.put(0x78), writer.put(0x01);  // a window of 32 KiB, the fastest level
  for (std::size_t at = 0; at < noise; at += most_stored) writer.put_stored(in.subspan(at, std::min(most_stored, noise - at)));
  const std::size_t rest = deflate_compress(in.subspan(noise), level, out.subspan(writer.size));
  if (rest == 0) throw Error(Fault::bug, "deflate: the output buffer is too small");
  writer.size += rest;
  const std::uint32_t sum = libdeflate_adler32(1, in.data(), in.size());
  for (const unsigned shift : {24U, 16U, 8U, 0U}) writer.put(sum >> shift & 0xFFU);
  return writer.size;
}

}  // namespace terroir
