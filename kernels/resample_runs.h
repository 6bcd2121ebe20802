#pragma once

#include "kernels/kernel.h"

namespace terroir {

/// How pixels are made from those of another grid; counted as the choices of `resample`.
enum class ResampleMethod { nearest, bilinear, cubic, lanczos, average, mode, min, max, median, q1, q3, sum, rms, conservative };

/// Whether a method looks at the whole of a destination pixel, not at its centre.
[[nodiscard]] bool takes_footprint(ResampleMethod) noexcept;

/// How far from a centre source pixels matter, in source pixels, at `scale` source pixels for each destination pixel.
[[nodiscard]] double resample_support(ResampleMethod, double scale) noexcept;

/// What conservative resampling divides by: the part of the destination pixel that valid source pixels cover, or the whole of it.
enum class Normalize { fracarea, destarea };

/// Resamples a block between geographic grids of one CRS, first-order conservative on the sphere. Pixels of which less than a share of
/// `min_valid` is valid become nodata.
void resample_conservative(Normalize, double min_valid, const Args&) noexcept;

/// Resamples a block along the runs of its map: those of control patches, or of another lattice in one CRS.
void resample_runs(ResampleMethod, const Args&) noexcept;

}  // namespace terroir
