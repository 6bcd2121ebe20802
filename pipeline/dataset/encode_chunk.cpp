#include "pipeline/dataset/encode_chunk.h"

#include <algorithm>

namespace terroir {
namespace {

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

/// Encodes pieces of a chunk one after the other and keeps count.
class Storing {
 public:
  Storing(const PixelEncoding& encoding, EncodeCounts& counts) : encoding_(encoding), counts_(counts) {}

  void store(std::span<const float> pixels, std::byte* to) {
    const EncodedPixels result = encode_pixels(pixels, encoding_, to);
    counts_.unfit += result.unfit;
    valid_ = valid_ || !result.empty;
  }
  [[nodiscard]] bool valid() const noexcept { return valid_; }

 private:
  const PixelEncoding& encoding_;
  EncodeCounts& counts_;
  bool valid_ = false;
};

/// Encodes the pixels of a chunk in the order in which they are stored; whether any is valid.
bool store_pixels(const ArrayLayout& layout, std::span<const float> pixels, std::span<std::byte> stored, EncodeCounts& counts) {
  Storing storing(layout.encoding, counts);
  const std::size_t size = size_of(layout.encoding.type);
  const bool whole = layout.stored_area == layout.chunk_area;
  if (whole && (!layout.stacked || layout.time_chunk == 1)) {
    storing.store(pixels, stored.data());
    return storing.valid();
  }
  // From (feature, time) to (time, feature), plane by plane; of a cut-off chunk the rows inside, as far as they are.
  const std::size_t plane = at(layout.chunk_area.area()), kept = at(layout.stored_area.area());
  const std::size_t features = at(layout.features), times = at(layout.time_chunk);
  const std::size_t rows = whole ? 1 : at(layout.stored_area.rows), length = whole ? plane : at(layout.stored_area.cols);
  for (std::size_t f = 0; f < features; ++f)
    for (std::size_t t = 0; t < times; ++t)
      for (std::size_t r = 0; r < rows; ++r)
        storing.store(pixels.subspan((f * times + t) * plane + r * at(layout.chunk_area.cols), length),
                      stored.data() + ((t * features + f) * kept + r * length) * size);
  return storing.valid();
}

}  // namespace

void encode_chunk(const ArrayLayout& layout, std::span<const float> pixels, Bytes& out, std::vector<std::byte>& scratch,
                  EncodeCounts& counts) {
  const std::size_t bytes = layout.chunk_bytes();
  scratch.resize(std::max(scratch.size(), 2 * bytes));
  const auto stored = std::span(scratch).first(bytes);
  if (!store_pixels(layout, pixels, stored, counts)) return out.clear();
  compress(layout.compression, stored, out, std::span(scratch).subspan(bytes, bytes));
}

}  // namespace terroir
