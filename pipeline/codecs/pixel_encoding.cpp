#include "pipeline/codecs/pixel_encoding.h"

#include "kernels/clones.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>

namespace terroir {
namespace {

struct Type {
  StoredType type;
  const char* name;
  std::size_t size;
  double lowest, highest;
};

constexpr std::array types{Type{StoredType::float32, "float32", 4, 0, 0},
                           Type{StoredType::float64, "float64", 8, 0, 0},
                           Type{StoredType::int8, "int8", 1, -128, 127},
                           Type{StoredType::int16, "int16", 2, -32768, 32767},
                           Type{StoredType::int32, "int32", 4, -2147483648.0, 2147483647.0},
                           Type{StoredType::uint8, "uint8", 1, 0, 255},
                           Type{StoredType::uint16, "uint16", 2, 0, 65535},
                           Type{StoredType::uint32, "uint32", 4, 0, 4294967295.0}};

const Type& facts(StoredType type) noexcept { return types[static_cast<std::size_t>(type)]; }

/// What a loop over pixels found; 64-bit lanes go with doubles.
struct Counts {
  std::int64_t kept = 0, unfit = 0;
};

TERROIR_INLINE void store_float(const float* __restrict in, float* __restrict out, std::size_t n, double nodata, Counts& counts) {
  const float missing = std::isnan(nodata) ? std::bit_cast<float>(0x7fc00000u) : static_cast<float>(nodata);
  std::uint32_t kept = 0, unfit = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const bool valid = in[i] == in[i];
    out[i] = valid ? in[i] : missing;
    kept += valid ? 1u : 0u;
    unfit += valid && in[i] == missing ? 1u : 0u;
  }
  counts = {static_cast<std::int64_t>(kept) - unfit, unfit};
}

TERROIR_INLINE void store_double(const float* __restrict in, double* __restrict out, std::size_t n, double nodata, Counts& counts) {
  const double missing = std::isnan(nodata) ? std::bit_cast<double>(0x7ff8000000000000u) : nodata;
  for (std::size_t i = 0; i < n; ++i) {
    const double value = in[i];
    const bool valid = value == value, same = value == missing;
    out[i] = valid ? value : missing;
    counts.kept += valid && !same ? 1 : 0;
    counts.unfit += same ? 1 : 0;
  }
}

/// `bias` is taken off before and added after the conversion to int32, the one conversion that all CPUs have for vectors.
template <class T>
TERROIR_INLINE void store_integer(const float* __restrict in, T* __restrict out, std::size_t n, const PixelEncoding& e, double low,
                                  double high, Counts& counts) {
  constexpr bool wide = sizeof(T) == 4 && !std::numeric_limits<T>::is_signed;
  constexpr double bias = wide ? 2147483648.0 : 0.0;
  const double scale = e.scale_factor, offset = e.add_offset, nodata = e.nodata;
  std::int64_t kept = 0, unfit = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double value = in[i];
    const double number = __builtin_rint((value - offset) / scale);
    const bool fits = (number >= low) & (number <= high) & (number != nodata);
    const auto stored = static_cast<std::int32_t>((fits ? number : nodata) - bias);
    out[i] = static_cast<T>(wide ? static_cast<std::uint32_t>(stored) ^ 0x80000000u : static_cast<std::uint32_t>(stored));
    kept += fits ? 1 : 0;
    unfit += (value == value) & !fits ? 1 : 0;
  }
  counts = {kept, unfit};
}

TERROIR_INLINE void encode_strip_body(const float* in, std::byte* out, std::size_t n, const PixelEncoding& e, Counts& counts) {
  const double low = types[static_cast<std::size_t>(e.type)].lowest, high = types[static_cast<std::size_t>(e.type)].highest;
  switch (e.type) {
    case StoredType::float32: return store_float(in, reinterpret_cast<float*>(out), n, e.nodata, counts);
    case StoredType::float64: return store_double(in, reinterpret_cast<double*>(out), n, e.nodata, counts);
    case StoredType::int8: return store_integer(in, reinterpret_cast<std::int8_t*>(out), n, e, low, high, counts);
    case StoredType::int16: return store_integer(in, reinterpret_cast<std::int16_t*>(out), n, e, low, high, counts);
    case StoredType::int32: return store_integer(in, reinterpret_cast<std::int32_t*>(out), n, e, low, high, counts);
    case StoredType::uint8: return store_integer(in, reinterpret_cast<std::uint8_t*>(out), n, e, low, high, counts);
    case StoredType::uint16: return store_integer(in, reinterpret_cast<std::uint16_t*>(out), n, e, low, high, counts);
    case StoredType::uint32: return store_integer(in, reinterpret_cast<std::uint32_t*>(out), n, e, low, high, counts);
  }
}

TERROIR_CLONES(encode_strip, (const float* in, std::byte* out, std::size_t n, const PixelEncoding& e, Counts& counts),
               (in, out, n, e, counts))

template <class T>
void load(std::span<const std::byte> stored, const PixelEncoding& e, double* pixels) {
  for (std::size_t i = 0; i < stored.size() / sizeof(T); ++i) {
    T number;
    std::memcpy(&number, stored.data() + i * sizeof(T), sizeof number);
    const double value = static_cast<double>(number);
    pixels[i] = value == e.nodata ? std::numeric_limits<double>::quiet_NaN() : value * e.scale_factor + e.add_offset;
  }
}

}  // namespace

std::optional<StoredType> stored_type(std::string_view name) noexcept {
  for (const auto& type : types) {
    if (type.name == name) return type.type;
  }
  return std::nullopt;
}

const char* name_of(StoredType type) noexcept { return facts(type).name; }
std::size_t size_of(StoredType type) noexcept { return facts(type).size; }
bool is_float(StoredType type) noexcept { return type == StoredType::float32 || type == StoredType::float64; }
double lowest(StoredType type) noexcept { return facts(type).lowest; }
double highest(StoredType type) noexcept { return facts(type).highest; }

EncodedPixels encode_pixels(std::span<const float> pixels, const PixelEncoding& encoding, std::byte* out) noexcept {
  constexpr std::size_t strip = std::size_t{1} << 24;  // 32-bit counters hold what a strip has
  EncodedPixels result;
  for (std::size_t at = 0; at < pixels.size(); at += strip) {
    const auto part = pixels.subspan(at, std::min(strip, pixels.size() - at));
    Counts counts;
    encode_strip(part.data(), out + at * size_of(encoding.type), part.size(), encoding, counts);
    result.empty = result.empty && counts.kept == 0;
    result.unfit += static_cast<std::uint64_t>(counts.unfit);
  }
  return result;
}

void decode_pixels(std::span<const std::byte> stored, const PixelEncoding& encoding, double* pixels) noexcept {
  switch (encoding.type) {
    case StoredType::float32: return load<float>(stored, encoding, pixels);
    case StoredType::float64: return load<double>(stored, encoding, pixels);
    case StoredType::int8: return load<std::int8_t>(stored, encoding, pixels);
    case StoredType::int16: return load<std::int16_t>(stored, encoding, pixels);
    case StoredType::int32: return load<std::int32_t>(stored, encoding, pixels);
    case StoredType::uint8: return load<std::uint8_t>(stored, encoding, pixels);
    case StoredType::uint16: return load<std::uint16_t>(stored, encoding, pixels);
    case StoredType::uint32: return load<std::uint32_t>(stored, encoding, pixels);
  }
}

}  // namespace terroir
