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

}  // namespace

std::size_t gzip_bound(int level, std::size_t bytes) { return libdeflate_gzip_compress_bound(compressor(level), bytes); }

std::size_t gzip_compress(std::span<const std::byte> in, int level, std::span<std::byte> out) {
  const std::size_t written = libdeflate_gzip_compress(compressor(level), in.data(), in.size(), out.data(), out.size());
  if (written == 0) throw Error(Fault::bug, "gzip: the output buffer is too small");
  return written;
}

void gzip_decompress(std::span<const std::byte> in, std::span<std::byte> out) {
  const auto result = libdeflate_gzip_decompress(decompressor(), in.data(), in.size(), out.data(), out.size(), nullptr);
  if (result == LIBDEFLATE_SUCCESS) return;
  throw Error(Fault::data, result == LIBDEFLATE_BAD_DATA ? "damaged gzip data" : "gzip data hold another number of bytes than expected");
}

std::size_t gzip_context_bytes(int level) noexcept {
  // sizeof of libdeflate's compressor (version 1.14), which it does not tell: hash tables and a block of matches.
  return std::size_t{level < 2 ? 200u : level < 8 ? 900u : 2400u} << 10;
}

}  // namespace terroir
