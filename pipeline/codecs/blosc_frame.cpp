#include "pipeline/codecs/blosc_frame.h"

#include "pipeline/codecs/shuffle.h"
#include "pipeline/codecs/zstd.h"
#include "pipeline/error.h"

#include <blosc.h>
#include <cstdint>
#include <cstring>

namespace terroir {
namespace {

constexpr std::size_t header_bytes = BLOSC_MIN_HEADER_LENGTH;
// A frame of one block that is not split: header, offset of what follows, bytes of the block, the block.
constexpr std::size_t size_at = header_bytes + sizeof(std::uint32_t);
constexpr std::size_t block_at = size_at + sizeof(std::uint32_t);

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
  std::memcpy(out.data() + header_bytes, in.data(), in.size());
  return header_bytes + in.size();
}

/// The frame that c-blosc would make with one block, but with our shuffle and a zstd context that is used again.
std::size_t compress_by_zstd(std::span<const std::byte> in, const BloscOptions& options, std::span<std::byte> out,
                             std::span<std::byte> scratch) {
  const bool shuffled = options.shuffle == Shuffle::byte && options.element > 1;
  if (shuffled) byte_shuffle(in, options.element, scratch.first(in.size()));
  const auto content = shuffled ? std::span<const std::byte>(scratch.first(in.size())) : in;
  const std::size_t block = options.level == 0 ? 0 : zstd_compress(content, blosc_zstd_level(options.level), out.subspan(block_at));
  if (block == 0 || block_at + block >= header_bytes + in.size()) return store(in, options.element, out);
  put_header(out, static_cast<std::uint8_t>((shuffled ? BLOSC_DOSHUFFLE : 0) | not_split | zstd_format), options.element, in.size(),
             block_at + block);
  put_number(out, header_bytes, size_at);
  put_number(out, size_at, block);
  return block_at + block;
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

// As c-blosc maps them.
int blosc_zstd_level(int level) noexcept { return level < 9 ? level * 2 - 1 : 22; }

std::size_t blosc_bound(std::size_t bytes) noexcept { return block_at + zstd_bound(bytes); }

std::size_t blosc_scratch(std::size_t bytes) noexcept { return bytes; }

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

void blosc_decompress(std::span<const std::byte> in, std::span<std::byte> out) {
  std::size_t content = 0;
  if (in.size() < header_bytes || blosc_cbuffer_validate(in.data(), in.size(), &content) != 0) {
    throw Error(Fault::data, "damaged Blosc frame");
  }
  if (content != out.size()) {
    throw Error(Fault::data, "Blosc frame holds " + std::to_string(content) + " bytes instead of " + std::to_string(out.size()));
  }
  if (blosc_decompress_ctx(in.data(), out.data(), out.size(), 1) != static_cast<int>(out.size())) {
    throw Error(Fault::data, "damaged Blosc frame");
  }
}

}  // namespace terroir
