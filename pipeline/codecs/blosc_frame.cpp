#include "pipeline/codecs/blosc_frame.h"

#include "pipeline/codecs/noise.h"
#include "pipeline/codecs/shuffle.h"
#include "pipeline/codecs/zstd.h"
#include "pipeline/codecs/zstd_plane.h"
#include "pipeline/error.h"

#include <blosc.h>
#include <algorithm>
#include <cstdint>
#include <cstring>

namespace terroir {
namespace {

constexpr std::size_t header_bytes = BLOSC_MIN_HEADER_LENGTH;
// A frame of one block: header, offset of what follows, then the block's streams, each behind its bytes.
constexpr std::size_t streams_at = header_bytes + sizeof(std::uint32_t);

constexpr std::uint8_t not_split = 0x10;
constexpr std::uint8_t zstd_format = BLOSC_ZSTD_FORMAT << 5;

void put_number(std::span<std::byte> out, std::size_t at, std::size_t number) {
  const auto little_endian = static_cast<std::uint32_t>(number);
  std::memcpy(out.data() + at, &little_endian, sizeof little_endian);
}

/// c-blosc's README_CHUNK_FORMAT.rst: versions, flags and element size, then the sizes of content, block and frame.
void put_header(std::span<std::byte> out, std::uint8_t flags, std::size_t element, std::size_t content, std::size_t frame) {
  out[0] = std::byte{BLOSC_VERSION_FORMAT};
  out[1] = std::byte{BLOSC_ZSTD_VERSION_FORMAT};
  out[2] = std::byte{flags};
  out[3] = static_cast<std::byte>(element);
  put_number(out, 4, content);
  put_number(out, 8, content);
  put_number(out, 12, frame);
}

std::size_t store(std::span<const std::byte> in, std::size_t element, std::span<std::byte> out) {
  put_header(out, BLOSC_MEMCPYED | not_split | zstd_format, element, in.size(), header_bytes + in.size());
  std::copy(in.begin(), in.end(), out.begin() + header_bytes);
  return header_bytes + in.size();
}

/// The level of zstd that a level of Blosc stands for, as c-blosc maps them.
int zstd_level(int level) { return level < 9 ? level * 2 - 1 : 22; }

/// Streams of a block: c-blosc's decoder takes one for each byte of a number, if they are this long, or one in all.
std::size_t stream_count(std::size_t bytes, const BloscOptions& options) {
  constexpr std::size_t most = 16, shortest = 128;  // MAX_SPLITS and MIN_BUFFERSIZE of c-blosc
  const std::size_t element = options.element;
  const bool split = options.shuffle == Shuffle::byte && element <= most && bytes % element == 0 && bytes / element >= shortest;
  return split ? element : 1;
}

/// Appends a stream behind its size at `end` of the frame: compressed, or as it is when it does not shrink or, at level 1, is noise.
/// Returns the new end, 0 when the frame is full.
std::size_t put_stream(std::span<const std::byte> in, int level, const PlaneShape& shape, std::span<std::byte> out, std::size_t end) {
  const std::size_t at = end + sizeof(std::uint32_t);
  if (at >= out.size()) return 0;
  const auto room = out.subspan(at, std::min(in.size() - 1, out.size() - at));
  std::size_t bytes = 0;
  if (level > 1)
    bytes = zstd_compress(in, level, room);
  else if (!is_noise(in, shape))
    bytes = zstd_compress_plane(in, shape, room);
  if (bytes == 0) {
    bytes = in.size();
    if (bytes > out.size() - at) return 0;
    std::memcpy(out.data() + at, in.data(), bytes);
  }
  put_number(out, end, bytes);
  return at + bytes;
}

/// A frame of one block whose bytes of equal significance are streams of their own: noise in the low bytes is then stored as it is at
/// once, and the high bytes get tables of their own. Against one stream 1.1 to 1.5 times as fast, and not larger.
std::size_t compress_by_zstd(std::span<const std::byte> in, const BloscOptions& options, std::span<std::byte> out,
                             std::span<std::byte> scratch) {
  const bool shuffled = options.shuffle == Shuffle::byte && options.element > 1;
  if (shuffled) byte_shuffle(in, options.element, scratch.first(in.size()));
  const auto content = shuffled ? std::span<const std::byte>(scratch.first(in.size())) : in;
  const std::size_t streams = stream_count(in.size(), options), bytes = in.size() / streams;
  const PlaneShape shape = streams == options.element ? PlaneShape{options.row, options.map} : PlaneShape{};
  const auto room = out.first(std::min(out.size(), header_bytes + in.size()));
  std::size_t end = options.level == 0 ? 0 : streams_at;
  for (std::size_t i = 0; i < streams && end != 0; ++i)
    end = put_stream(content.subspan(i * bytes, bytes), zstd_level(options.level), shape, room, end);
  if (end == 0 || end >= header_bytes + in.size()) return store(in, options.element, out);
  const int flags = (shuffled ? BLOSC_DOSHUFFLE : 0) | (streams == 1 ? not_split : 0) | zstd_format;
  put_header(out, static_cast<std::uint8_t>(flags), options.element, in.size(), end);
  put_number(out, header_bytes, streams_at);
  return end;
}

int shuffle_code(Shuffle shuffle) {
  switch (shuffle) {
    case Shuffle::off: return BLOSC_NOSHUFFLE;
    case Shuffle::byte: return BLOSC_SHUFFLE;
    case Shuffle::bit: return BLOSC_BITSHUFFLE;
  }
  return BLOSC_NOSHUFFLE;
}

}  // namespace

std::size_t blosc_bound(std::size_t bytes) noexcept { return streams_at + sizeof(std::uint32_t) + zstd_bound(bytes); }

std::size_t blosc_context_bytes(const BloscOptions& options, std::size_t bytes) noexcept {
  const int level = zstd_level(options.level);
  return bytes + (level == 1 ? zstd_plane_bytes(bytes / stream_count(bytes, options)) : zstd_context_bytes(level, bytes));
}

std::size_t blosc_compress(std::span<const std::byte> in, const BloscOptions& options, std::span<std::byte> out,
                           std::span<std::byte> scratch) {
  if (in.size() > BLOSC_MAX_BUFFERSIZE) throw Error(Fault::mistake, "a Blosc chunk holds less than 2 GiB; choose smaller chunks");
  if (in.empty()) return store(in, options.element, out);
  if (options.cname == "zstd" && options.shuffle != Shuffle::bit) return compress_by_zstd(in, options, out, scratch);
  const int written = blosc_compress_ctx(options.level, shuffle_code(options.shuffle), options.element, in.size(), in.data(), out.data(),
                                         out.size(), options.cname.c_str(), in.size(), 1);
  if (written <= 0) throw Error(Fault::bug, "blosc cannot compress with " + options.cname);
  return static_cast<std::size_t>(written);
}

std::optional<std::size_t> blosc_content_bytes(std::span<const std::byte> in) noexcept {
  std::size_t content = 0;
  if (in.size() < header_bytes || blosc_cbuffer_validate(in.data(), in.size(), &content) != 0) return std::nullopt;
  return content;
}

void blosc_decompress(std::span<const std::byte> in, std::span<std::byte> out) {
  const auto content = blosc_content_bytes(in);
  if (!content) throw Error(Fault::data, "damaged Blosc frame");
  if (*content != out.size()) {
    throw Error(Fault::data, "Blosc frame holds " + std::to_string(*content) + " bytes instead of " + std::to_string(out.size()));
  }
  if (blosc_decompress_ctx(in.data(), out.data(), out.size(), 1) != static_cast<int>(out.size())) {
    throw Error(Fault::data, "damaged Blosc frame");
  }
}

}  // namespace terroir
