#pragma once

#include "pipeline/error.h"
#include "pipeline/ports/source.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace terroir {

/// Types of stored numbers, in the byte order of the machine.
enum class SampleType : std::uint8_t { uint8, int8, uint16, int16, uint32, int32, uint64, int64, float32, float64 };

/// The type of a BandFacts::dtype; nothing when pixels cannot come from it ("complex64").
[[nodiscard]] std::optional<SampleType> sample_type(std::string_view dtype) noexcept;
[[nodiscard]] std::string_view dtype_name(SampleType) noexcept;
[[nodiscard]] std::size_t sample_bytes(SampleType) noexcept;
[[nodiscard]] bool is_integer(SampleType) noexcept;

/// Whether float32 pixels hold every number of this type: integers of up to 16 bits and float32.
[[nodiscard]] bool exact_in_float32(SampleType) noexcept;
[[nodiscard]] bool exact_in_float32(std::string_view dtype) noexcept;

/// Decodes `n` stored numbers into pixels, as Decoding says. `in` is aligned for its type; it may be `out` when that is float32.
/// Returns false when an integer beyond ±2^24 became a pixel without scale, offset or bits, that is, when pixels lost its last digits.
///
/// A nodata value matches the stored numbers that equal it in the stored type. Beyond ±1e37 it also matches its neighbours
/// (relative 1e-6): the lowest float is written with 6 to 17 digits.
[[nodiscard]] bool decode(SampleType, const Decoding&, const void* in, Index n, float* out) noexcept;

/// What a source says when `decode` returned false.
inline constexpr std::string_view inexact_integers =
    "it holds integers beyond ±16777216, which a float32 pixel cannot keep; name the bits wanted (bits: [lo, hi]) or a scale";

/// The error of a read that failed: "dem.tif: band 2, rows 512 to 1023, columns 0 to 511: WHY". `bands` are numbered from 0.
[[nodiscard]] Error read_error(Fault, const std::string& path, std::span<const int> bands, const Window&, const std::string& why);

}  // namespace terroir
