#include "pipeline/codecs/compression.h"

#include "pipeline/codecs/gzip.h"
#include "pipeline/codecs/shuffle.h"
#include "pipeline/codecs/zlib_planes.h"
#include "pipeline/codecs/zstd.h"
#include "pipeline/error.h"

#include <algorithm>

namespace terroir {
namespace {

std::size_t deflate(const BloscOptions& options, std::span<const std::byte> in, std::span<std::byte> out, std::span<std::byte> scratch) {
  if (options.shuffle != Shuffle::byte) return zlib_compress(in, options.level, out);
  byte_shuffle(in, options.element, scratch);
  return zlib_compress_planes(scratch.first(in.size()), options.element, {options.row, options.map}, options.level, out);
}

void inflate(const BloscOptions& options, std::span<const std::byte> in, std::span<std::byte> out) {
  if (options.shuffle != Shuffle::byte) return zlib_decompress(in, out);
  std::vector<std::byte> shuffled(out.size());
  zlib_decompress(in, shuffled);
  byte_unshuffle(shuffled, options.element, out);
}

}  // namespace

Compression compression_of(const CodecSpec& codec, std::size_t element) {
  Compression out;
  switch (codec.name) {
    case CodecSpec::Name::none: out.name = Compression::Name::raw; break;
    case CodecSpec::Name::zstd: out.name = Compression::Name::zstd; break;
    case CodecSpec::Name::gzip: out.name = Compression::Name::gzip; break;
    case CodecSpec::Name::blosc: out.name = Compression::Name::blosc; break;
    case CodecSpec::Name::deflate: out.name = Compression::Name::deflate; break;
  }
  switch (codec.shuffle) {
    case CodecSpec::Shuffle::none: out.options.shuffle = Shuffle::off; break;
    case CodecSpec::Shuffle::byte: out.options.shuffle = Shuffle::byte; break;
    case CodecSpec::Shuffle::bit: out.options.shuffle = Shuffle::bit; break;
  }
  out.options.cname = codec.cname;
  out.options.level = codec.level;
  out.options.element = element;
  return out;
}

std::size_t compressed_bound(const Compression& compression, std::size_t bytes) {
  switch (compression.name) {
    case Compression::Name::raw: return bytes;
    case Compression::Name::zstd: return zstd_bound(bytes);
    case Compression::Name::gzip: return gzip_bound(compression.options.level, bytes);
    case Compression::Name::deflate: return zlib_planes_bound(compression.options.level, bytes, compression.options.element);
    case Compression::Name::blosc: return blosc_bound(bytes);
  }
  return bytes;
}

std::size_t context_bytes(const Compression& compression, std::size_t bytes) noexcept {
  const int level = compression.options.level;
  switch (compression.name) {
    case Compression::Name::raw: return 0;
    case Compression::Name::zstd: return zstd_context_bytes(level, bytes);
    case Compression::Name::gzip:
    case Compression::Name::deflate: return gzip_context_bytes(level);
    case Compression::Name::blosc: return blosc_context_bytes(compression.options, bytes);
  }
  return 0;
}

void compress(const Compression& compression, std::span<const std::byte> in, Bytes& out, std::span<std::byte> scratch) {
  out.resize(compressed_bound(compression, in.size()));
  switch (compression.name) {
    case Compression::Name::raw: std::copy(in.begin(), in.end(), out.begin()); break;
    case Compression::Name::zstd: out.resize(zstd_compress(in, compression.options.level, out)); break;
    case Compression::Name::gzip: out.resize(gzip_compress(in, compression.options.level, out)); break;
    case Compression::Name::deflate: out.resize(deflate(compression.options, in, out, scratch)); break;
    case Compression::Name::blosc: out.resize(blosc_compress(in, compression.options, out, scratch)); break;
  }
}

void decompress(const Compression& compression, std::span<const std::byte> in, std::span<std::byte> out) {
  switch (compression.name) {
    case Compression::Name::raw:
      if (in.size() != out.size()) throw Error(Fault::data, "chunk has another size than expected");
      std::copy(in.begin(), in.end(), out.begin());
      break;
    case Compression::Name::zstd: return zstd_decompress(in, out);
    case Compression::Name::gzip: return gzip_decompress(in, out);
    case Compression::Name::deflate: return inflate(compression.options, in, out);
    case Compression::Name::blosc: return blosc_decompress(in, out);
  }
}

}  // namespace terroir
