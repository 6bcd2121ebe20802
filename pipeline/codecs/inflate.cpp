#include "pipeline/codecs/inflate.h"

#include <libdeflate.h>

#include <memory>
#include <new>

namespace terroir {

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

}  // namespace terroir
