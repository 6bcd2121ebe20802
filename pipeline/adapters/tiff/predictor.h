#pragma once

#include <cstddef>

namespace terroir {

/// Undoes the horizontal differencing of one row (TIFF 6.0, section 14) in place: each sample was stored as its difference from the
/// sample of the same band in the pixel before, modulo its width.
/// `pixels` of `samples` numbers of `sample_bytes` (1, 2 or 4) bytes each.
void undo_horizontal(std::byte* row, std::size_t pixels, std::size_t samples, std::size_t sample_bytes) noexcept;

/// Undoes the floating-point predictor of one row (Adobe Photoshop TIFF technical note 3): differences of bytes, of which a row holds
/// the most significant ones of all float32 numbers first. `row` has 4 * count bytes and is overwritten; `out` takes `count` numbers.
void undo_floating_point(std::byte* row, std::size_t count, std::size_t samples, float* out) noexcept;

}  // namespace terroir
