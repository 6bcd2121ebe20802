// The estimate of a context's memory is declared for static linking only, although the shared library has it.
#define ZSTD_STATIC_LINKING_ONLY
#include "pipeline/codecs/zstd.h"

#include "pipeline/error.h"

#include <zstd.h>
#include <zstd_errors.h>
#include <memory>
#include <new>
#include <string>

namespace terroir {
namespace {

struct Free {
  void operator()(ZSTD_CCtx* context) const noexcept { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const noexcept { ZSTD_freeDCtx(context); }
};

ZSTD_CCtx* compressor() {
  thread_local const std::unique_ptr<ZSTD_CCtx, Free> context(ZSTD_createCCtx());
  if (!context) throw std::bad_alloc();
  return context.get();
}

ZSTD_DCtx* decompressor() {
  thread_local const std::unique_ptr<ZSTD_DCtx, Free> context(ZSTD_createDCtx());
  if (!context) throw std::bad_alloc();
  return context.get();
}

}  // namespace

std::size_t zstd_bound(std::size_t bytes) noexcept { return ZSTD_compressBound(bytes); }

std::size_t zstd_compress(std::span<const std::byte> in, int level, std::span<std::byte> out) {
  return zstd_result(ZSTD_compressCCtx(compressor(), out.data(), out.size(), in.data(), in.size(), level));
}

std::size_t zstd_result(std::size_t given) {
  if (!ZSTD_isError(given)) return given;
  if (ZSTD_getErrorCode(given) == ZSTD_error_dstSize_tooSmall) return 0;
  if (ZSTD_getErrorCode(given) == ZSTD_error_memory_allocation) throw std::bad_alloc();
  throw Error(Fault::bug, std::string("zstd: ") + ZSTD_getErrorName(given));
}

void zstd_decompress(std::span<const std::byte> in, std::span<std::byte> out) {
  const std::size_t got = ZSTD_decompressDCtx(decompressor(), out.data(), out.size(), in.data(), in.size());
  if (ZSTD_isError(got)) throw Error(Fault::data, std::string("damaged zstd frame: ") + ZSTD_getErrorName(got));
  if (got != out.size()) {
    throw Error(Fault::data, "zstd frame holds " + std::to_string(got) + " bytes instead of " + std::to_string(out.size()));
  }
}

std::optional<std::size_t> zstd_content_bytes(std::span<const std::byte> in) noexcept {
  const unsigned long long bytes = ZSTD_getFrameContentSize(in.data(), in.size());
  if (bytes == ZSTD_CONTENTSIZE_UNKNOWN || bytes == ZSTD_CONTENTSIZE_ERROR) return std::nullopt;
  return bytes;
}

std::size_t zstd_context_bytes(int level, std::size_t bytes) noexcept {
  return ZSTD_estimateCCtxSize_usingCParams(ZSTD_getCParams(level, bytes, 0));
}

}  // namespace terroir
