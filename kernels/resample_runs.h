#pragma once

#include "kernels/kernel.h"

namespace terroir {

/// How pixels are made from those of another grid; counted as the choices of `resample`.
enum class ResampleMethod { nearest, bilinear, cubic, lanczos, average, mode, min, max, median, q1, q3, sum, rms, conservative };

/// Whether a method looks at the whole of a destination pixel, not at its centre.
[[nodiscard]] bool takes_footprint(ResampleMethod) noexcept;

/// How far from a centre source pixels matter, in source pixels, at `scale` source pixels for each destination pixel.
[[nodiscard]] double resample_support(ResampleMethod, double scale) noexcept;

/// What is made of the values of valid source pixels and of the areas that these share with a destination pixel: their mean over the part
/// of the pixel that they cover (fracarea) or over the whole of it (destarea); the root of their mean square; or their sum, in which each
/// counts by the share of its own area.
enum class AreaResult { fracarea, destarea, rms, sum };

/// Resamples a block between grids of one CRS by areas, first-order conservative: on the sphere where it is geographic, else in its plane.
/// Pixels of which less than a share of `min_valid` is valid become nodata.
void resample_conservative(AreaResult, double min_valid, const Args&) noexcept;

/// Likewise across CRSs, by what each destination pixel, the quadrangle of its corners, shares with the source's pixels: in longitude and
/// sine of latitude, or in the source's own plane. The points of the map's patches are corners.
void resample_overlaps(AreaResult, double min_valid, const Args&) noexcept;

/// Resamples a block along the runs of its map: those of control patches, or of another lattice in one CRS.
void resample_runs(ResampleMethod, const Args&) noexcept;

}  // namespace terroir
