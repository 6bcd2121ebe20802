#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>

namespace terroir {

/// Number types that pixels are stored as, little-endian.
enum class StoredType { float32, float64, int8, int16, int32, uint8, uint16, uint32 };

[[nodiscard]] std::optional<StoredType> stored_type(std::string_view name) noexcept;
[[nodiscard]] const char* name_of(StoredType) noexcept;
[[nodiscard]] std::size_t size_of(StoredType) noexcept;
[[nodiscard]] bool is_float(StoredType) noexcept;
/// Smallest and largest number of an integer type.
[[nodiscard]] double lowest(StoredType) noexcept;
[[nodiscard]] double highest(StoredType) noexcept;

/// stored = round_half_even((pixel - add_offset) / scale_factor) of integer types; floats are stored as they are.
/// `nodata` is what a missing pixel is stored as: a number of the type, or NaN for floats.
struct PixelEncoding {
  StoredType type = StoredType::float32;
  double scale_factor = 1, add_offset = 0;
  double nodata = std::numeric_limits<double>::quiet_NaN();
};

struct EncodedPixels {
  bool empty = true;        ///< everything that was stored is nodata
  std::uint64_t unfit = 0;  ///< valid pixels outside the type's range, or whose stored number is the one of nodata
};

/// Encodes pixels (NaN: nodata) into `out`, pixels.size() * size_of(type) bytes. Pixels that do not fit become nodata. Every NaN is
/// stored with the bits 0x7fc00000, whatever the computation that made it.
[[nodiscard]] EncodedPixels encode_pixels(std::span<const float> pixels, const PixelEncoding& encoding, std::byte* out) noexcept;

/// The inverse, for readers: nodata becomes NaN, then number * scale_factor + add_offset.
void decode_pixels(std::span<const std::byte> stored, const PixelEncoding& encoding, double* pixels) noexcept;

}  // namespace terroir
