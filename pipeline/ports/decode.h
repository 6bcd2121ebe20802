#pragma once

#include "pipeline/error.h"
#include "pipeline/ports/source.h"

#include <span>
#include <string>
#include <string_view>

namespace terroir {

/// Decodes `n` stored numbers into pixels, as Decoding says. `in` is aligned for its type; it may be `out` when that is float32.
///
/// A nodata value matches the stored numbers that equal it in the stored type. Beyond ±1e37 it also matches its neighbours
/// (relative 1e-6): the lowest float is written with 6 to 17 digits.
void decode(SampleType, const Decoding&, const void* in, Index n, float* out) noexcept;

/// Whether pixels keep every digit of `n` stored integers: false when one beyond ±2^24 that is not nodata would become a pixel without
/// scale, offset or bits. They may come as doubles, with NaN where a mask hides them.
[[nodiscard]] bool decodes_exactly(SampleType, const Decoding&, const void* in, Index n) noexcept;

/// Whether pixels can hold `n` stored doubles: false when one that is finite and not nodata would become infinite.
[[nodiscard]] bool decodes_in_range(const Decoding&, const double* in, Index n) noexcept;

/// What a reader says when numbers do not decode exactly, or not in range.
inline constexpr std::string_view inexact_integers =
    "it holds integers beyond ±16777216, which a float32 pixel cannot keep; name the bits wanted (bits: [lo, hi]) or a scale";

inline constexpr std::string_view numbers_out_of_range =
    "it holds numbers beyond ±3.4e38, which a float32 pixel cannot keep; if one stands for nodata say so (nodata: NUMBER), else give a "
    "scale";

/// "rows 512 to 1023, columns 0 to 511".
[[nodiscard]] std::string text_of(const Window&);

/// The error of a read that failed: "dem.tif: band 2, rows 512 to 1023, columns 0 to 511: WHY". `bands` are numbered from 0.
[[nodiscard]] Error read_error(Fault, const std::string& path, std::span<const int> bands, const Window&, const std::string& why);

}  // namespace terroir
