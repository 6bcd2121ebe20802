#include "pipeline/codecs/gzip.h"

#include "pipeline/error.h"

#include <libdeflate.h>
#include <memory>
#include <new>

namespace terroir {
namespace {

struct Free {
  void operator()(libdeflate_compressor* context) const noexcept { libdeflate_free_compressor(context); }
  void operator()(libdeflate_decompressor* context) const noexcept { libdeflate_free_decompressor(context); }
};

libdeflate_compressor* compressor(int level) {
  thread_local std::unique_ptr<libdeflate_compressor, Free> context;
  thread_local int level_of_context = -1;
  if (!context || level_of_context != level) {
    context.reset(libdeflate_alloc_compressor(level));
    level_of_context = level;
  }
  if (!context) throw std::bad_alloc();
  return context.get();
}

libdeflate_decompressor* decompressor() {
  thread_local const std::unique_ptr<libdeflate_decompressor, Free> context(libdeflate_alloc_decompressor());
  if (!context) throw std::bad_alloc();
  return context.get();
}

std::size_t checked(std::size_t written) {
  if (written == 0) throw Error(Fault::bug, "deflate: the output buffer is too small");
  return written;
}

void check(libdeflate_result result) {
  if (result == LIBDEFLATE_SUCCESS) return;
  throw Error(Fault::data,
              result == LIBDEFLATE_BAD_DATA ? "damaged deflate data" : "deflate data hold another number of bytes than expected");
}

}  // namespace

std::size_t gzip_bound(int level, std::size_t bytes) { return libdeflate_gzip_compress_bound(compressor(level), bytes); }

std::size_t gzip_compress(std::span<const std::byte> in, int level, std::span<std::byte> out) {
  return checked(libdeflate_gzip_compress(compressor(level), in.data(), in.size(), out.data(), out.size()));
}

void gzip_decompress(std::span<const std::byte> in, std::span<std::byte> out) {
  check(libdeflate_gzip_decompress(decompressor(), in.data(), in.size(), out.data(), out.size(), nullptr));
}

std::size_t zlib_compress(std::span<const std::byte> in, int level, std::span<std::byte> out) {
  return checked(libdeflate_zlib_compress(compressor(level), in.data(), in.size(), out.data(), out.size()));
}

std::size_t deflate_compress(std::span<const std::byte> in, int level, std::span<std::byte> out) {
  return libdeflate_deflate_compress(compressor(level), in.data(), in.size(), out.data(), out.size());
}

void zlib_decompress(std::span<const std::byte> in, std::span<std::byte> out) {
  check(libdeflate_zlib_decompress(decompressor(), in.data(), in.size(), out.data(), out.size(), nullptr));
}

std::size_t gzip_context_bytes(int level) noexcept {
  // sizeof of libdeflate's compressor (version 1.14), which it does not tell: hash tables and a block of matches.
  return std::size_t{level < 2 ? 200u : level < 8 ? 900u : 2400u} << 10;
}

}  // namespace terroir
